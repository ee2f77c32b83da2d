import assert from 'node:assert/strict'
import test from 'node:test'
import { UserError } from '../../../shared/errors.ts'
import type { TrainerEvent, TrainerState } from '../../../shared/run/messages.ts'
import type { RunRecord } from '../../../src-main/store/types.ts'
import { weightsSha256 } from '../../../src-main/weightsSha256.ts'
import { claimedRun, ended, predictions, snapshot, state, tempStore, tensor } from './fixtures.ts'

const checkpoint = (run: RunRecord, seq: number, state: TrainerState): TrainerEvent => ({
  type: 'checkpoint',
  runId: run.id,
  attempt: run.attempt,
  seq,
  state,
})

const plain = ({ position, tensors }: TrainerState) => ({
  position,
  tensors: tensors.map(({ data, ...rest }) => ({ ...rest, data: Buffer.from(data).toString('hex') })),
})

test('a moving average of weights comes back beside its snapshot, with its scores, and is no part of the hash', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  const event = snapshot(run, 0, 3, 99, 40)
  const ema = { valLoss: 0.4, valAccuracy: 0.9, testLoss: null, testAccuracy: null }
  const averages = event.state.tensors
    .filter(({ role }) => role === 'weight')
    .map((each) => ({ ...each, role: 'ema' as const, data: each.data.slice().reverse() }))
  const held = { ...event.state, tensors: [...event.state.tensors, ...averages] }
  assert.equal(weightsSha256(held.tensors), event.weightsSha256)
  store.record([{ ...event, state: held, ema }])
  const [record] = store.read.snapshots(run.id)
  assert.ok(record)
  assert.deepEqual(record.ema, ema)
  const model = store.read.snapshotModel(record.id)
  assert.deepEqual(plain({ ...model, tensors: [...model.tensors] }), plain(held))
})

test('a snapshot comes back bit for bit', (t) => {
  const store = tempStore(t, { now: () => 42 })
  const run = claimedRun(store)
  const event = snapshot(run, 0, 3, 99, 40_000)
  store.record([event])
  const [record] = store.read.snapshots(run.id)
  assert.ok(record)
  assert.deepEqual(record, {
    id: record.id,
    runId: run.id,
    cycle: 3,
    step: 99,
    lr: 0.01,
    weightsSha256: event.weightsSha256,
    bytes: 320_000,
    valLoss: 0.5,
    valAccuracy: 0.8,
    testLoss: 0.6,
    testAccuracy: 0.7,
    createdAt: 42,
    ema: null,
  })
  assert.deepEqual(store.read.snapshot(record.id), record)
  const model = store.read.snapshotModel(record.id)
  assert.deepEqual(model.normalisation, event.normalisation)
  assert.deepEqual(plain({ ...model, tensors: [...model.tensors] }), plain(event.state))
  assert.deepEqual(store.read.predictions(record.id, 'validation'), predictions('validation', 99))
  assert.deepEqual(store.read.predictions(record.id, 'test'), predictions('test', -99))
})

test('tensors of no element and of no dimension, and a snapshot without predictions, are fine', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  const tensors = [
    { ...tensor('empty', 0, 1), shape: [0, 3] },
    { ...tensor('scalar', 1, 2), shape: [] },
  ]
  const event = snapshot(run, 0, 1, 9)
  const hash = weightsSha256(tensors)
  store.record([
    {
      ...event,
      state: { ...event.state, tensors },
      weightsSha256: hash,
      predictions: [],
      valLoss: null,
    },
  ])
  const [record] = store.read.snapshots(run.id)
  assert.ok(record)
  assert.equal(record.valLoss, null)
  assert.deepEqual(
    store.read.snapshotModel(record.id).tensors.map(({ name, shape, data }) => [name, shape, data.length]),
    [
      ['empty', [0, 3], 0],
      ['scalar', [], 4],
    ],
  )
  assert.equal(store.read.predictions(record.id, 'test'), undefined)
})

test('a snapshot that is not there is a clear error', (t) => {
  const store = tempStore(t)
  for (const id of [0, 1, -1, 1.5]) {
    assert.throws(() => store.read.snapshot(id), UserError)
    assert.throws(() => store.read.snapshotModel(id), UserError)
  }
})

test('a run goes on from its checkpoint or its last snapshot, whichever is further', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  assert.equal(store.read.checkpoint(run.id), undefined)
  const resumesFrom = (): number | undefined => store.read.checkpoint(run.id)?.position.stepsDone
  store.record([checkpoint(run, 0, state(50))])
  assert.equal(resumesFrom(), 50)
  store.record([snapshot(run, 1, 1, 99)])
  assert.equal(resumesFrom(), 100)
  store.record([checkpoint(run, 2, state(130))])
  assert.equal(resumesFrom(), 130)
  assert.deepEqual(plain(store.read.checkpoint(run.id) ?? state(0)), plain(state(130)))
  store.record([checkpoint(run, 3, state(120))])
  assert.equal(resumesFrom(), 130)
  store.record([snapshot(run, 4, 2, 129)])
  assert.deepEqual(plain(store.read.checkpoint(run.id) ?? state(0)), plain(state(130)))
})

test('a checkpoint with other tensors replaces the one before wholly', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  const many = { ...state(10), tensors: [tensor('a', 5, 1), tensor('b', 6, 2), tensor('c', 7, 3)] }
  const few = { ...state(20), tensors: [tensor('z', 9, 4, 'optimizer')] }
  store.record([checkpoint(run, 0, many)])
  assert.deepEqual(plain(store.read.checkpoint(run.id) ?? few), plain(many))
  store.record([checkpoint(run, 1, few)])
  assert.deepEqual(plain(store.read.checkpoint(run.id) ?? many), plain(few))
})

test('a finished run can be extended from where it ended', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  store.record([checkpoint(run, 0, state(990)), snapshot(run, 1, 1, 999), ended(run, 2)])
  assert.equal(store.read.checkpoint(run.id)?.position.stepsDone, 1000)
  const stopped = claimedRun(store)
  store.record([
    snapshot(stopped, 0, 1, 99),
    checkpoint(stopped, 1, state(150)),
    ended(stopped, 2, 'stopped'),
  ])
  assert.equal(store.read.checkpoint(stopped.id)?.position.stepsDone, 150)
})

test('an ensemble is kept with its members in order', (t) => {
  const store = tempStore(t, { now: () => 7 })
  const [a, b] = [claimedRun(store), claimedRun(store)]
  store.record([snapshot(a, 0, 1, 99), snapshot(a, 1, 2, 199), snapshot(b, 0, 1, 99)])
  const [first, second] = store.read.snapshots(a.id)
  const [other] = store.read.snapshots(b.id)
  assert.ok(first && second && other)
  const ensemble = {
    name: 'last two',
    method: 'weighted' as const,
    members: [
      { snapshotId: second.id, weight: 0.75 },
      { snapshotId: first.id, weight: 0.25 },
    ],
    valAccuracy: 0.9,
    testAccuracy: null,
    scores: { nll: 0.3, ece: null },
  }
  const saved = store.write.saveEnsemble(ensemble)
  assert.deepEqual(saved, { ...ensemble, id: saved.id, createdAt: 7 })
  const mixed = store.write.saveEnsemble({
    ...ensemble,
    members: [...ensemble.members, { snapshotId: other.id, weight: 1 }],
  })
  assert.deepEqual(store.read.ensembles(), [mixed, saved])
  assert.deepEqual(store.read.ensembles(a.id), [mixed, saved])
  assert.deepEqual(store.read.ensembles(b.id), [mixed])
  assert.throws(() => store.write.saveEnsemble({ ...ensemble, members: [] }), UserError)
  assert.throws(
    () => store.write.saveEnsemble({ ...ensemble, members: [{ snapshotId: 999, weight: 1 }] }),
    UserError,
  )
  assert.equal(store.read.ensembles().length, 2)
})

test('a data set is put once and replaced', (t) => {
  const store = tempStore(t, { now: () => 7 })
  const dataset = {
    id: 'abc',
    name: 'digits',
    folder: '/a',
    meta: { classes: ['0', '1'], shape: [28, 28, 1] },
  }
  store.write.putDataset(dataset)
  store.write.putDataset({ ...dataset, folder: '/b' })
  assert.deepEqual(store.read.datasets(), [{ ...dataset, folder: '/b', createdAt: 7 }])
})
