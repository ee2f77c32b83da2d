import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { RunSpec } from '../../../shared/run/spec.ts'
import { beginningOf } from '../../../src-main/runs/startState.ts'
import { existing, startRequest, tinyDataset, tinySpec, train } from './support.ts'

/* A branch that has the rest of its parent's schedule is the rest of its parent, bit for bit. */

/** Restarts every 18 steps, so that what is left after the first cycle is the same schedule in a smaller budget. */
const restarts = { kind: 'sgdr', lrMax: 0.05, t0: 18, unit: 'step' }

async function assertSameEnd(
  t: TestContext,
  changes: Record<string, unknown>,
  { steps = 54, taken = 18 } = {},
): Promise<void> {
  const folder = await tinyDataset(t)
  const spec = (left: number): RunSpec =>
    tinySpec({ schedule: restarts, ...changes, budget: { steps: left } })
  const whole = await train(startRequest(folder, spec(steps)))
  const snapshot = existing(
    whole.of('snapshot').find(({ step }) => step === taken - 1),
    'snapshot to branch from',
  )
  const state = beginningOf(snapshot.state, { kind: 'branch', parent: spec(steps), spec: spec(steps) })
  const request = startRequest(folder, spec(steps - taken), { state, streamFrom: taken })
  const branch = await train(request)
  assert.equal(existing(branch.of('metrics')[0], 'metrics').firstStep, 0)
  for (const name of ['lr', 'momentum', 'loss', 'accuracy']) {
    assert.deepEqual(branch.series(name), whole.series(name).slice(taken), name)
  }
  assert.equal(branch.ended.weightsSha256, whole.ended.weightsSha256)
  assert.deepEqual(branch.state.tensors, whole.state.tensors)
  assert.deepEqual(branch.state.position.optimizerScalars, whole.state.position.optimizerScalars)
}

test('SGD with momentum goes on with its buffer', (t) =>
  assertSameEnd(t, { optimizer: { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-3 } }))

test('Adam goes on with its moments and its count of steps', (t) =>
  assertSameEnd(t, { optimizer: { kind: 'adam' }, schedule: { ...restarts, lrMax: 0.01 } }))

test('dropout and augmentation go on in the stream of the parent', (t) =>
  assertSameEnd(t, {
    model: { kind: 'cnn', filters: [3, 5], dense: 8, dropout: 0.25 },
    augmentation: { crop: 1, flip: true },
    labelSmoothing: 0.1,
  }))

test('batch normalisation keeps its statistics', (t) =>
  assertSameEnd(t, { model: { kind: 'resnet', depth: 8 } }, { steps: 36 }))

test('a branch of a state in the middle of an epoch goes on with the rest of its batches', (t) =>
  assertSameEnd(t, { schedule: { ...restarts, t0: 13 } }, { steps: 26, taken: 13 }))

test('a branch that is stopped and resumed ends with the same bits', async (t) => {
  const folder = await tinyDataset(t)
  const whole = await train(startRequest(folder, tinySpec({ schedule: restarts })))
  const spec = tinySpec({ schedule: restarts, budget: { steps: 36 } })
  const { state: kept } = existing(whole.of('snapshot')[0], 'snapshot')
  const state = beginningOf(kept, { kind: 'branch', parent: spec, spec })
  const stop = [{ type: 'stop', when: 'now' }] as const
  const first = await train(startRequest(folder, spec, { state, streamFrom: 18 }), { after: { 11: stop } })
  const rest = { attempt: 2, state: first.state, streamFrom: 18 }
  assert.equal((await train(startRequest(folder, spec, rest))).ended.weightsSha256, whole.ended.weightsSha256)
})

test('another optimizer begins without a state, with the same weights', async (t) => {
  const folder = await tinyDataset(t)
  const whole = await train(startRequest(folder, tinySpec()))
  const { state } = existing(whole.of('snapshot')[0], 'snapshot')
  const spec = tinySpec({ optimizer: { kind: 'adam' }, budget: { epochs: 1 } })
  const begun = beginningOf(state, { kind: 'branch', parent: tinySpec(), spec })
  const weights = state.tensors.filter(({ role }) => role === 'weight')
  assert.deepEqual(begun.tensors, weights)
  const tuned = beginningOf(state, { kind: 'fineTune', parent: spec, spec })
  assert.deepEqual(tuned.tensors, weights, 'fine-tuning takes the weights alone')
  const branch = await train(startRequest(folder, spec, { state: begun, streamFrom: 18 }))
  assert.equal(branch.ended.status, 'completed')
  assert.deepEqual(branch.state.position.optimizerScalars, { steps: 9 })
})
