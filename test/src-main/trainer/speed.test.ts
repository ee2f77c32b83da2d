import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TrainerEvent } from '../../../shared/run/messages.ts'
import { openDataset } from '../../../src-main/datasets/index.ts'
import { selectEngine } from '../../../src-main/engine/select.ts'
import { prepareData } from '../../../src-main/trainer/batches.ts'
import { CommandQueue } from '../../../src-main/trainer/commands.ts'
import { addressed } from '../../../src-main/trainer/events.ts'
import { TrainingLoop } from '../../../src-main/trainer/loop.ts'
import { buildModel } from '../../../src-main/trainer/models/index.ts'
import type { Model } from '../../../src-main/trainer/models/model.ts'
import { createOptimizer } from '../../../src-main/trainer/optimizers/index.ts'
import { TrainingClock } from '../../../src-main/trainer/trainingClock.ts'
import { startRequest, summary, tinyDataset, tinySpec } from './support.ts'

test('the speed is that of the steps, whatever the evaluations between them take', async (t) => {
  // 9 steps of 8 examples an epoch: each takes 10 ms, each batch of an evaluation a whole second.
  let now = 0
  const slowToEvaluate = (model: Model): Model => ({
    ...model,
    forward(x, mode) {
      now += mode.training ? 10 : 1000
      return model.forward(x, mode)
    },
  })
  const spec = tinySpec({ budget: { epochs: 6 } })
  const { plan, datasetId } = startRequest(await tinyDataset(t), spec)
  await selectEngine('cpu')
  const data = prepareData(spec, await openDataset(datasetId), plan.stepsPerEpoch)
  const model = slowToEvaluate(await buildModel(spec.model, data.input, spec.seed))
  const optimizer = createOptimizer(spec.optimizer)
  const events: TrainerEvent[] = []
  const loop = new TrainingLoop(
    {
      spec,
      data,
      model,
      optimizer,
      planned: { plan, edits: [] },
      position: { stepsDone: 0, epoch: { lossSum: 0, correct: 0, examples: 0 } },
      streamFrom: 0,
      device: 'cpu',
      stepsAhead: 0,
    },
    {
      emit: addressed('run', 1, (event) => void events.push(event)),
      commands: new CommandQueue(),
      clock: () => now,
      breathe: async () => undefined,
    },
  )
  try {
    await loop.run()
  } finally {
    optimizer.dispose()
    model.dispose()
  }
  const { of } = summary(events)
  for (const { samplesPerSecond } of of('metrics')) assert.equal(Math.round(samplesPerSecond), 800)
  for (const { seconds, trainingSeconds } of of('epoch')) {
    assert.equal(trainingSeconds.toFixed(6), '0.090000')
    assert.ok(seconds > 1, `${seconds} s with the evaluation`)
  }
})

test('time between a rest and going on does not count, and twice is as once', async () => {
  let now = 5
  const clock = new TrainingClock(() => now)
  now = 15
  clock.rest()
  now = 100
  await clock.without(async () => {
    now = 200
  })
  clock.rest()
  assert.equal(clock.ms, 10, 'at rest before, at rest after')
  clock.goOn()
  now = 207
  clock.goOn()
  await clock.without(async () => {
    now = 1000
  })
  now = 1003
  assert.equal(clock.ms, 20)
})
