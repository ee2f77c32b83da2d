import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileSchedule, parseSchedule } from '../../../shared/schedule/index.ts'
import { scaleOfRates, scaleOfSchedule } from '../../../src-renderer/charts/rateScale.ts'

const scaleOf = (spec: object): string =>
  scaleOfSchedule(compileSchedule(parseSchedule(spec), { totalSteps: 1200, stepsPerEpoch: 100 }))

test('schedules that come down far in their last steps only open on a linear axis', () => {
  const clr = { kind: 'cyclical', lrMin: 0.0005, lrMax: 0.1, stepUp: 2, unit: 'epoch' }
  const linear = [
    { kind: 'oneCycle', lrMax: 0.1 },
    { kind: 'oneCycle', lrMax: 0.1, phases: 3 },
    { kind: 'formula', expression: 'base*(1-u)^2' },
    { kind: 'formula', expression: 'base*(1-u)^3 + 1e-9' },
    { kind: 'formula', expression: '0.1*(1+cos(pi*u))/2 + 1e-6' },
    { kind: 'warmup', length: 1, unit: 'epoch', schedule: clr },
    { kind: 'sgdr', lrMax: 0.1, lrMin: 1e-5, t0: 3 },
    { kind: 'cosine', lrStart: 0.1 },
    { kind: 'rex', lrStart: 0.1 },
    { kind: 'constant', lr: 0.1 },
  ]
  for (const spec of linear) assert.equal(scaleOf(spec), 'linear', JSON.stringify(spec))
})

test('rates that fall by decades over the plan open on a log axis', () => {
  const log = [
    { kind: 'exponential', lr: 0.1, gamma: 0.5 },
    { kind: 'formula', expression: '1e-5 * 1e5^u' },
    { kind: 'step', lr: 0.1, gamma: 0.1, stepSize: 4 },
    { kind: 'geometric', lrStart: 0.1, lrEnd: 1e-5 },
  ]
  for (const spec of log) assert.equal(scaleOf(spec), 'log', JSON.stringify(spec))
})

test('runs of rates decades apart are compared on a log axis', () => {
  assert.equal(scaleOfRates([...Array(10).fill(0.001), ...Array(10).fill(1)]), 'log')
  assert.equal(scaleOfRates([]), 'linear')
  assert.equal(scaleOfRates([0, 0.1]), 'linear')
})
