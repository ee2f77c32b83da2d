import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { DeviceComparison } from '../../../shared/run/deviceComparison.ts'
import type { KernelUse } from '../../../shared/run/kernelUse.ts'
import { connect } from '../../../src-main/store/database.ts'
import { openStore } from '../../../src-main/store/index.ts'
import { migrate } from '../../../src-main/store/migrate.ts'
import { migrations } from '../../../src-main/store/migrations/index.ts'
import type { Store } from '../../../src-main/store/types.ts'
import { dumpDatabase, schemaOf } from './dump.ts'
import {
  afterwards,
  allPoints,
  claimedRun,
  ended,
  epoch,
  metrics,
  newRun,
  openFor,
  predictions,
  snapshot,
  state,
  tempFolder,
  valueAt,
} from './fixtures.ts'

/*
 * Every released version has a file in versions/ with a database that this version wrote. All of them are opened by
 * this program. The file of a new version is written when the test first misses it.
 */

const fixture = (version: number): string =>
  fileURLToPath(new URL(`versions/${version}.sql`, import.meta.url))

const comparison: DeviceComparison = {
  machine: {
    platform: 'linux 6.1 x64',
    processor: 'a processor',
    threads: '2',
    versions: { node: '24.0.0' },
    kernels: '0123456789abcdef',
    devices: { webgpu: 'a GPU, WebGPU', simd: '' },
  },
  subject: { model: { kind: 'mlp', hidden: [8], dropout: 0 }, shape: [4], classes: 3, batchSize: 10 },
  timings: [
    { name: 'webgpu', failure: 'its process failed' },
    { name: 'simd', device: 'WebAssembly SIMD, 2 threads', stepMs: 0.25, steps: 300 },
  ],
  measuredAt: 1_800_000_000_000,
}

const kernels: KernelUse = {
  device: 'simd',
  steps: 2,
  stepMs: 10,
  kernels: [{ name: 'Conv3D', javascript: true, calls: 1, ms: 9.3 }],
}

/** Something in every table. */
function writeSample(path: string): void {
  const store = openStore(path, { now: () => 1_800_000_000_000 })
  const run = claimedRun(store)
  store.record([
    {
      type: 'ready',
      runId: run.id,
      attempt: 1,
      seq: 0,
      deviceName: 'simd',
      device: 'WebAssembly SIMD, 2 threads',
      reason: 'the fastest one here',
      parameters: 7,
      totalSteps: 5000,
    },
    metrics(run, 1, 0, 20),
    // One series alone, to keep the file small, to the end of the first chunk, which the next event closes.
    metrics(run, 2, 20, 4070, ['lr']),
    metrics(run, 3, 4090, 16),
    epoch(run, 4, 1),
    snapshot(run, 5, 1, 99, 4),
    { type: 'feedback', runId: run.id, attempt: 1, seq: 6, step: 7, lr: 0.01, reason: 'no better loss' },
    { type: 'checkpoint', runId: run.id, attempt: 1, seq: 7, state: state(4106, 4) },
    {
      type: 'edited',
      runId: run.id,
      attempt: 1,
      seq: 8,
      edit: { kind: 'annealNow', atStep: 50, steps: 9 },
      totalSteps: 5000,
    },
    { type: 'kernels', runId: run.id, attempt: 1, seq: 9, kernels },
    ended(run, 10, 'stopped'),
  ])
  store.write.annotate(run.id, { note: 'a note', tags: ['one', 'two'] })
  store.write.saveEnsemble({
    name: 'all',
    method: 'average',
    members: store.read.snapshots(run.id).map(({ id }) => ({ snapshotId: id, weight: 1 })),
    valAccuracy: 0.9,
    testAccuracy: 0.8,
    scores: { nll: 0.5 },
  })
  const paused = claimedRun(store)
  store.write.setStatus(paused.id, 'paused')
  store.write.request(paused.id, { type: 'resume' })
  store.write.putDeviceComparison(comparison)
  store.write.purgeRuns([store.write.enqueueRun(newRun).id])
  const { id: worker } = store.workers.invite({
    name: 'box',
    codeHash: 'code-sha',
    codeUntil: 1_900_000_000_000,
  })
  store.workers.join('code-sha', 'token-sha', 1_800_000_000_000)
  const placed = store.write.enqueueRun({ ...newRun, placement: { at: 'anyWorker' } })
  store.workers.claim(placed.id, { workerId: worker })
  store.workers.setSlurmJob(placed.id, { job: '12_3', state: 'RUNNING', reason: null })
  store.write.follow({ path: '/logs', name: null, tagRoles: { rate: 'learningRate' } })
  store.close()
}

function checkSample(store: Store, version = migrations.length): void {
  const [run] = store.read.runs({ status: 'stopped' })
  assert.ok(run)
  assert.deepEqual([run.name, run.note, run.tags], ['A run', 'a note', ['one', 'two']])
  assert.deepEqual(run.planned.edits, [{ kind: 'annealNow', atStep: 50, steps: 9 }])
  const steps = [0, 4090].flatMap((from, i) => Array.from({ length: i === 0 ? 20 : 16 }, (_, k) => from + k))
  assert.deepEqual(allPoints(store, run.id, 'loss'), { steps, values: steps.map((step) => valueAt(2, step)) })
  assert.equal(store.read.series({ runId: run.id, series: 'loss', points: 10 }).total, 36)
  assert.equal(allPoints(store, run.id, 'lr').steps.length, 4106)
  assert.equal(store.read.epochs(run.id).length, 1)
  assert.equal(store.read.feedback(run.id).length, 1)
  assert.deepEqual(store.read.kernels(run.id), version >= 11 ? kernels : null)
  const [record] = store.read.snapshots(run.id)
  assert.ok(record)
  assert.deepEqual(store.read.predictions(record.id, 'test'), predictions('test', -99))
  assert.deepEqual(store.read.checkpoint(run.id)?.position, state(4106, 4).position)
  assert.deepEqual(
    store.read.checkpoint(run.id)?.tensors.map(({ data }) => Buffer.from(data)),
    state(4106, 4).tensors.map(({ data }) => Buffer.from(data)),
  )
  assert.equal(store.read.ensembles(run.id).length, 1)
  assert.equal(store.read.datasets().length, 1)
  assert.equal(store.read.runs({ status: 'interrupted' }).length, 1)
  const isMeasured = version >= 3
  assert.equal(run.deviceName, isMeasured ? 'simd' : null)
  assert.deepEqual(store.read.deviceComparisons(comparison.machine), isMeasured ? [comparison] : [])
  const [worker] = store.workers.list()
  assert.equal(worker?.name, version >= 10 ? 'box' : undefined)
  const [placed] = store.workers.placed()
  assert.deepEqual(
    placed && [placed.workerId, placed.attempt, placed.status, placed.slurmJob],
    version >= 10 ? [worker?.id, 1, 'running', '12_3'] : undefined,
  )
  const followed = store.read.followed().map(({ path, tagRoles, isRead }) => ({ path, tagRoles, isRead }))
  const isFollowing = { path: '/logs', tagRoles: { rate: 'learningRate' }, isRead: false }
  assert.deepEqual(followed, version >= 9 ? [isFollowing] : [])
}

function restore(path: string, sql: string): void {
  const db = connect(path)
  db.exec(sql)
  db.close()
}

test('the newest version has its file', (t) => {
  const file = fixture(migrations.length)
  if (existsSync(file)) return
  const path = join(tempFolder(t), 'lab.db')
  writeSample(path)
  writeFileSync(file, dumpDatabase(path))
  assert.fail(`${file} was missing and has been written: look at it and commit it.`)
})

for (let version = 1; version <= migrations.length; version++) {
  test(`a database of version ${version} opens with all that is in it`, (t) => {
    const folder = tempFolder(t)
    const [old, fresh] = [join(folder, 'old.db'), join(folder, 'fresh.db')]
    restore(old, readFileSync(fixture(version), 'utf8'))
    const store = openFor(t, old)
    checkSample(store, version)
    claimedRun(store)
    store.close()
    openStore(fresh).close()
    assert.deepEqual(schemaOf(old), schemaOf(fresh))
  })
}

test('runs that were queued before the queue had an order wait in that of their creation', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  restore(path, readFileSync(fixture(2), 'utf8'))
  const db = connect(path)
  db.run("UPDATE runs SET status = 'queued', host_id = NULL, created_at = 1_700_000_000_000 - rowid")
  const { count } = db.get(z.object({ count: z.number() }), 'SELECT count(*) AS count FROM runs') ?? {}
  db.close()
  const store = openFor(t, path)
  const waiting = store.read.queue()
  assert.deepEqual(
    waiting.map(({ id }) => id),
    waiting.toSorted((a, b) => a.createdAt - b.createdAt).map(({ id }) => id),
  )
  assert.equal(waiting.length, count)
  assert.equal(store.write.claimQueuedRun()?.id, waiting[0]?.id)
})

test('what a version writes, it reads', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  writeSample(path)
  checkSample(openFor(t, path))
})

test('a migration that fails leaves the file at the version it had', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  writeSample(path)
  const before = dumpDatabase(path)
  const db = connect(path)
  const nonsense = 'CREATE TABLE later (id INTEGER) STRICT; DROP TABLE runs; SELECT nonsense;'
  assert.throws(() => migrate(db, [...migrations, nonsense]), /nonsense/)
  assert.throws(() => migrate(db, [...migrations, 'DELETE FROM snapshots']), /without what they refer to/)
  db.close()
  assert.equal(dumpDatabase(path), before)
  checkSample(openFor(t, path))
})

test('a failure while the file is made leaves no file of nobody, which would be refused from then on', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const db = connect(path)
  assert.throws(() => migrate(db, ['SELECT nonsense']), /nonsense/)
  db.close()
  claimedRun(openFor(t, path))
})

test('migrations are taken once each, in order', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  openStore(path).close()
  const db = connect(path)
  afterwards(t, () => db.close())
  const later = [
    ...migrations,
    'CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT; INSERT INTO later VALUES (1);',
    'INSERT INTO later SELECT max(id) + 1 FROM later;',
  ]
  migrate(db, later)
  migrate(db, later)
  assert.equal(db.pragma('user_version'), migrations.length + 2)
  const count = z.object({ count: z.number() })
  assert.deepEqual(db.get(count, 'SELECT count(*) AS count FROM later'), { count: 2 })
  assert.throws(() => migrate(db, migrations), { name: 'UserError', message: /written by a newer Anneal/ })
})
