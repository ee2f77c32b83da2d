import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileSchedule, parseSchedule } from '../../../shared/schedule/index.ts'
import { sampleRates } from '../../../src-renderer/ribbon/sample.ts'

const plan = { totalSteps: 1_000_000, stepsPerEpoch: 1000 }

test('steps ascend, ends are there, and the values are the schedule’s own', () => {
  const schedule = compileSchedule(parseSchedule({ kind: 'sgdr', lrMax: 0.1, t0: 7, tMult: 3 }), plan)
  const { steps, rates } = sampleRates(schedule)
  assert.equal(steps[0], 0)
  assert.equal(steps.at(-1), 999_999)
  assert.ok(steps.every((step, i) => i === 0 || step > (steps[i - 1] ?? 0)))
  assert.ok(steps.every((step, i) => schedule.at(step).lr === rates[i]))
  assert.ok(steps.length < 1000)
})

test('the highest and lowest rate of every cycle are drawn', () => {
  const schedule = compileSchedule(parseSchedule({ kind: 'sgdr', lrMax: 0.1, t0: 7, tMult: 3 }), plan)
  const { steps } = sampleRates(schedule)
  for (const { start, end } of schedule.cycles) assert.ok(steps.includes(start) && steps.includes(end - 1))
})

test('stairs stay upright: both sides of a milestone are drawn', () => {
  const spec = parseSchedule({ kind: 'multiStep', lr: 1, milestones: [123.457], gamma: 0.1 })
  const schedule = compileSchedule(spec, plan)
  const { steps } = sampleRates(schedule)
  assert.ok(steps.includes(123_456) && steps.includes(123_457))
})

test('a plan of one step is one point', () => {
  const schedule = compileSchedule(parseSchedule({ kind: 'constant', lr: 0.1 }), {
    totalSteps: 1,
    stepsPerEpoch: 1,
  })
  assert.deepEqual(sampleRates(schedule), { steps: [0], rates: [0.1] })
})

test('very many short cycles are drawn alike from end to end, not as waves of the sampling', () => {
  for (const epochs of [300, 700, 3000]) {
    const schedule = compileSchedule(parseSchedule({ kind: 'sgdr', lrMax: 0.1, t0: 1 }), {
      totalSteps: epochs * 7,
      stepsPerEpoch: 7,
    })
    const { steps, rates } = sampleRates(schedule)
    const tenth = (i: number) =>
      rates.filter((_, at) => Math.floor((10 * (steps[at] ?? 0)) / schedule.totalSteps) === i)
    for (let i = 0; i < 10; i++) {
      assert.equal(Math.max(...tenth(i)), schedule.at(0).lr)
      assert.ok(Math.min(...tenth(i)) < 0.01)
      assert.ok(tenth(i).filter((rate) => rate === schedule.at(0).lr).length >= Math.min(epochs, 150) / 11)
    }
  }
})
