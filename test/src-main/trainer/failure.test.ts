import assert from 'node:assert/strict'
import { test } from 'node:test'
import { existing, startRequest, tinyDataset, tinySpec, train } from './support.ts'

test('a loss that is no longer finite stops the run, names step and rate, and spoils no state', async (t) => {
  const spec = tinySpec({
    schedule: {
      kind: 'sequence',
      unit: 'step',
      pieces: [
        { schedule: { kind: 'constant', lr: 0.01 }, length: 20 },
        { schedule: { kind: 'constant', lr: 1e6 } },
      ],
    },
    snapshots: { at: 'epochs', every: 1 },
  })
  const run = await train(startRequest(await tinyDataset(t), spec), { stepMs: 6000 })
  const { status, reason, stepsDone } = run.ended
  assert.equal(status, 'failed')
  const losses = run.series('loss')
  assert.ok(!Number.isFinite(losses.at(-1)), 'the loss that broke is recorded')
  assert.equal(losses.length, stepsDone + 1)
  assert.match(
    existing(reason, 'reason'),
    new RegExp(`after ${stepsDone + 1} steps under a learning rate of 1000000`),
  )
  assert.match(existing(reason, 'reason'), /last snapshot, after 18 steps, is kept/)
  for (const event of [...run.of('checkpoint'), ...run.of('snapshot')]) {
    for (const { data } of event.state.tensors) {
      assert.ok(new Float32Array(data.slice().buffer).every(Number.isFinite))
    }
  }
  assert.equal(run.of('snapshot').length, 2)
})

test('weights that overflow in the last step of an epoch are found before they are stored', async (t) => {
  const folder = await tinyDataset(t)
  const spec = tinySpec({ evaluation: { everyEpochs: 100 }, snapshots: { at: 'last' } })
  const { state } = await train(startRequest(folder, spec), {
    after: { 17: [{ type: 'stop', when: 'now' }] },
  })
  const momentum = existing(
    state.tensors.find(({ role }) => role === 'optimizer'),
    'momentum',
  )
  momentum.data.set(new Uint8Array(Float32Array.of(Number.POSITIVE_INFINITY).buffer))
  const run = await train(startRequest(folder, spec, { attempt: 2, state }))
  assert.equal(run.ended.status, 'failed')
  assert.equal(run.ended.stepsDone, 18)
  assert.match(
    existing(run.ended.reason, 'reason'),
    /holds a number that is not finite after 18 steps .* its last checkpoint is kept/,
  )
  assert.deepEqual(run.of('checkpoint'), [])
})

test('what the user got wrong becomes the reason, word for word', async (t) => {
  const folder = await tinyDataset(t)
  const deep = await train(startRequest(folder, tinySpec({ model: { kind: 'cnn', filters: [2, 2, 2, 2] } })))
  assert.equal(deep.ended.status, 'failed')
  assert.match(existing(deep.ended.reason, 'reason'), /^While building the model: .*\.$/)
  const nowhere = await train(startRequest(`${folder}/nowhere`, tinySpec()))
  assert.match(existing(nowhere.ended.reason, 'reason'), /^While reading the data set/)
  const plan = { totalSteps: 20, stepsPerEpoch: 10 }
  const other = await train(startRequest(folder, tinySpec(), { plan }))
  assert.match(existing(other.ended.reason, 'reason'), /planned for other data/)
})

test('a step that has no rate ends the run with its number, and what was trained until then is stored', async (t) => {
  const folder = await tinyDataset(t)
  const bad = { kind: 'formula', expression: 't == 101 ? -1 : base', base: 0.05 }
  const spec = tinySpec({ schedule: bad, budget: { steps: 8200 }, snapshots: { at: 'last' } })
  const run = await train(startRequest(folder, spec))
  assert.equal(run.ended.status, 'failed')
  assert.match(existing(run.ended.reason, 'reason'), /the rate at step 101 must be .*received -1/)
  assert.equal(run.state.position.stepsDone, 101)
  // Under a formula that is mended the run goes on from there, as it would have gone.
  const mended = tinySpec({
    schedule: { ...bad, expression: 'base' },
    budget: { steps: 110 },
    snapshots: { at: 'last' },
  })
  const rest = await train(startRequest(folder, mended, { attempt: 2, state: run.state }))
  const whole = await train(startRequest(folder, mended))
  assert.equal(rest.ended.weightsSha256, whole.ended.weightsSha256)
})

test('a state of another model is refused', async (t) => {
  const folder = await tinyDataset(t)
  const { state } = await train(startRequest(folder, tinySpec({ budget: { epochs: 1 } })))
  const wider = tinySpec({ model: { kind: 'mlp', hidden: [13] } })
  const run = await train(startRequest(folder, wider, { attempt: 2, state }))
  assert.equal(run.ended.status, 'failed')
  assert.match(existing(run.ended.reason, 'reason'), /lacks the weight dense1\/kernel/)
})
