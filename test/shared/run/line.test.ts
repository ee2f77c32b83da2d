import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AverageLines, LineTop } from '../../../shared/api/ensembles.ts'
import { bumpOf, errorsOfBump } from '../../../shared/ensemble/bump.ts'
import { averageVerdict, nats } from '../../../shared/run/line.ts'

test('a height below what it is measured from is told without a sign', () => {
  const written = (value: number): string => value.toFixed(4)
  assert.equal(nats(-0.0443, written), '0.0443 nats below')
  assert.equal(nats(0.0443, written), '0.0443 nats above')
  assert.equal(nats(0, written), '0.0000 nats above')
})

test('the verdict on an average names the member behind the highest bump, and the others across one', () => {
  const top = (height: number, at: number): LineTop => ({ at, ...bumpOf({ height, standardError: 0.01 }, 3) })
  const said = (...tops: readonly (LineTop | null)[]): string => {
    const lines: AverageLines = {
      lines: tops.map((each, k) => ({ snapshotId: k + 1, points: [], top: each })),
      ...{ measured: 31, places: 31, isDone: true, examples: 1200 },
      ...{ errorsOfBump: errorsOfBump(3), leastBump: 0.0335 },
    }
    return averageVerdict(
      lines,
      (id) => `cycle ${id}`,
      (loss) => loss.toFixed(3),
      (count) => `${count}`,
    )
  }
  assert.equal(
    said(top(0.04, 0.5), top(0.2, 0.3), top(0.01, 0.5)),
    'Between cycle 2 and the average lies a bump of 0.200 nats (± 0.010 standard error, 1200 validation examples) at λ = 0.3: it is in another basin. Others across a bump: cycle 1.',
  )
  assert.match(
    said(top(0.2, 0.3), top(Number.NaN, 0.5), null),
    /^Between cycle 2 .* a bump without a finite loss/,
  )
  assert.equal(
    said(top(0.032, 0.5), top(-0.2, 0.3), null),
    'One basin, as far as 1200 validation examples tell: on no line from a member to the average a bump above 0.034 nats (3.3 standard errors, as 3 lines were looked at).',
  )
})

test('of several lines looked at together one is as seldom above its threshold by chance as a single one', () => {
  // The tail of the normal distribution, summed; its values at 3 and 4 are in any table.
  const tail = (z: number): number => {
    const step = 1e-3
    let sum = 0
    for (let x = z + step / 2; x < z + 10; x += step) sum += step * Math.exp((-x * x) / 2)
    return sum / Math.sqrt(2 * Math.PI)
  }
  assert.ok(Math.abs(tail(3) - 0.001349898) < 1e-8)
  assert.equal(errorsOfBump(), 3)
  for (const lines of [2, 3, 10, 50]) {
    const chance = (lines * tail(errorsOfBump(lines))) / tail(3)
    assert.ok(chance < 1 && chance > 0.7, `${lines}: ${chance}`)
  }
})
