import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../../../shared/random.ts'
import { runElsewhere } from '../../../../shared/run/elsewhere.ts'
import { buildTimetable } from '../../../../shared/run/plan.ts'
import { createPlateau, rateUnderFeedback } from '../../../../shared/schedule/index.ts'
import { foldedCycles, phaseOf, stepsWithin } from '../../../../src-renderer/pages/run/folded.ts'
import {
  bandsOf,
  changeMarks,
  cyclesIn,
  judgedPartOf,
  mostPoints,
  plannedIn,
  rateToCome,
  scoreLine,
  snapshotMarks,
} from '../../../../src-renderer/pages/run/scene.ts'
import { epochMap, stepMap } from '../../../../src-renderer/pages/run/xMap.ts'
import { epochWith, runWith } from './runs.ts'

const run = runWith()
const { schedule } = buildTimetable(run.spec, run.planned)
const whole = { from: 0, to: 299 }
const words = { part: 'validation', measure: 'accuracy' } as const

test("another program's run is judged by the part of which a score is known, whatever its stand-in says", () => {
  const elsewhere = runElsewhere.parse({ from: 'tensorboard', path: '/logs/a' })
  const noParts = { ...run.spec, dataset: { ...run.spec.dataset, validation: 0 } }
  const scored = (valAccuracy: number | null, testAccuracy: number | null) => ({
    ...{ elsewhere, best: { ...epochWith(0), valAccuracy, testAccuracy } },
  })
  const part = (changes: Partial<typeof run>) => judgedPartOf({ ...run, ...changes })
  assert.equal(part({ ...scored(0.7, null), spec: noParts }), 'validation')
  assert.equal(part({ ...scored(0.7, 0.6), spec: noParts }), 'validation')
  assert.equal(part(scored(null, 0.6)), 'test')
  assert.equal(part({ elsewhere, best: null, spec: noParts }), 'validation')
  assert.equal(part({ spec: noParts }), 'test')
})

test('the plan drawn is the plan trained, with both ends of every cycle', () => {
  const planned = plannedIn(schedule, whole)
  for (const { step, lr } of planned) assert.equal(lr, schedule.at(step).lr)
  const steps = new Set(planned.map(({ step }) => step))
  for (const step of [0, 99, 100, 199, 200, 299]) assert.ok(steps.has(step), `step ${step}`)
})

test('what is to come begins where the run is, so that the line has no gap', () => {
  assert.equal(rateToCome(plannedIn(schedule, whole), 150, schedule, [])[0]?.step, 149)
  assert.deepEqual(rateToCome(plannedIn(schedule, { from: 0, to: 100 }), 150, schedule, []), [])
})

test('under feedback the plan goes on at the rate last cut to', () => {
  const plateau = runWith({}, { kind: 'plateau', lr: 0.1, factor: 0.5, patience: 1 })
  const compiled = buildTimetable(plateau.spec, plateau.planned).schedule
  const { feedback } = compiled
  assert.ok(feedback !== undefined)
  const cuts = [{ step: 49, lr: 0.05, reason: 'no better' }]
  const state = { ...createPlateau(feedback).state, lr: 0.05 }
  for (const { step, lr } of rateToCome(plannedIn(compiled, whole), 60, compiled, cuts))
    assert.equal(lr, rateUnderFeedback(compiled.at(step).lr, feedback, state))
})

test('cycles are found and shaded in turn, and not where they would shade everything', () => {
  assert.deepEqual(
    cyclesIn(schedule, { from: 99, to: 200 }).map(({ index }) => index),
    [0, 1, 2],
  )
  assert.deepEqual(
    cyclesIn(schedule, { from: 100, to: 199 }).map(({ index }) => index),
    [1],
  )
  assert.deepEqual(bandsOf(schedule, whole, epochMap(10)), [{ from: 10.1, to: 20.1 }])
  const many = runWith({}, { kind: 'sgdr', lrMax: 0.1, t0: 1, unit: 'step' })
  assert.deepEqual(bandsOf(buildTimetable(many.spec, many.planned).schedule, whole, stepMap), [])
})

test('ten thousand epochs are thinned, but not the pinned ones, nor the extremes', () => {
  const rng = random(1, 'epochs')
  const epochs = Array.from({ length: 10_000 }, (_, i) => epochWith(i + 1, { valLoss: rng.next() }))
  const pins = [4321, 4322, 4323].map((epoch) => 10 * epoch - 1)
  const { x, y } = scoreLine(epochs, ({ valLoss }) => valLoss, { from: 0, to: 99_999 }, stepMap, pins)
  assert.ok(x.length <= mostPoints, `${x.length} points`)
  for (const pin of pins) assert.ok(x.includes(pin + 1))
  const all = epochs.map(({ valLoss }) => valLoss ?? Number.NaN)
  assert.equal(Math.min(...y.map(Number)), Math.min(...all))
  assert.equal(Math.max(...y.map(Number)), Math.max(...all))
})

test('a line of epochs comes into the window and leaves it', () => {
  const epochs = [1, 2, 3, 4, 5].map((epoch) => epochWith(epoch))
  const { x } = scoreLine(epochs, ({ valLoss }) => valLoss, { from: 25, to: 31 }, stepMap, [])
  assert.deepEqual(x, [20, 30, 40])
  const gaps = epochs.map((epoch) => (epoch.epoch % 2 === 0 ? { ...epoch, valLoss: null } : epoch))
  assert.deepEqual(
    scoreLine(gaps, ({ valLoss }) => valLoss, { from: 0, to: 99 }, stepMap, []).x,
    [10, 30, 50],
  )
})

test('snapshots are marked where they were taken, cuts and edits at the rate from there on', () => {
  const stored = {
    id: 7,
    runId: 'run1',
    cycle: 1,
    step: 99,
    lr: 0.001,
    ema: null,
    weightsSha256: '',
    bytes: 1,
    createdAt: 0,
  }
  const scored = { ...stored, valLoss: 0.5, valAccuracy: 0.9, testLoss: null, testAccuracy: null }
  assert.deepEqual(
    snapshotMarks(run, [scored], whole, stepMap, words, ({ valLoss }) => valLoss).map(({ x, y, kind }) => [
      x,
      y,
      kind,
    ]),
    [[100, 0.5, 'snapshot']],
  )
  assert.deepEqual(
    snapshotMarks(run, [scored], { from: 100, to: 200 }, stepMap, words, ({ valLoss }) => valLoss),
    [],
  )
  const edited = runWith({
    planned: { ...run.planned, edits: [{ kind: 'annealNow', atStep: 150, steps: 20 }] },
  })
  const compiled = buildTimetable(edited.spec, edited.planned).schedule
  const marks = changeMarks(edited, [{ step: 49, lr: 0.05, reason: 'no better' }], compiled, stepMap)
  assert.deepEqual(
    marks.map(({ x, y }) => [x, y]),
    [
      [151, compiled.at(150).lr],
      [50, 0.05],
    ],
  )
  assert.match(marks[1]?.label ?? '', /0\.05: no better/)
})

test('folded cycles: those begun, each from 0 to 1 along its own plan', () => {
  const begun = foldedCycles(schedule, 150)
  assert.deepEqual(
    begun.map(({ index }) => index),
    [0, 1],
  )
  const [, second] = begun
  assert.ok(second !== undefined)
  assert.deepEqual(
    [100, 199].map((step) => phaseOf(second, step)),
    [0, 1],
  )
  assert.deepEqual(stepsWithin(second, [0, 1]), { from: 100, to: 199 })
  assert.deepEqual(stepsWithin(second, [0.5, 0.75]), { from: 149, to: 175 })
})

test('a cycle that the budget cuts short ends before the end of its phase', () => {
  const cut = runWith({}, { kind: 'sgdr', lrMax: 0.1, t0: 200, unit: 'step' })
  const last = buildTimetable(cut.spec, cut.planned).schedule.cycles.at(-1)
  assert.ok(last !== undefined)
  assert.deepEqual(stepsWithin(last, [0, 1]), { from: 200, to: 299 })
  assert.ok(Math.abs(phaseOf(last, 299) - 99 / 199) < 1e-12)
})
