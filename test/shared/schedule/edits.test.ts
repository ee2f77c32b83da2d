import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  compileSchedule,
  parseSchedule,
  rateUnderFeedback,
  type ScheduleEdit,
} from '../../../shared/schedule/index.ts'

const spec = parseSchedule({
  kind: 'sgdr',
  lrMax: 0.1,
  lrMin: 0.001,
  t0: 10,
  tMult: 2,
  unit: 'step',
  endpoint: 'inclusive',
  momentum: { curve: 'inverse', low: 0.8, high: 0.9 },
})
const plan = { totalSteps: 70, stepsPerEpoch: 1 }
const anneal = (atStep: number, steps: number): ScheduleEdit => ({ kind: 'annealNow', atStep, steps })

describe('annealing now', () => {
  it('reaches the lowest rate in its last step, and the next cycle follows at once', () => {
    const compiled = compileSchedule(spec, plan, [anneal(14, 4)])
    const before = compileSchedule(spec, plan).at(13)
    assert.deepEqual(compiled.at(13), before)
    assert.ok(Math.abs(compiled.at(15).lr - (before.lr + 0.001) / 2) < 1e-15)
    assert.equal(compiled.at(17).lr, 0.001)
    assert.equal(compiled.at(17).momentum, 0.9)
    assert.equal(compiled.at(18).lr, 0.1)
    assert.equal(compiled.totalSteps, 70 - 12)
    assert.deepEqual(
      compiled.cycles.map(({ start, end, snapshotStep }) => [start, end, snapshotStep]),
      [
        [0, 10, 9],
        [10, 18, 17],
        [18, 58, 57],
      ],
    )
  })

  it('saves the snapshot of a cycle that the budget would have cut', () => {
    const compiled = compileSchedule(spec, { ...plan, totalSteps: 50 }, [anneal(45, 10)])
    assert.equal(compiled.totalSteps, 55)
    assert.equal(compiled.cycles.at(-1)?.snapshotStep, 54)
    assert.equal(compiled.at(54).lr, 0.001)
  })

  it('ends a run whose schedule does not restart', () => {
    const linear = parseSchedule({ kind: 'linear', lrStart: 1, lrEnd: 0.5, endpoint: 'inclusive' })
    const compiled = compileSchedule(linear, plan, [anneal(20, 5), anneal(22, 10)])
    assert.equal(compiled.totalSteps, 32)
    assert.equal(compiled.at(31).lr, 0.5)
    assert.equal(compiled.cycles.length, 1)
  })

  it('begins at the rate of the cycle when it begins with it, not at the end of the one before', () => {
    const compiled = compileSchedule(spec, plan, [anneal(10, 4)])
    assert.equal(compiled.at(9).lr, 0.001)
    assert.ok(Math.abs(compiled.at(11).lr - (0.1 + 0.001) / 2) < 1e-15)
    assert.ok(Math.abs((compiled.at(11).momentum ?? 0) - 0.85) < 1e-15)
    assert.equal(compiled.at(13).lr, 0.001)
  })

  it('goes to the lowest rate planned for the cycle', () => {
    const triangles = parseSchedule({ kind: 'cyclical', lrMin: 0.01, lrMax: 0.1, stepUp: 5, unit: 'step' })
    assert.equal(compileSchedule(triangles, plan, [anneal(12, 3)]).at(14).lr, 0.01)
    const pieces = [{ schedule: triangles, length: 14 }, { schedule: { kind: 'constant', lr: 0.2 } }]
    const cut = parseSchedule({ kind: 'sequence', pieces, unit: 'step' })
    assert.equal(compileSchedule(cut, plan, [anneal(13, 3)]).at(15).lr, 0.01)
    const mirrored = { kind: 'cosine', lrStart: 0.1, length: 35, unit: 'step', afterEnd: 'mirror' }
    const compiled = compileSchedule(parseSchedule(mirrored), plan, [anneal(30, 10)])
    assert.ok(compiled.at(39).lr < 1e-17)
    assert.equal(compiled.totalSteps, 40)
  })

  it('goes to 0 where nothing lower is planned, and says so in the range', () => {
    const inputs = [
      { kind: 'constant', lr: 0.1 },
      { kind: 'formula', expression: '0.001 * (t + 1)' },
      { kind: 'geometric', lrStart: 0.001, lrEnd: 1 },
      { kind: 'multiStep', lr: 0.1, milestones: [10] },
    ]
    for (const input of inputs) {
      const compiled = compileSchedule(parseSchedule(input), plan, [anneal(20, 10)])
      assert.equal(compiled.totalSteps, 30)
      assert.ok(compiled.at(20).lr < compiled.at(19).lr, input.kind)
      assert.equal(compiled.at(29).lr, 0)
      assert.equal(compiled.range.lrMin, 0)
      assert.equal(compiled.cycles.at(-1)?.snapshotStep, 29)
    }
  })

  it('takes the momentum to that of the lowest rate', () => {
    const momentum = { curve: 'inverse', low: 0.8, high: 0.9 }
    const rising = parseSchedule({ kind: 'linear', lrStart: 0.01, lrEnd: 0.1, momentum })
    assert.equal(compileSchedule(rising, plan, [anneal(50, 5)]).at(54).momentum, 0.9)
  })

  it('keeps what feedback has made of a plateau, and ends at its minLr', () => {
    for (const minLr of [0, 0.002]) {
      const plateau = parseSchedule({ kind: 'plateau', lr: 0.1, minLr })
      const compiled = compileSchedule(plateau, plan, [anneal(20, 4)])
      const { feedback } = compiled
      assert.ok(feedback)
      const used = (step: number) =>
        rateUnderFeedback(compiled.at(step).lr, feedback, { lr: 0.01, best: 1, badEpochs: 0, cooldown: 0 })
      assert.equal(used(19), 0.01)
      for (const step of [20, 21, 22]) assert.ok(used(step) < used(step - 1))
      assert.equal(used(23), minLr)
    }
  })

  it('refuses edits that are out of order or after the end', () => {
    const throws = (edits: ScheduleEdit[], message: RegExp) =>
      assert.throws(() => compileSchedule(spec, plan, edits), { name: 'UserError', message })
    throws([anneal(70, 1)], /atStep must be below the run's 70 steps \(received 70\)/)
    throws([anneal(20, 1), anneal(20, 1)], /1\.atStep: must be later than step 20, .* \(received 20\)/)
    throws([anneal(3, 0)], /steps: must be at least 1 \(received 0\)/)
  })
})
