import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { buildTimetable } from '../../../shared/run/plan.ts'
import { parseRunSpec } from '../../../shared/run/spec.ts'
import { readsBudget } from '../../../shared/schedule/children.ts'
import {
  compileSchedule,
  extendPlanBy,
  parseSchedule,
  presets,
  type ScheduleSpec,
  usualExtension,
} from '../../../shared/schedule/index.ts'
import { anyPlan, anySpec } from './arbitrarySpec.ts'

const plan = { totalSteps: 100, stepsPerEpoch: 10 }

test('a schedule that does not read its budget has the same values under any other', () => {
  fc.assert(
    fc.property(anySpec, anyPlan, fc.integer({ min: 1, max: 400 }), (spec, given, more) => {
      if (readsBudget(spec)) return
      const short = compileSchedule(spec, given)
      const long = compileSchedule(spec, { ...given, totalSteps: given.totalSteps + more })
      for (let step = 0; step < given.totalSteps; step++) assert.deepEqual(short.at(step), long.at(step))
    }),
    { numRuns: 600 },
  )
})

/** Every kind that goes on by itself. */
const steady = [
  { kind: 'constant', lr: 0.1 },
  { kind: 'step', lr: 0.1, stepSize: 3 },
  { kind: 'multiStep', lr: 0.1, milestones: [30, 120], unit: 'step' },
  { kind: 'piecewise', values: [0.1, 0.01], boundaries: [4] },
  { kind: 'exponential', lr: 0.1, gamma: 0.9 },
  { kind: 'inverseTime', lr: 0.1, k: 0.5 },
  { kind: 'inverseSqrt', lr: 0.1 },
  { kind: 'noam', lr: 0.1, warmup: 3 },
  { kind: 'plateau', lr: 0.1 },
  { kind: 'cosine', lrStart: 0.1, lrEnd: 0.01, length: 4 },
  { kind: 'formula', expression: 'base / (1 + epoch)' },
  { kind: 'warmup', length: 2, schedule: { kind: 'step', lr: 0.1, stepSize: 3 } },
  {
    kind: 'sequence',
    pieces: [
      { schedule: { kind: 'linear', lrStart: 0.1 }, length: 3 },
      { schedule: { kind: 'constant', lr: 0.01 } },
    ],
  },
].map(parseSchedule)

test('what nothing in it depends on the budget is extended by steps and by epochs, and goes on as planned', () => {
  for (const spec of steady) {
    const before = compileSchedule(spec, plan)
    for (const [by, total] of [
      [{ steps: 25 }, 125],
      [{ epochs: 3.5 }, 135],
    ] as const) {
      const longer = extendPlanBy(spec, plan, by)
      assert.deepEqual(longer, { ...plan, totalSteps: total, scheduleSteps: 100, earlierEnds: [100] })
      const after = compileSchedule(spec, longer)
      const asked = compileSchedule(spec, { ...plan, totalSteps: total })
      for (let step = 0; step < total; step++) {
        assert.deepEqual(after.at(step), asked.at(step), `${spec.kind} ${step}`)
        if (step < 100) assert.deepEqual(after.at(step), before.at(step))
      }
    }
    assert.deepEqual(usualExtension(spec, plan), { epochs: 3 }, spec.kind)
  }
})

test('what is planned over the budget, has cycles, or was annealed to its end is refused with what to do', () => {
  const refused = (spec: ScheduleSpec, message: RegExp, edits: Parameters<typeof extendPlanBy>[3] = []) =>
    assert.throws(() => extendPlanBy(spec, plan, { steps: 10 }, edits), { name: 'UserError', message })
  for (const kind of [
    { kind: 'cosine', lrStart: 0.1 },
    { kind: 'budgeted', lr: 0.1 },
    { kind: 'trapezoid', lr: 0.1, cooldown: 2 },
    { kind: 'multiStep', lr: 0.1, milestones: [0.5], unit: 'budget' },
    { kind: 'constant', lr: 0.1, momentum: { curve: 'demon', init: 0.9 } },
    { kind: 'formula', expression: 'base * (1 - u)' },
  ])
    refused(parseSchedule(kind), /planned over its budget.*start a new run/)
  refused(parseSchedule({ kind: 'sgdr', lrMax: 0.1, t0: 4 }), /has cycles; extend it by cycles/)
  const [constant] = steady
  assert.ok(constant)
  refused(constant, /annealed to its end at step 60/, [{ kind: 'annealNow', atStep: 50, steps: 10 }])
  assert.throws(() => extendPlanBy(constant, plan, { epochs: 0.01 }), /at least one whole step.*0\.01 epochs/)
  assert.throws(() => extendPlanBy(constant, plan, { steps: 1e9 }), /longer than 1000000000 steps/)
  assert.throws(() => extendPlanBy(constant, plan, { cycles: 1 }), /extend it by epochs or steps instead/)
  for (const { spec } of presets) {
    const by = usualExtension(spec, plan)
    if ('epochs' in by) extendPlanBy(spec, plan, by)
  }
})

test('the snapshots at the ends of a run that was extended have numbers of their own', () => {
  const spec = parseRunSpec({ schedule: { kind: 'constant', lr: 0.1 }, budget: { steps: 100 } })
  let grown: Parameters<typeof buildTimetable>[1] = { plan, edits: [] }
  const numbers: (number | undefined)[] = []
  for (let i = 0; i < 3; i++) {
    const { snapshotAfter, totalSteps } = buildTimetable(spec, grown)
    numbers.push(snapshotAfter(totalSteps - 1))
    grown = { plan: extendPlanBy(spec.schedule, grown.plan, { epochs: 2 }), edits: [] }
  }
  assert.deepEqual(numbers, [1, 2, 3])
})

test('a run that ends just where its last, open piece would begin goes on into it by epochs', () => {
  const bordered = parseRunSpec({
    schedule: {
      kind: 'sequence',
      pieces: [
        { schedule: { kind: 'cosine', lrStart: 0.1 }, length: 5 },
        { schedule: { kind: 'constant', lr: 0.01 } },
      ],
    },
    budget: { steps: 50 },
    snapshots: { at: 'cycleEnds' },
  })
  const spec = bordered.schedule
  const launched = { totalSteps: 50, stepsPerEpoch: 10 }
  assert.deepEqual(usualExtension(spec, launched), { epochs: 1 })
  assert.throws(() => extendPlanBy(spec, launched, { cycles: 1 }), /extend it by epochs or steps instead/)
  const longer = extendPlanBy(spec, launched, { epochs: 2 })
  assert.equal(longer.totalSteps, 70)
  const [before, after] = [launched, longer].map((each) => compileSchedule(spec, each))
  for (let step = 0; step < 50; step++) assert.deepEqual(after?.at(step), before?.at(step))
  for (let step = 50; step < 70; step++) assert.equal(after?.at(step).lr, 0.01)
  const longest = extendPlanBy(spec, longer, { epochs: 2 })
  const { snapshotAfter } = buildTimetable(bordered, { plan: longest, edits: [] })
  // The cycle's end at 50 is counted once, as a cycle; the end at 70 was one of the run.
  assert.deepEqual([49, 89].map(snapshotAfter), [1, 3])
})

test('the usual extension of what does not read its budget is never refused, also where a cycle ends with the run', () => {
  fc.assert(
    fc.property(anySpec, anyPlan, (spec, given) => {
      if (readsBudget(spec)) return
      const cycle = compileSchedule(spec, given).cycleAt(0)
      const whole = { totalSteps: cycle?.end ?? given.totalSteps, stepsPerEpoch: given.stepsPerEpoch }
      for (const plan of [given, whole]) {
        const longer = extendPlanBy(spec, plan, usualExtension(spec, plan))
        const [before, after] = [plan, longer].map((each) => compileSchedule(spec, each))
        for (let step = 0; step < plan.totalSteps; step++) assert.deepEqual(after?.at(step), before?.at(step))
      }
    }),
    { numRuns: 200 },
  )
})
