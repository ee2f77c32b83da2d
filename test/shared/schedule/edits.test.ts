import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileSchedule, parseSchedule, type ScheduleEdit } from '../../../shared/schedule/index.ts'

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

  it('refuses edits that are out of order or after the end', () => {
    const throws = (edits: ScheduleEdit[], message: RegExp) =>
      assert.throws(() => compileSchedule(spec, plan, edits), { name: 'UserError', message })
    throws([anneal(70, 1)], /atStep must be below the run's 70 steps \(received 70\)/)
    throws([anneal(20, 1), anneal(20, 1)], /later step than the one before/)
    throws([anneal(3, 0)], /steps: .*>=1 \(received 0\)/)
  })
})
