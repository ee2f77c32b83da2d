import assert from 'node:assert/strict'
import { it } from 'node:test'
import {
  compileSchedule,
  createPlateau,
  type PlateauState,
  parseSchedule,
  rateUnderFeedback,
} from '../../../shared/schedule/index.ts'

const input = { kind: 'plateau', lr: 0.1, factor: 0.5, patience: 1, cooldown: 1 }

function plateauOf(schedule: object) {
  const compiled = compileSchedule(parseSchedule(schedule), { totalSteps: 100, stepsPerEpoch: 10 })
  assert.ok(compiled.feedback)
  return { compiled, feedback: compiled.feedback }
}

it('goes on from its stored state as if it had never stopped', () => {
  const { feedback } = plateauOf(input)
  const metrics = [1, 0.9, 0.9, null, 0.9, Number.NaN, 0.5, 0.6, 0.6, 0.6, 0.6]
  let whole = createPlateau(feedback)
  let resumed = createPlateau(feedback)
  const seen: number[] = []
  for (const metric of metrics) {
    whole = whole.observe(metric)
    const stored: PlateauState = JSON.parse(JSON.stringify(resumed.state))
    resumed = createPlateau(feedback, stored).observe(metric)
    assert.deepEqual(resumed.state, whole.state)
    seen.push(whole.lr)
  }
  assert.deepEqual(seen, [0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025])
})

it('changes nothing it was given', () => {
  const { feedback } = plateauOf(input)
  const first = createPlateau(feedback)
  const state = structuredClone(first.state)
  first.observe(3)
  assert.deepEqual(first.state, state)
})

it('scales a warm-up by as much as it has lowered the rate', () => {
  const { compiled, feedback } = plateauOf({ kind: 'warmup', length: 2, form: 'zero', schedule: input })
  const lowered = { lr: 0.05, best: 1, badEpochs: 0, cooldown: 0 }
  assert.equal(rateUnderFeedback(compiled.at(10).lr, feedback, lowered), 0.025)
  assert.equal(rateUnderFeedback(compiled.at(50).lr, feedback, lowered), 0.05)
})
