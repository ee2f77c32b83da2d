import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { RunSpec } from '../../../shared/run/spec.ts'
import { existing, startRequest, summary, tinyDataset, tinySpec, train } from './support.ts'

/* A run stopped anywhere and resumed from its last state is the run that was never stopped, bit for bit. */

const stop = [{ type: 'stop', when: 'now' }] as const

async function assertExactResume(t: TestContext, spec: RunSpec, moments: readonly number[]): Promise<void> {
  const folder = await tinyDataset(t)
  const whole = await train(startRequest(folder, spec))
  assert.equal(whole.ended.status, 'completed')
  for (const moment of moments) {
    const first = await train(startRequest(folder, spec), { after: { [moment]: stop } })
    assert.equal(first.ended.status, 'stopped')
    assert.equal(first.state.position.stepsDone, moment)
    const second = await train(startRequest(folder, spec, { attempt: 2, state: first.state }))
    const both = summary([...first.events, ...second.events])
    for (const name of ['lr', 'momentum', 'loss', 'accuracy']) {
      assert.deepEqual(both.series(name), whole.series(name), `${name} when stopped after ${moment} steps`)
    }
    assert.deepEqual(second.state, whole.state, `final state when stopped after ${moment} steps`)
    assert.equal(second.ended.weightsSha256, whole.ended.weightsSha256)
    const snapshots = (run: typeof whole) =>
      run.of('snapshot').map(({ weightsSha256, ema }) => ({ weightsSha256, ema }))
    assert.deepEqual(snapshots(both), snapshots(whole))
    const scores = (run: typeof whole) =>
      run.of('epoch').map(({ seq, attempt, seconds, trainingSeconds, ...rest }) => rest)
    assert.deepEqual(scores(both), scores(whole))
  }
}

test('an MLP under SGD with momentum and weight decay', async (t) => {
  const optimizer = { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-3 }
  await assertExactResume(t, tinySpec({ optimizer }), [0, 1, 8, 9, 25, 53])
})

test('an MLP with dropout under Adam, its beta1 moved by the schedule', async (t) => {
  const spec = tinySpec({
    model: { kind: 'mlp', hidden: [12, 8], dropout: 0.3 },
    optimizer: { kind: 'adam' },
    schedule: { kind: 'oneCycle', lrMax: 0.01, momentum: { curve: 'inverse', low: 0.85, high: 0.95 } },
  })
  assert.notEqual(new Set((await train(startRequest(await tinyDataset(t), spec))).series('momentum')).size, 1)
  await assertExactResume(t, spec, [4, 30])
})

test('an MLP under RMSProp and under AdamW', async (t) => {
  for (const kind of ['rmsprop', 'adamw']) {
    const schedule = { kind: 'snapshot', cycles: 3, lrMax: 0.005 }
    await assertExactResume(t, tinySpec({ optimizer: { kind }, schedule }), [13])
  }
})

test('a weight decay that follows the rate', async (t) => {
  const optimizer = { kind: 'sgd', weightDecay: 0.1, weightDecaySchedule: 'followsRate', decoupled: true }
  await assertExactResume(t, tinySpec({ optimizer }), [7, 40])
})

test('a CNN with dropout and augmentation', async (t) => {
  const spec = tinySpec({
    model: { kind: 'cnn', filters: [3, 5], dense: 8, dropout: 0.25 },
    augmentation: { crop: 1, flip: true },
    labelSmoothing: 0.1,
  })
  await assertExactResume(t, spec, [5, 36])
})

test('a residual network with batch normalisation', async (t) => {
  const spec = tinySpec({ model: { kind: 'resnet', depth: 8 }, budget: { epochs: 3 } })
  await assertExactResume(t, spec, [4, 19])
})

test('class weights, clipping, a moving average of weights and every augmentation together', async (t) => {
  const spec = tinySpec({
    model: { kind: 'resnet', depth: 8 },
    augmentation: {
      crop: 1,
      flip: true,
      rotation: 20,
      brightness: { low: 0.6, high: 1.5 },
      cutout: { side: 2 },
      erasing: { probability: 0.7 },
      mixup: { alpha: 0.4 },
    },
    labelSmoothing: 0.1,
    classWeights: [1, 2, 0.5],
    clipping: { by: 'norm', limit: 0.5 },
    ema: { decay: 0.95, warmup: true },
    budget: { epochs: 3 },
  })
  await assertExactResume(t, spec, [0, 4, 19])
})

test('a plateau schedule keeps its patience over a resume', async (t) => {
  const schedule = {
    kind: 'plateau',
    lr: 0.5,
    metric: 'trainingLoss',
    patience: 0,
    factor: 0.5,
    threshold: 0.3,
  }
  const spec = tinySpec({ schedule, snapshots: { at: 'last' } })
  assert.ok((await train(startRequest(await tinyDataset(t), spec))).of('feedback').length > 0)
  await assertExactResume(t, spec, [12, 27, 40])
})

test('resuming from a snapshot instead of a checkpoint goes the same way', async (t) => {
  const folder = await tinyDataset(t)
  const whole = await train(startRequest(folder, tinySpec()))
  for (const { state, step } of whole.of('snapshot').slice(0, -1)) {
    const rest = await train(startRequest(folder, tinySpec(), { attempt: 2, state }))
    assert.equal(existing(rest.of('metrics')[0], 'metrics').firstStep, step + 1)
    assert.equal(rest.ended.weightsSha256, whole.ended.weightsSha256)
  }
})

test('one spec and seed give one result; another seed gives another', async (t) => {
  const folder = await tinyDataset(t)
  const run = async (seed: number) =>
    (await train(startRequest(folder, tinySpec({ seed })))).ended.weightsSha256
  const [first, second, other] = [await run(1), await run(1), await run(2)]
  assert.equal(first, second)
  assert.notEqual(first, other)
})

test('a finished run goes on when its plan has grown, as if it had been that long', async (t) => {
  const folder = await tinyDataset(t)
  const schedule = { kind: 'sgdr', lrMax: 0.05, t0: 18, unit: 'step' }
  const spec = tinySpec({ schedule, budget: { epochs: 4 } })
  const long = await train(startRequest(folder, tinySpec({ schedule, budget: { epochs: 6 } })))
  const short = await train(startRequest(folder, spec))
  const plan = { totalSteps: 54, stepsPerEpoch: 9, scheduleSteps: 36 }
  const grown = await train(startRequest(folder, spec, { attempt: 2, plan, state: short.state }))
  assert.equal(grown.ended.status, 'completed')
  assert.equal(grown.ended.weightsSha256, long.ended.weightsSha256)
})
