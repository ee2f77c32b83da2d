import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TrainerEvent } from '../../../shared/run/messages.ts'
import { rateTestSettings } from '../../../shared/run/rateTest.ts'
import { rampSchedule } from '../../../shared/study/rateRamp.ts'
import { openDataset } from '../../../src-main/datasets/index.ts'
import { selectEngine } from '../../../src-main/engine/select.ts'
import { beginningOf } from '../../../src-main/runs/startState.ts'
import { prepareData } from '../../../src-main/trainer/batches.ts'
import { CommandQueue } from '../../../src-main/trainer/commands.ts'
import { addressed } from '../../../src-main/trainer/events.ts'
import { TrainingLoop } from '../../../src-main/trainer/loop.ts'
import { buildModel } from '../../../src-main/trainer/models/index.ts'
import { createOptimizer } from '../../../src-main/trainer/optimizers/index.ts'
import { existing, startRequest, summary, tinyDataset, tinySpec, train } from './support.ts'

/** A test and its run, as the core would start it. */
function testOf(changes: Record<string, unknown> = {}, spec: Record<string, unknown> = {}) {
  const settings = rateTestSettings.parse({ from: 1e-4, to: 1000, steps: 60, smoothing: 0.9, ...changes })
  const ramp = { schedule: rampSchedule(settings), budget: { steps: settings.steps } }
  return { settings, spec: tinySpec({ ...spec, ...ramp, snapshots: { at: 'last' } }) }
}

/** fastai's rule, written once more: the step after which it stops, or undefined. */
function stopOf(losses: readonly number[], smoothing: number, stopAt: number): number | undefined {
  let average = 0
  let best = Number.POSITIVE_INFINITY
  for (const [step, loss] of losses.entries()) {
    average = smoothing * average + (1 - smoothing) * loss
    const value = average / (1 - smoothing ** (step + 1))
    if (Number.isNaN(value)) return step
    if (value < best) best = value
    if (value > stopAt * best) return step
  }
  return undefined
}

test('a test ends by its loss, which is what it was for: completed, with the reason', async (t) => {
  const folder = await tinyDataset(t)
  const { settings, spec } = testOf()
  const found = await train(startRequest(folder, spec, { rateTest: settings }))
  const losses = found.series('loss')
  assert.equal(found.ended.status, 'completed')
  assert.ok(losses.length < 60, `it went on for ${losses.length} steps`)
  assert.equal(found.ended.stepsDone, losses.length)
  assert.equal(stopOf(losses, 0.9, 4), losses.length - 1)
  assert.match(
    found.ended.reason ?? '',
    /^The smoothed loss was above 4 times its least after step \d+, at a rate of /,
  )
})

test('nothing comes of it but its metrics', async (t) => {
  const folder = await tinyDataset(t)
  const { settings, spec } = testOf()
  const found = await train(startRequest(folder, spec, { rateTest: settings }), { stepMs: 10_000 })
  const kinds = new Set(found.events.map(({ type }) => type))
  assert.deepEqual([...kinds].sort(), ['ended', 'metrics', 'ready'])
  assert.equal(found.ended.weightsSha256, undefined)
})

test('the rates recorded are the ramp, with both of its ends', async (t) => {
  const folder = await tinyDataset(t)
  for (const ramp of ['exponential', 'linear'] as const) {
    const { settings, spec } = testOf({ ramp, from: 1e-6, to: 1e-2, steps: 41, stopAt: null })
    const found = await train(startRequest(folder, spec, { rateTest: settings }))
    const lrs = found.series('lr')
    assert.equal(lrs.length, 41)
    lrs.forEach((lr, i) => {
      const u = i / 40
      const want = ramp === 'linear' ? 1e-6 + u * (1e-2 - 1e-6) : 1e-6 * 1e4 ** u
      assert.ok(Math.abs(lr - want) <= 1e-12 * want, `${ramp} ${i}: ${lr}, not ${want}`)
    })
    assert.equal(found.ended.status, 'completed')
    assert.equal(found.ended.reason, undefined)
  }
})

test('a loss that is no number ends it as well', async (t) => {
  const folder = await tinyDataset(t)
  const { settings, spec } = testOf({ stopAt: null })
  // Nothing lower makes so small a network burst for sure.
  const schedule = rampSchedule({ ...settings, from: 1e30, to: 1e36 })
  const found = await train(startRequest(folder, { ...spec, schedule }, { rateTest: settings }))
  const losses = found.series('loss')
  assert.equal(found.ended.status, 'completed')
  assert.ok(!Number.isFinite(losses.at(-1)))
  assert.ok(losses.slice(0, -1).every(Number.isFinite))
  assert.match(found.ended.reason ?? '', /^The loss was no number any more after step /)
})

test('steps that a device was given beyond the end are not recorded', async (t) => {
  const { settings: rateTest, spec } = testOf()
  const { plan, datasetId } = startRequest(await tinyDataset(t), spec)
  await selectEngine('cpu')
  const data = prepareData(spec, await openDataset(datasetId), plan.stepsPerEpoch)
  const model = await buildModel(spec.model, data.input, spec.seed)
  const optimizer = createOptimizer(spec.optimizer)
  const events: TrainerEvent[] = []
  const start = { stepsDone: 0, epoch: { lossSum: 0, correct: 0, examples: 0 } }
  const planned = { plan, edits: [] }
  const setup = {
    spec,
    data,
    model,
    optimizer,
    planned,
    position: start,
    streamFrom: 0,
    rateTest,
    device: 'cpu' as const,
    stepsAhead: 3,
  }
  const io = {
    emit: addressed('run', 1, (event) => void events.push(event)),
    commands: new CommandQueue(),
    clock: () => 0,
    breathe: async () => undefined,
  }
  try {
    await new TrainingLoop(setup, io).run()
  } finally {
    optimizer.dispose()
    model.dispose()
  }
  const { ended, series } = summary(events)
  assert.equal(series('loss').length, ended.stepsDone)
  assert.equal(stopOf(series('loss'), 0.9, 4), ended.stepsDone - 1)
})

test('it can be stopped, and refuses to keep a state or to anneal', async (t) => {
  const folder = await tinyDataset(t)
  const { settings, spec } = testOf()
  const found = await train(startRequest(folder, spec, { rateTest: settings }), {
    after: {
      3: [{ type: 'checkpoint' }, { type: 'annealNow', epochs: 1 }, { type: 'pause' }, { type: 'resume' }],
      7: [{ type: 'stop', when: 'now' }],
    },
  })
  assert.equal(found.ended.status, 'stopped')
  assert.equal(found.ended.stepsDone, 7)
  assert.deepEqual(
    found.of('refused').map(({ command }) => command.type),
    ['checkpoint', 'annealNow'],
  )
  assert.equal(found.of('checkpoint').length, 0)
})

test('on a snapshot it begins with its weights and its place in the stream', async (t) => {
  const folder = await tinyDataset(t)
  const parent = await train(startRequest(folder, tinySpec()))
  const snapshot = existing(parent.of('snapshot')[0], 'snapshot')
  const { settings, spec } = testOf({ from: 1e-6, to: 1e-5 })
  const state = beginningOf(snapshot.state, { kind: 'branch', parent: tinySpec(), spec })
  // At the parent's next rate, the first loss is the parent's next loss.
  const request = { rateTest: settings, state, streamFrom: snapshot.step + 1 }
  const found = await train(startRequest(folder, spec, request))
  assert.equal(found.series('loss')[0], parent.series('loss')[snapshot.step + 1])
  assert.equal(found.series('lr').length, 60)
})
