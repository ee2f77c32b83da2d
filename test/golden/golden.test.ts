import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { z } from 'zod'
import { type GoldenCase, goldenCase } from './goldenCase.ts'
import { runGolden } from './runGolden.ts'

const folder = new URL('./cases/', import.meta.url)
/** Tables of other things than schedules. */
const others = new Set([
  'from_pytorch.json',
  'from_pytorch_own.json',
  'ensemble.json',
  'range_test.json',
  'ranking.json',
])
const families = readdirSync(folder).filter((file) => file.endsWith('.json') && !others.has(file))
/** The reference set; the other tables are of families that are ours alone. */
const reference = families.filter((file) => /^(pt|lrs|f)_/.test(file))

/** Every table passes at this relative tolerance too, stricter than what the cases ask for. */
const strict = 1e-9

/** Values that would be accepted at each step: the table's, and the documented one where PyTorch departs from it. */
function accepted(golden: GoldenCase, step: number, want: number): number[] {
  const deviant = golden.extra?.deviantSteps.filter((d) => d.step === step) ?? []
  return [want, ...deviant.map((d) => d.documented)]
}

function check(golden: GoldenCase, series: 'lr' | 'momentum', got: number[], want: number[], rtol: number) {
  assert.equal(got.length, want.length, `${golden.name}: length of ${series}`)
  const floor = 1e-12 * Math.max(...want.map(Math.abs))
  got.forEach((value, step) => {
    const wanted = series === 'lr' ? accepted(golden, step, want[step] ?? 0) : [want[step] ?? 0]
    const close = wanted.some((w) => Math.abs(value - w) <= rtol * Math.abs(w) + floor)
    assert.ok(
      close,
      `${golden.name}: ${series}[${step}] is ${value}, not ${wanted.join(' or ')} (rtol ${rtol})`,
    )
  })
}

describe('golden tables', () => {
  assert.equal(reference.length, 29)
  for (const file of families) {
    const cases = z.array(goldenCase).parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8')))
    it(`${file}: ${cases.length} cases`, () => {
      for (const golden of cases) {
        const { lr, momentum } = runGolden(golden)
        check(golden, 'lr', lr, golden.lr, Math.min(golden.rtol, strict))
        assert.equal(momentum !== undefined, golden.momentum !== undefined, `${golden.name}: momentum`)
        if (momentum && golden.momentum) {
          check(golden, 'momentum', momentum, golden.momentum, Math.min(golden.rtol, strict))
        }
      }
    })
  }
})
