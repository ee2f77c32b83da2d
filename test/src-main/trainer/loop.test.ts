import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TrainerEventOf } from '../../../shared/run/messages.ts'
import { buildTimetable } from '../../../shared/run/plan.ts'
import { existing, startRequest, tinyDataset, tinySpec, train } from './support.ts'

test('a run sends ready first and ended last, every step once, and every epoch', async (t) => {
  const spec = tinySpec({ evaluation: { everyEpochs: 4 } })
  const run = await train(startRequest(await tinyDataset(t), spec))
  assert.equal(run.events[0]?.type, 'ready')
  assert.equal(run.events.at(-1)?.type, 'ended')
  assert.deepEqual(
    run.events.map(({ seq }) => seq),
    run.events.map((_, i) => i),
  )
  let next = 0
  for (const { firstStep, columns } of run.of('metrics')) {
    assert.equal(firstStep, next)
    next += columns.loss?.length ?? 0
  }
  assert.equal(next, 54)
  assert.deepEqual(
    run.of('epoch').map(({ epoch, step }) => [epoch, step]),
    [1, 2, 3, 4, 5, 6].map((epoch) => [epoch, epoch * 9 - 1]),
  )
  // Evaluated: every fourth epoch, the ends of the three cycles, and the last.
  assert.deepEqual(
    run.of('epoch').map(({ valLoss, testAccuracy }) => valLoss !== null && testAccuracy !== null),
    [false, true, false, true, false, true],
  )
})

test('the metrics are the values applied: the schedule, and the momentum of the spec where nothing moves it', async (t) => {
  const spec = tinySpec({ optimizer: { kind: 'sgd', momentum: 0.8 } })
  const request = startRequest(await tinyDataset(t), spec)
  const run = await train(request)
  const { schedule } = buildTimetable(spec, { plan: request.plan, edits: [] })
  assert.deepEqual(
    run.series('lr'),
    Array.from({ length: 54 }, (_, step) => schedule.at(step).lr),
  )
  assert.deepEqual(new Set(run.series('momentum')), new Set([0.8]))
})

test('the epoch means are those of its steps', async (t) => {
  const run = await train(startRequest(await tinyDataset(t), tinySpec()))
  for (const { epoch, trainLoss, trainAccuracy } of run.of('epoch')) {
    const mean = (name: string) => {
      const values = run.series(name).slice((epoch - 1) * 9, epoch * 9)
      return values.reduce((sum, value) => sum + value, 0) / 9
    }
    assert.ok(Math.abs(trainLoss - mean('loss')) < 1e-12)
    assert.ok(Math.abs(trainAccuracy - mean('accuracy')) < 1e-12)
  }
})

test('it learns: the loss falls and unseen images are told apart', async (t) => {
  const run = await train(startRequest(await tinyDataset(t), tinySpec()))
  const [first, last] = [run.of('epoch')[0], run.of('epoch').at(-1)]
  assert.ok((last?.trainLoss ?? 1) < (first?.trainLoss ?? 0) / 2)
  assert.ok((last?.testAccuracy ?? 0) > 0.8, `test accuracy ${last?.testAccuracy}`)
})

test('metrics come at least every 200 ms of the clock and otherwise together', async (t) => {
  const request = startRequest(
    await tinyDataset(t),
    tinySpec({ snapshots: { at: 'last' }, budget: { epochs: 2 } }),
  )
  const lengths = async (stepMs: number) =>
    (await train(request, { stepMs })).of('metrics').map(({ columns }) => columns.loss?.length)
  assert.deepEqual(await lengths(0.001), [1, 8, 9])
  assert.deepEqual(await lengths(1000), [1, ...Array.from({ length: 17 }, () => 1)])
})

test('whatever a state rests on is sent before it', async (t) => {
  const run = await train(startRequest(await tinyDataset(t), tinySpec()), { stepMs: 700 })
  let metricsUpTo = 0
  let states = 0
  for (const event of run.events) {
    if (event.type === 'metrics') metricsUpTo = event.firstStep + (event.columns.loss?.length ?? 0)
    if (event.type !== 'checkpoint' && event.type !== 'snapshot') continue
    assert.equal(event.state.position.stepsDone, metricsUpTo)
    states++
  }
  assert.ok(states > 4)
})

test('checkpoints come at the first step, at epoch ends five seconds apart, and at the end', async (t) => {
  const spec = tinySpec({ snapshots: { at: 'last' } })
  const request = startRequest(await tinyDataset(t), spec)
  const moments = async (stepMs: number) =>
    (await train(request, { stepMs })).of('checkpoint').map(({ state }) => state.position.stepsDone)
  assert.deepEqual(await moments(1), [1, 54])
  assert.deepEqual(await moments(600), [1, 18, 27, 36, 45, 54])
  assert.deepEqual(await moments(300), [1, 18, 36, 54])
})

test('snapshots carry the model of each cycle end with its outputs', async (t) => {
  const run = await train(startRequest(await tinyDataset(t), tinySpec()))
  const snapshots = run.of('snapshot')
  assert.deepEqual(
    snapshots.map(({ cycle, step }) => [cycle, step]),
    [
      [1, 17],
      [2, 35],
      [3, 53],
    ],
  )
  for (const { predictions, testAccuracy, valLoss, lr, normalisation } of snapshots) {
    assert.deepEqual(
      predictions.map(({ part, labels }) => [part, labels.length]),
      [
        ['validation', 24],
        ['test', 24],
      ],
    )
    const { probs, labels, classes } = existing(predictions[1], 'test outputs')
    const correct = [...labels].filter((label, i) => {
      const row = [...probs.subarray(i * classes, (i + 1) * classes)]
      assert.ok(Math.abs(row.reduce((a, b) => a + b) - 1) < 1e-6)
      return row.indexOf(Math.max(...row)) === label
    })
    assert.equal(correct.length / labels.length, testAccuracy)
    assert.ok(valLoss !== null && lr < 0.001 && normalisation.mean.length === 1)
  }
  assert.equal(snapshots.at(-1)?.weightsSha256, run.ended.weightsSha256)
})

test('a data set without validation data gives nulls there and trains all the same', async (t) => {
  const folder = await tinyDataset(t)
  const spec = tinySpec({ dataset: { name: 'tiny', validation: 0 } })
  const run = await train(startRequest(folder, spec))
  assert.equal(run.ended.status, 'completed')
  assert.equal(run.of('epoch').at(-1)?.valAccuracy, null)
  assert.equal(run.of('snapshot').at(-1)?.predictions.length, 1)
  const plateau = tinySpec({
    dataset: { name: 'tiny', validation: 0 },
    schedule: { kind: 'plateau', lr: 0.1 },
  })
  const refused = await train(startRequest(folder, plateau))
  assert.match(
    existing(refused.ended.reason, 'reason'),
    /plateau watches validationLoss.*watch trainingLoss\.$/,
  )
})

test('a plateau schedule lowers the rate it applies, and says so', async (t) => {
  const schedule = { kind: 'plateau', lr: 0.2, patience: 0, factor: 0.5, threshold: 0.9 }
  const run = await train(startRequest(await tinyDataset(t), tinySpec({ schedule })))
  const [first] = run.of('feedback')
  const { step, lr, reason } = existing(first, 'feedback')
  assert.equal(lr, 0.1)
  assert.match(reason, /validationLoss has not improved/)
  assert.deepEqual(run.series('lr').slice(step, step + 2), [0.2, 0.1])
})

test('a snapshot names the rate its step used, also where the plateau cuts the next one at once', async (t) => {
  const schedule = {
    kind: 'plateau',
    lr: 0.05,
    patience: 0,
    factor: 0.5,
    thresholdMode: 'abs',
    threshold: 1e5,
  }
  const spec = tinySpec({ schedule, snapshots: { at: 'epochs', every: 1 } })
  const run = await train(startRequest(await tinyDataset(t), spec))
  const applied = run.series('lr')
  assert.ok(new Set(applied).size > 2, 'the plateau cut the rate')
  for (const { step, lr } of run.of('snapshot')) assert.equal(lr, applied[step])
})

test('weights that overflow are reported under the rate that was applied, not the one a plateau has just set', async (t) => {
  // Loss of the second step is finite, its decay overflows, and the plateau halves the rate before the checkpoint.
  const spec = tinySpec({
    model: { kind: 'softmax' },
    optimizer: { kind: 'sgd', momentum: 0, weightDecay: 1e25, decoupled: true },
    schedule: { kind: 'plateau', lr: 1, patience: 0, factor: 0.5, metric: 'trainingLoss' },
    batchSize: 72,
    snapshots: { at: 'last' },
    evaluation: { everyEpochs: 100 },
  })
  const run = await train(startRequest(await tinyDataset(t), spec), { stepMs: 6000 })
  assert.equal(run.of('feedback').length, 1)
  assert.match(
    existing(run.ended.reason, 'reason'),
    /not finite after 2 steps under a learning rate of 1, so/,
  )
})

test('weight decay stays as it is, or follows the rate as a share of the highest', async (t) => {
  const folder = await tinyDataset(t)
  const [lrMax, weightDecay] = [1e-6, 2e4]
  const schedule = { kind: 'snapshot', cycles: 3, lrMax }
  for (const weightDecaySchedule of ['constant', 'followsRate']) {
    const optimizer = { kind: 'adamw', weightDecay, weightDecaySchedule }
    const run = await train(
      startRequest(folder, tinySpec({ model: { kind: 'softmax' }, optimizer, schedule })),
    )
    const kept = run
      .series('lr')
      .slice(1)
      .map((lr) => 1 - lr * weightDecay * (weightDecaySchedule === 'constant' ? 1 : lr / lrMax))
      .reduce((a, b) => a * b, 1)
    const [first, last] = run.of('checkpoint').filter((_, i, all) => i === 0 || i === all.length - 1)
    const [before, after] = [kernelOf(existing(first, 'state')), kernelOf(existing(last, 'state'))]
    for (const [i, weight] of before.entries()) {
      // Adam itself moves a weight by at most about the rate a step.
      assert.ok(Math.abs((after[i] ?? Number.NaN) - kept * weight) < 54 * lrMax + 1e-5)
    }
  }
})

function kernelOf({ state }: TrainerEventOf<'checkpoint'>): Float32Array {
  const found = existing(
    state.tensors.find(({ name }) => name === 'output/kernel'),
    'kernel',
  )
  return new Float32Array(new Uint8Array(found.data).buffer)
}

test('a model that the device cannot hold is refused at once, with both sizes', async (t) => {
  const hidden = Array.from({ length: 16 }, () => 16_384)
  const run = await train(startRequest(await tinyDataset(t), tinySpec({ model: { kind: 'mlp', hidden } })))
  assert.match(
    existing(run.ended.reason, 'reason'),
    /4027891715 parameters.*state of sgd.*4\.0 GiB.*\(received 45\.0 GiB\); make the model smaller/,
  )
})
