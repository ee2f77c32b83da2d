import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { z } from 'zod'
import { compileSchedule, exportSchedule, parseSchedule, presets } from '../../../../shared/schedule/index.ts'
import { anyPlan, anySpec } from '../arbitrarySpec.ts'
import type { ExportCase } from './python.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'anneal-tfjs-'))
after(() => rmSync(folder, { recursive: true, force: true }))

type AtStep = (step: number) => unknown
const atStep = z.custom<AtStep>((value) => typeof value === 'function')
const exported = z.object({
  learningRate: atStep,
  momentum: atStep.optional(),
  setRate: z.custom<(optimizer: object, step: number) => void>((value) => typeof value === 'function'),
})

let files = 0
/** What the exported file exports, run by Node, which takes out the types and nothing else. */
async function load([spec, plan, edits]: ExportCase): Promise<z.infer<typeof exported>> {
  files += 1
  const file = path.join(folder, `schedule${files}.ts`)
  writeFileSync(file, exportSchedule(spec, plan, 'tfjs', edits))
  return exported.parse({ ...(await import(pathToFileURL(file).href)) })
}

async function assertSame(given: ExportCase): Promise<void> {
  const [spec, plan, edits] = given
  const compiled = compileSchedule(spec, plan, edits)
  const { learningRate, momentum } = await load(given)
  const highest = Math.max(...Array.from({ length: compiled.totalSteps }, (_, step) => compiled.at(step).lr))
  for (let step = 0; step < compiled.totalSteps; step++) {
    const want = compiled.at(step)
    near(learningRate(step), want.lr, highest, `rate of step ${step} of ${JSON.stringify(given)}`)
    const found = momentum?.(step)
    if (want.momentum === undefined) assert.equal(found, undefined)
    else near(found, want.momentum, 1, `momentum of step ${step} of ${JSON.stringify(given)}`)
  }
}

function near(found: unknown, want: number, scale: number, about: string): void {
  const close = typeof found === 'number' && Math.abs(found - want) <= 1e-9 * Math.abs(want) + 1e-15 * scale
  assert.ok(close, `${found} is not ${want}: ${about}`)
}

const exportable = ([spec, plan]: ExportCase): boolean => compileSchedule(spec, plan).feedback === undefined

describe('TypeScript for TensorFlow.js', () => {
  it('gives the rates and momenta of every preset, run by Node', async () => {
    const plan = { totalSteps: 997, stepsPerEpoch: 7 }
    for (const { spec } of presets) if (exportable([spec, plan])) await assertSame([spec, plan])
  })

  it('gives those of random schedules of every family', async () => {
    const drawn = fc.sample(fc.tuple(anySpec, anyPlan), { numRuns: 100, seed: 20_261_130 })
    for (const given of drawn) if (exportable(given)) await assertSame(given)
  })

  it('gives those of an edited run', async () => {
    const edits = [{ kind: 'annealNow', atStep: 33, steps: 12 }] as const
    const plan = { totalSteps: 100, stepsPerEpoch: 10 }
    await assertSame([parseSchedule({ kind: 'sgdr', lrMax: 0.1, t0: 2 }), plan, edits])
  })

  it('computes formulas as Anneal does', async () => {
    const expressions = [
      '(t == 3 ? 2 : 1) * base',
      '(t != 3) == (u > 0.5) ? base : base / 2',
      'base * abs(sin(7 * u)) + min(u, 0.5) ^ 2 + t % 3 + round(u * 3) + floor(x) + tanh(u)',
      'base * (1 == 1 ? 1 : 0) + max(log(1 + t), sqrt(t), ceil(u)) * exp(-u) * cos(u) ^ 2',
    ]
    for (const expression of expressions) {
      const spec = parseSchedule({ kind: 'formula', expression, base: 0.1 })
      await assertSame([spec, { totalSteps: 50, stepsPerEpoch: 5 }])
    }
  })

  it('sets the rate by the method where the optimizer has one, else by its field', async () => {
    const linear = parseSchedule({ kind: 'linear', lrStart: 1, endpoint: 'exclusive' })
    const { setRate, learningRate } = await load([linear, { totalSteps: 4, stepsPerEpoch: 1 }])
    const adam = { learningRate: 0 }
    setRate(adam, 1)
    assert.equal(adam.learningRate, 0.75)
    let told = 0
    setRate({ setLearningRate: (rate: number) => (told = rate) }, 9)
    assert.equal(told, 0.25)
    assert.throws(() => learningRate(4), { name: 'RangeError', message: /from 0 to 3, not 4/ })
  })
})
