import assert from 'node:assert/strict'
import test from 'node:test'
import { UserError } from '../../../shared/errors.ts'
import type { TrainerEvent } from '../../../shared/run/messages.ts'
import type { RunRecord } from '../../../src-main/store/types.ts'
import {
  allPoints,
  claimedRun,
  ended,
  epoch,
  metrics,
  newRun,
  snapshot,
  state,
  tempStore,
  valueAt,
} from './fixtures.ts'

const envelope = (run: RunRecord, seq: number) => ({ runId: run.id, attempt: run.attempt, seq })

const ready = (run: RunRecord, seq: number): TrainerEvent => ({
  ...envelope(run, seq),
  type: 'ready',
  deviceName: 'wasm',
  device: 'wasm',
  reason: 'no GPU was found',
  parameters: 1234,
  totalSteps: 990,
})

test('events tell what a run is and does', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  assert.equal(store.record([ready(run, 0), metrics(run, 1, 0, 250), epoch(run, 2, 1)]), true)
  const running = store.read.run(run.id)
  assert.deepEqual(
    [
      running.status,
      running.device,
      running.deviceReason,
      running.parameters,
      running.totalSteps,
      running.stepsDone,
    ],
    ['running', 'wasm', 'no GPU was found', 1234, 990, 250],
  )
  store.record([{ ...envelope(run, 3), type: 'status', status: 'paused', step: 250 }])
  assert.equal(store.read.run(run.id).status, 'paused')
  store.record([{ ...envelope(run, 4), type: 'status', status: 'running', step: 250 }])
  store.record([
    { ...envelope(run, 5), type: 'feedback', step: 200, lr: 0.01, reason: 'no better loss in 5 epochs' },
  ])
  store.record([
    {
      ...envelope(run, 6),
      type: 'edited',
      edit: { kind: 'annealNow', atStep: 260, steps: 40 },
      totalSteps: 300,
    },
    metrics(run, 7, 250, 50),
    snapshot(run, 8, 1, 299),
    ended(run, 9),
  ])
  const done = store.read.run(run.id)
  assert.equal(done.status, 'completed')
  assert.equal(done.finalWeightsSha256, 'final-sha')
  assert.equal(done.hostId, null)
  assert.equal(done.totalSteps, 300)
  assert.notEqual(done.endedAt, null)
  assert.deepEqual(done.planned.edits, [{ kind: 'annealNow', atStep: 260, steps: 40 }])
  assert.deepEqual(store.read.feedback(run.id), [
    { step: 200, lr: 0.01, reason: 'no better loss in 5 epochs' },
  ])
  const { type: _, runId: __, attempt: ___, seq: ____, ...stored } = epoch(run, 2, 1)
  assert.deepEqual(store.read.epochs(run.id), [stored])
})

test('a failed run says why', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  store.record([ended(run, 0, 'failed')])
  assert.equal(store.read.run(run.id).status, 'failed')
  assert.match(store.read.run(run.id).reason ?? '', /step 7/)
})

test('what is delivered twice is stored once', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  const events: TrainerEvent[] = [
    ready(run, 0),
    metrics(run, 1, 0, 5000),
    epoch(run, 2, 1),
    snapshot(run, 3, 1, 4999),
    {
      ...envelope(run, 4),
      type: 'edited',
      edit: { kind: 'annealNow', atStep: 10, steps: 5 },
      totalSteps: 800,
    },
    { ...envelope(run, 5), type: 'feedback', step: 3, lr: 0.1, reason: 'because' },
  ]
  const last = ended(run, 6)
  for (let i = 0; i <= events.length; i++) assert.equal(store.record(events.slice(0, i)), true)
  assert.equal(store.record([...events, last]), true)
  const before = JSON.stringify([
    store.read.run(run.id),
    store.read.snapshots(run.id),
    store.read.epochs(run.id),
  ])
  // Also the whole stream again, after its end.
  assert.equal(store.record([...events, last]), true)
  assert.equal(
    JSON.stringify([store.read.run(run.id), store.read.snapshots(run.id), store.read.epochs(run.id)]),
    before,
  )
  assert.equal(store.read.run(run.id).planned.edits.length, 1)
  assert.equal(allPoints(store, run.id, 'loss').steps.length, 5000)
})

test('a resumed run replays into the gap: nothing is doubled, and what was stored stays', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  store.record([
    metrics(run, 0, 0, 150),
    epoch(run, 1, 1),
    snapshot(run, 2, 1, 99),
    { ...envelope(run, 3), type: 'checkpoint', state: state(120) },
    metrics(run, 4, 150, 4000),
    epoch(run, 5, 2),
  ])
  const [first] = store.read.snapshots(run.id)
  store.write.setStatus(run.id, 'interrupted', 'the trainer was killed')
  const again = store.write.claimRun(run.id)
  assert.equal(again.attempt, 2)
  assert.equal(again.reason, null)
  assert.equal(store.read.checkpoint(run.id)?.position.stepsDone, 120)
  // From the checkpoint on, in other portions than before.
  store.record([
    metrics(again, 0, 120, 1000),
    epoch(again, 1, 2),
    metrics(again, 2, 1120, 3000),
    metrics(again, 3, 4120, 2000),
    snapshot(again, 4, 2, 6119),
    snapshot(again, 5, 1, 99),
  ])
  const { steps, values } = allPoints(store, run.id, 'loss')
  assert.equal(steps.length, 6120)
  assert.ok(steps.every((step, i) => step === i && values[i] === valueAt(2, i)))
  assert.equal(store.read.run(run.id).stepsDone, 6120)
  assert.deepEqual(
    store.read.epochs(run.id).map((row) => row.epoch),
    [1, 2],
  )
  assert.deepEqual(
    store.read.snapshots(run.id).map(({ id, step }) => [id === first?.id, step]),
    [
      [true, 99],
      [false, 6119],
    ],
  )
})

test('the part of an epoch that the budget ended in gives way to the whole one, never the other way', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  const whole = { ...epoch(run, 1, 1), trainLoss: 0.25 }
  const stored = () => store.read.epochs(run.id).map(({ step, trainLoss }) => [step, trainLoss])
  store.record([{ ...epoch(run, 0, 1), step: 49, trainLoss: 0.5 }])
  store.record([whole])
  assert.deepEqual(stored(), [[99, 0.25]])
  store.record([
    { ...epoch(run, 2, 1), step: 49, trainLoss: 0.5 },
    { ...whole, seq: 3, trainLoss: 0.75 },
  ])
  assert.deepEqual(stored(), [[99, 0.25]])
})

test('events of an attempt that is over are refused, and nothing of them is stored', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  store.write.setStatus(run.id, 'interrupted')
  assert.equal(store.record([metrics(run, 0, 0, 10)]), false)
  const again = store.write.claimRun(run.id)
  assert.equal(store.record([metrics(run, 1, 0, 10), snapshot(run, 2, 1, 9)]), false)
  assert.equal(store.read.run(run.id).stepsDone, 0)
  assert.deepEqual(store.read.snapshots(run.id), [])
  assert.equal(store.record([metrics(again, 0, 0, 10)]), true)
  assert.equal(store.record([metrics({ ...run, id: 'nothere' }, 0, 0, 10)]), false)
})

test('events of several runs in one batch find their own', (t) => {
  const store = tempStore(t)
  const a = claimedRun(store)
  const b = claimedRun(store)
  const gone = claimedRun(store)
  store.write.setStatus(gone.id, 'interrupted')
  assert.equal(store.record([metrics(a, 0, 0, 10), metrics(gone, 0, 0, 10), metrics(b, 0, 0, 20)]), false)
  assert.deepEqual(
    [a, b, gone].map((run) => store.read.run(run.id).stepsDone),
    [10, 20, 0],
  )
})

test('a batch that fails in the middle leaves nothing of it', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  const bad: TrainerEvent = {
    ...metrics(run, 1, 100, 2),
    columns: { loss: Float64Array.of(1, 2), lr: Float64Array.of(1) },
  }
  assert.throws(() => store.record([metrics(run, 0, 0, 100), bad]), /columns of one length/)
  assert.equal(store.read.run(run.id).stepsDone, 0)
  assert.deepEqual(store.read.seriesNames(run.id), [])
  assert.equal(store.record([metrics(run, 0, 0, 100)]), true)
})

test('metrics with steps missing before them are an error, and nothing of their batch is stored', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  store.record([metrics(run, 0, 0, 200)])
  assert.throws(() => store.record([epoch(run, 1, 2), metrics(run, 3, 300, 100)]), {
    name: 'Error',
    message: new RegExp(`Run ${run.id}: metrics from step 200 on were expected, and those of step 300 came`),
  })
  assert.equal(store.read.run(run.id).stepsDone, 200)
  assert.deepEqual(store.read.epochs(run.id), [])
  // What was missing may still come.
  assert.equal(store.record([epoch(run, 1, 2), metrics(run, 2, 200, 100), metrics(run, 3, 300, 100)]), true)
  assert.equal(allPoints(store, run.id, 'loss').steps.length, 400)
})

test('losses that are not numbers come back as they were', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  const loss = Float64Array.of(1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324)
  store.record([{ ...metrics(run, 0, 0, 6), columns: { loss } }])
  assert.deepEqual(allPoints(store, run.id, 'loss').values, [...loss])
  store.record([{ ...epoch(run, 1, 1), trainLoss: Number.NaN, valLoss: null }])
  assert.ok(Number.isNaN(store.read.epochs(run.id)[0]?.trainLoss))
})

test('a run that nobody began takes no events', (t) => {
  const store = tempStore(t)
  claimedRun(store)
  const run = store.write.createRun(newRun)
  assert.equal(store.record([metrics({ ...run, attempt: 1 }, 0, 0, 5)]), false)
  assert.throws(() => store.write.setStatus(run.id, 'completed'), UserError)
})
