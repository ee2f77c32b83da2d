import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildTimetable, initialPlan, type Timetable } from '../../../shared/run/plan.ts'
import { parseRunSpec } from '../../../shared/run/spec.ts'
import { extendPlan, type SchedulePlan } from '../../../shared/schedule/index.ts'

const specWith = (change: object) =>
  parseRunSpec({
    schedule: { kind: 'sgdr', lrMax: 0.1, t0: 9, unit: 'step' },
    budget: { steps: 63 },
    batchSize: 10,
    ...change,
  })

/** [step, number] of every snapshot. */
function snapshots(plan: Timetable): [number, number][] {
  const steps = Array.from({ length: plan.totalSteps }, (_, step) => step)
  return steps.flatMap((step): [number, number][] => {
    const number = plan.snapshotAfter(step)
    return number === undefined ? [] : [[step, number]]
  })
}

describe('numbers of snapshots', () => {
  const first: SchedulePlan = { totalSteps: 63, stepsPerEpoch: 10, scheduleSteps: 63 }

  it('grow over the ends of runs that were extended, and stay where they were', () => {
    const spec = specWith({ snapshots: { at: 'epochs', every: 3 } })
    const second = extendPlan(spec.schedule, first, 1)
    const third = extendPlan(spec.schedule, second, 2)
    const of = (plan: SchedulePlan) => snapshots(buildTimetable(spec, { plan, edits: [] }))
    assert.deepEqual(of(first), [
      [29, 1],
      [59, 2],
      [62, 3],
    ])
    assert.deepEqual(of(second), [
      [29, 1],
      [59, 2],
      [71, 4],
    ])
    assert.deepEqual(of(third), [
      [29, 1],
      [59, 2],
      [89, 5],
    ])
    const { earlierEnds: _, ...stored } = second
    assert.deepEqual(of(stored).at(-1), [71, 4])
  })

  it('count the ends under the rule `last`', () => {
    const spec = specWith({ snapshots: { at: 'last' } })
    const plans = [first]
    for (let i = 0; i < 3; i++) plans.push(extendPlan(spec.schedule, plans.at(-1) ?? first, 1))
    const numbers = plans.map((plan) => snapshots(buildTimetable(spec, { plan, edits: [] })))
    assert.deepEqual(numbers, [[[62, 1]], [[71, 2]], [[80, 3]], [[89, 4]]])
  })

  it('are taken after the steps of a list, and after the last', () => {
    const spec = specWith({ snapshots: { at: 'steps', steps: [10, 30, 63] } })
    const other = specWith({ snapshots: { at: 'steps', steps: [10, 30] } })
    const grown = extendPlan(other.schedule, first, 1)
    const of = (rule: typeof spec, plan: SchedulePlan) => snapshots(buildTimetable(rule, { plan, edits: [] }))
    const [a, b, c] = [
      [9, 1],
      [29, 2],
      [62, 3],
    ]
    assert.deepEqual(of(spec, first), [a, b, c])
    assert.deepEqual(of(other, first), [a, b, c])
    assert.deepEqual(of(other, grown), [a, b, [71, 4]])
    assert.equal(initialPlan(spec, 100).totalSteps, 63)
    assert.throws(
      () => initialPlan(specWith({ snapshots: { at: 'steps', steps: [64] } }), 100),
      /snapshots\.steps must be at most 63, the steps of the run \(received 64\)/,
    )
    assert.throws(
      () => specWith({ snapshots: { at: 'steps', steps: [5, 5] } }),
      /snapshots\.steps: must rise, each of them once/,
    )
  })

  it('stay under an edit', () => {
    const spec = specWith({ snapshots: { at: 'last' } })
    const edit = { kind: 'annealNow', atStep: 60, steps: 8 } as const
    const longer = extendPlan(spec.schedule, first, 1, [edit])
    const plan = buildTimetable(spec, { plan: longer, edits: [edit] })
    assert.deepEqual(longer.earlierEnds, [68])
    assert.deepEqual(snapshots(plan), [[76, 2]])
  })

  it('are those of the cycles, however many there are', () => {
    const spec = specWith({ schedule: { kind: 'sgdr', lrMax: 0.1, t0: 1, unit: 'step' } })
    const plan = buildTimetable(spec, { plan: { totalSteps: 300_000, stepsPerEpoch: 10 }, edits: [] })
    assert.equal(plan.snapshotAfter(299_999), 300_000)
    assert.equal(plan.snapshotAfter(0), 1)
    const cut = buildTimetable(specWith({}), { plan: { ...first, totalSteps: 65 }, edits: [] })
    assert.equal(cut.snapshotAfter(62), 7)
    assert.equal(cut.snapshotAfter(64), undefined)
  })
})

it('names a budget that comes to no step', () => {
  const spec = specWith({ budget: { epochs: 0.001 } })
  assert.throws(() => initialPlan(spec, 100), {
    name: 'UserError',
    message: /at least one step, of which an epoch has 10 \(received \{"epochs":0.001\}\)/,
  })
})

it('keeps the highest rate of the launch when a rising schedule is extended', () => {
  const rising = { kind: 'cyclical', lrMin: 0.01, lrMax: 0.02, stepUp: 5, unit: 'step', mode: 'exp_range' }
  const spec = specWith({ schedule: { ...rising, gamma: 1.05 }, budget: { steps: 60 } })
  const plan: SchedulePlan = { totalSteps: 60, stepsPerEpoch: 10, scheduleSteps: 60 }
  const launched = buildTimetable(spec, { plan, edits: [] })
  const extended = buildTimetable(spec, { plan: extendPlan(spec.schedule, plan, 3), edits: [] })
  assert.ok(extended.schedule.range.lrMax > launched.schedule.range.lrMax)
  assert.equal(extended.launchLrMax, launched.launchLrMax)
})
