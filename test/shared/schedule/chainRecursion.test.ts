import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileSchedule, parseSchedule } from '../../../shared/schedule/index.ts'
import { assertSameInPython, withoutPython } from './export/python.ts'

const plan = { totalSteps: 40, stepsPerEpoch: 4 }
const fading = { kind: 'exponential', lr: 1, gamma: 0.99, unit: 'step' }
const flat = { kind: 'constant', lr: 1 }

const recursive = (factors: readonly object[], lr = 0.1) =>
  parseSchedule({ kind: 'chain', lr, factors, combine: 'recursive' })

function assertRates(spec: ReturnType<typeof recursive>, want: (step: number) => number): void {
  const { at } = compileSchedule(spec, plan)
  for (let step = 0; step < plan.totalSteps; step++) {
    const wanted = want(step)
    assert.ok(
      Math.abs(at(step).lr - wanted) <= 1e-12 * Math.abs(wanted),
      `step ${step}: ${at(step).lr}, not ${wanted}`,
    )
  }
}

test('a warm-up from 0 in a recursion rises as in the product', () => {
  const warm = { kind: 'warmup', length: 4, form: 'zero', unit: 'step', schedule: flat }
  assertRates(recursive([warm, fading]), (t) => 0.1 * Math.min(1, t / 4) * 0.99 ** t)
})

test('a dip to 0 in a recursion is over when its factor is', () => {
  const pieces = [
    { schedule: { kind: 'linear', lrStart: 1, length: 4, unit: 'step' }, length: 5 },
    { schedule: flat },
  ]
  const dip = { kind: 'sequence', unit: 'step', pieces }
  assertRates(recursive([fading, dip]), (t) => 0.1 * 0.99 ** t * (t < 5 ? 1 - t / 4 : 1))
})

/** Every kind of factor that is at 0 for a while, and the factor's own rate. */
const throughZero = [
  { kind: 'linear', lrStart: 0, lrEnd: 1, length: 9, unit: 'step' },
  { kind: 'cyclical', lrMin: 0, lrMax: 1, stepUp: 3, unit: 'step' },
  { kind: 'sgdr', lrMax: 1, t0: 5, unit: 'step', endpoint: 'inclusive' },
  { kind: 'snapshot', lrMax: 1, cycles: 4, endpoint: 'inclusive' },
  { kind: 'piecewise', values: [1, 0, 0.5, 0, 2], boundaries: [3, 6, 7, 20], unit: 'step' },
  { kind: 'trapezoid', lr: 1, warmup: 5, cooldown: 5, endpoint: 'inclusive', unit: 'step' },
]

test('a factor that is at 0 for a while gives the product, whatever stands beside it', () => {
  for (const factor of throughZero) {
    const alone = compileSchedule(parseSchedule(factor), plan)
    const fade = (t: number): number => 0.1 * 0.99 ** t * alone.at(t).lr
    assertRates(recursive([factor, fading]), fade)
    assertRates(recursive([fading, factor]), fade)
    assertRates(recursive([factor, factor], 1), (t) => alone.at(t).lr ** 2)
  }
})

test('where a formula sets the rate anew, a factor at 0 before it holds nothing down, and one behind it comes back', () => {
  const gone = { kind: 'piecewise', values: [1, 0], boundaries: [3], unit: 'step' }
  const set = { kind: 'formula', expression: 't < 10 ? 1 : 0.5', base: 1, unit: 'step' }
  // Behind the formula the factor takes the rate to 0 once, at step 3; at rest it leaves the formula's rate alone.
  assertRates(recursive([set, gone]), (t) => (t === 3 ? 0 : t < 10 ? 0.1 : 0.05))
  assertRates(recursive([gone, set]), (t) => (t < 10 ? 0.1 : 0.05))
})

test('exported code has the rates of factors that come back from 0', { skip: withoutPython }, () => {
  assertSameInPython(throughZero.map((factor) => [recursive([factor, fading]), plan]))
})
