import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileSchedule, parseSchedule } from '../../../shared/schedule/index.ts'
import { gridPlaceOf, placeLabel, profileGrid } from '../../../shared/study/profileGrid.ts'
import { budgetStudySpec } from '../../../shared/study/spec.ts'

const plan = { totalSteps: 100, stepsPerEpoch: 20 }
const rates = (label: string): number[] => {
  const schedule = profileGrid(0.8).find((one) => one.label === label)
  assert.ok(schedule !== undefined && 'spec' in schedule)
  const { at } = compileSchedule(parseSchedule(schedule.spec), plan)
  return Array.from({ length: 100 }, (_, step) => at(step).lr)
}

test('the grid of the paper is three profiles by five sampling rates, each a schedule of a budget study', () => {
  const schedules = profileGrid(0.1)
  assert.equal(schedules.length, 15)
  assert.equal(new Set(schedules.map(({ label }) => label)).size, 15)
  assert.doesNotThrow(() => budgetStudySpec.parse({ kind: 'budget', base: {}, schedules }))
})

test('a profile that is read at 50 % and 75 % of the budget is a step schedule with the profile’s values there', () => {
  const linear = rates('Linear, 50-75')
  assert.deepEqual(
    [linear[0], linear[49], linear[50], linear[74], linear[75], linear[99]],
    [0.8, 0.8, 0.4, 0.4, 0.2, 0.2],
  )
  const rex = rates('REX, 33-66')
  // (1 - p)/(1 - p/2) at p = 0.33 and 0.66, by hand: 0.67/0.835 and 0.34/0.67.
  assert.ok(Math.abs((rex[33] ?? 0) - 0.8 * (0.67 / 0.835)) < 1e-12)
  assert.ok(Math.abs((rex[66] ?? 0) - 0.8 * (0.34 / 0.67)) < 1e-12)
  assert.equal(rex[32], 0.8)
})

test('every epoch, every 5 % and every step move as often as they say', () => {
  assert.equal(new Set(rates('Exponential, every epoch')).size, 5)
  assert.equal(new Set(rates('Exponential, every 5 %')).size, 20)
  assert.equal(new Set(rates('Exponential, every step')).size, 100)
})

test('a schedule is found in its place of the grid whatever its rates, and only there', () => {
  for (const schedule of profileGrid(0.3)) {
    assert.ok('spec' in schedule)
    const place = gridPlaceOf(parseSchedule({ ...schedule.spec, lrEnd: 0.001 }))
    assert.equal(place && placeLabel(place), schedule.label)
  }
  assert.equal(gridPlaceOf(parseSchedule({ kind: 'linear', lrStart: 0.1, delay: 0.5 })), undefined)
  assert.equal(gridPlaceOf(parseSchedule({ kind: 'rex', lrStart: 0.1, beta: 0.9 })), undefined)
  assert.equal(gridPlaceOf(parseSchedule({ kind: 'cosine', lrStart: 0.1 })), undefined)
})
