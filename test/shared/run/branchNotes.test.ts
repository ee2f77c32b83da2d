import assert from 'node:assert/strict'
import { test } from 'node:test'
import { branchNotes } from '../../../shared/run/branchNotes.ts'
import { parseRunSpec } from '../../../shared/run/spec.ts'

const spec = (more: object) =>
  parseRunSpec({ schedule: { kind: 'constant', lr: 0.1 }, budget: { steps: 10 }, ...more })
const follows = { optimizer: { kind: 'sgd', weightDecay: 0.01, weightDecaySchedule: 'followsRate' } }
const cooldown = { schedule: { kind: 'linear', lrStart: 0.05 } }

test('a decay that follows the rate is measured on the schedule of the branch', () => {
  assert.deepEqual(branchNotes(spec(follows), spec({ ...follows, ...cooldown })), [
    "The weight decay that follows the rate begins anew: it is 0.01 at the highest rate of this run's own schedule, 0.05 (the other run's was 0.1).",
  ])
  assert.equal(
    branchNotes(spec(follows), spec(follows)).length,
    0,
    'the same highest rate: nothing is different',
  )
  const none = { optimizer: { ...follows.optimizer, weightDecay: 0 } }
  assert.deepEqual(branchNotes(spec(follows), spec({ ...none, ...cooldown })), [])
  assert.deepEqual(branchNotes(spec({}), spec(cooldown)), [])
})

const plateau = { kind: 'plateau', lr: 0.1 }
const behindWarmup = { kind: 'warmup', length: 1, schedule: plateau }

test('a plateau begins with its whole patience, also behind a warm-up', () => {
  for (const before of [plateau, behindWarmup])
    for (const schedule of [plateau, behindWarmup])
      assert.match(
        branchNotes(spec({ schedule: before }), spec({ schedule })).join(),
        /plateau schedule begins anew/,
      )
})

test('what the parent never had does not begin anew', () => {
  for (const schedule of [plateau, behindWarmup])
    assert.deepEqual(branchNotes(spec({}), spec({ schedule })), [])
  const branch = spec({ ...follows, ...cooldown })
  for (const before of [{ weightDecaySchedule: 'constant' }, { weightDecay: 0 }]) {
    const parent = spec({ optimizer: { ...follows.optimizer, ...before } })
    assert.deepEqual(branchNotes(parent, branch), [])
  }
})
