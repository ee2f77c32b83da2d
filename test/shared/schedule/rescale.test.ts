import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  compileSchedule,
  parseSchedule,
  presets,
  rescaleSchedule,
  type ScheduleSpec,
  scaleRates,
  scheduleFamilies,
} from '../../../shared/schedule/index.ts'
import { anySpec } from './arbitrarySpec.ts'

const stepsPerEpoch = 40
const whole = { totalSteps: 800, stepsPerEpoch }
const half = { totalSteps: 400, stepsPerEpoch }

const cosine = { kind: 'cosine', lrStart: 0.1 }
/** Over half of the budget, each step t has the rate that step 2t had: to the last digits. */
const exact: readonly object[] = [
  { kind: 'constant', lr: 0.1 },
  { kind: 'step', lr: 0.1, stepSize: 4 },
  { kind: 'step', lr: 0.1, stepSize: 160, unit: 'step' },
  { kind: 'multiStep', lr: 0.1, milestones: [4, 12], gamma: 0.5 },
  { kind: 'multiStep', lr: 0.1, milestones: [0.5, 0.75], unit: 'budget' },
  { kind: 'piecewise', values: [0.1, 0.05, 0.2], boundaries: [5, 7] },
  { kind: 'linear', lrStart: 0.1, length: 8, delay: 0.25 },
  { ...cosine, length: 300, unit: 'step' },
  { kind: 'polynomial', lrStart: 0.1, power: 2 },
  { kind: 'rex', lrStart: 0.1, update: { every: 20 } },
  { kind: 'linear', lrStart: 0.1, update: { atSteps: [100, 300] } },
  { kind: 'linear', lrStart: 0.1, update: { atFractions: [0.5, 0.75] } },
  { kind: 'exponentialDecay', lrStart: 0.1, length: 12 },
  { kind: 'geometric', lrStart: 0.1, lrEnd: 0.001 },
  { kind: 'exponential', lr: 0.1, gamma: 0.8 },
  { kind: 'exponential', lr: 0.1, gamma: 0.01, unit: 'budget' },
  { kind: 'inverseTime', lr: 0.1, k: 0.5 },
  { kind: 'inverseSqrt', lr: 0.1 },
  { kind: 'inverseSqrt', lr: 0.1, timescale: 40, offset: 10, unit: 'step' },
  { kind: 'noam', lr: 0.05, warmup: 2 },
  { kind: 'noam', lr: 0.05, warmup: 80, unit: 'step' },
  { kind: 'budgeted', lr: 0.1 },
  { kind: 'trapezoid', lr: 0.1, warmup: 2, cooldown: 4, shape: '1-sqrt' },
  { kind: 'sgdr', lrMax: 0.1, t0: 2, tMult: 2 },
  { kind: 'sgdr', lrMax: 0.1, t0: 80, unit: 'step', restartDecay: 0.5 },
  { kind: 'snapshot', lrMax: 0.1, cycles: 4 },
  { kind: 'cyclical', lrMin: 0.001, lrMax: 0.1, stepUp: 2, stepDown: 4 },
  { kind: 'cyclical', lrMin: 0.001, lrMax: 0.1, stepUp: 1, mode: 'exp_range', gamma: 0.9 },
  { kind: 'formula', expression: 'base / (1 + epoch) + t / T + x * u', base: 0.3 },
  { kind: 'warmup', length: 2, schedule: cosine },
  { kind: 'warmup', length: 80, unit: 'step', schedule: { ...cosine, length: 6 } },
  {
    kind: 'sequence',
    pieces: [
      { schedule: { kind: 'linear', lrStart: 0.01, lrEnd: 0.1 }, length: 4 },
      { schedule: { kind: 'sgdr', lrMax: 0.1, t0: 2 }, length: 10 },
      { schedule: cosine },
    ],
  },
  {
    kind: 'chain',
    lr: 0.1,
    factors: [
      { kind: 'step', lr: 1, stepSize: 5 },
      { kind: 'linear', lrStart: 1, lrEnd: 0.5 },
    ],
  },
  { ...cosine, momentum: { curve: 'demon', init: 0.9, delay: 0.5 } },
]

for (const input of exact) {
  const spec = parseSchedule(input)
  test(`rescaled to half of the budget, ${JSON.stringify(input)} keeps its curve`, () => {
    const full = compileSchedule(spec, whole)
    const scaled = compileSchedule(rescaleSchedule(spec, 0.5), half)
    for (let step = 0; step < half.totalSteps; step++) {
      const [found, wanted] = [scaled.at(step), full.at(2 * step)]
      assertClose(found.lr, wanted.lr, `rate of step ${step}`)
      if (wanted.momentum !== undefined)
        assertClose(found.momentum ?? -1, wanted.momentum, `momentum of ${step}`)
    }
  })
}

function assertClose(found: number, wanted: number, what: string): void {
  assert.ok(
    Math.abs(found - wanted) <= 1e-9 * Math.max(1e-3, Math.abs(wanted)),
    `${what}: ${found}, not ${wanted}`,
  )
}

test('rescaled, 1cycle keeps its curve but for the steps that PyTorch ends its phases early', () => {
  const spec = parseSchedule({ kind: 'oneCycle', lrMax: 0.1 })
  assert.deepEqual(rescaleSchedule(spec, 0.1), spec)
})

test('rescaled, patience stays whole and never falls to nothing', () => {
  const spec = parseSchedule({ kind: 'plateau', lr: 0.1, patience: 10, cooldown: 2 })
  const scaled = rescaleSchedule(spec, 0.01)
  assert.ok(scaled.kind === 'plateau' && scaled.patience === 1 && scaled.cooldown === 1)
})

test('rescaled, the period of a fractal stays a power of two', () => {
  const spec = parseSchedule({ kind: 'fractal', m: 0.05, M: 1, period: 64 })
  const periods = [0.5, 0.3, 0.01].map((share) => {
    const scaled = rescaleSchedule(spec, share)
    return scaled.kind === 'fractal' ? scaled.period : undefined
  })
  assert.deepEqual(periods, [32, 16, 1])
})

test('rescaled, lengths in steps stay whole and at least one', () => {
  const spec = parseSchedule({ kind: 'multiStep', lr: 0.1, milestones: [0, 30, 70], unit: 'step' })
  const scaled = rescaleSchedule(spec, 0.01)
  assert.ok(scaled.kind === 'multiStep')
  assert.deepEqual(scaled.milestones, [0, 1, 1])
})

test('every preset can be rescaled to a hundredth, and the whole budget leaves any schedule as it is', () => {
  for (const { spec } of presets) {
    assert.equal(rescaleSchedule(spec, 1), spec)
    const scaled = rescaleSchedule(spec, 0.01)
    compileSchedule(scaled, { totalSteps: 100, stepsPerEpoch: 100 })
  }
})

test('every family is rescaled by some case above or has no time in it', () => {
  const tried = new Set(exact.flatMap((input) => kindsIn(parseSchedule(input))))
  const others = ['oneCycle', 'plateau', 'fractal']
  assert.deepEqual(
    scheduleFamilies.map(({ kind }) => kind).filter((kind) => !tried.has(kind) && !others.includes(kind)),
    [],
  )
})

function kindsIn(spec: ScheduleSpec): string[] {
  return (
    JSON.stringify(spec)
      .match(/"kind":"\w+"/g)
      ?.map((text) => text.slice('"kind":"'.length, -1)) ?? []
  )
}

/** Growth without bound of a height that is nothing but rounding: no digit of such a rate means anything. */
const growsFromRounding = (spec: ScheduleSpec): boolean =>
  /"gamma":(?:[1-9]\d*)(?:\.\d+)?[,}]/.test(JSON.stringify(spec).replaceAll(/"gamma":1[,}]/g, ''))

test('a factor on the rates multiplies the rate of every step', () => {
  const factors = fc.constantFrom(0.1, 0.5, 3)
  fc.assert(
    fc.property(anySpec, factors, (spec, factor) => {
      fc.pre(!growsFromRounding(spec))
      const [one, other] = [spec, scaleRates(spec, factor)].map((each) => compileSchedule(each, whole))
      for (let step = 0; step < whole.totalSteps; step += 37) {
        const [before, after] = [one?.at(step).lr ?? 0, other?.at(step).lr ?? 0]
        assert.ok(Math.abs(after - factor * before) <= 1e-9 * Math.max(1e-6, factor * before))
      }
    }),
    { numRuns: 200 },
  )
})
