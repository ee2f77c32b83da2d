import assert from 'node:assert/strict'
import test from 'node:test'
import { connect, type Db } from '../../../src-main/store/database.ts'
import { quickCheck } from '../../../src-main/store/integrity.ts'
import type { Store } from '../../../src-main/store/types.ts'
import { afterwards, allPoints, claimedRun, metrics, snapshot, state, valueAt } from './fixtures.ts'
import { openReachable } from './reachable.ts'

/* What the disk and other programs do to a write: it fails whole, in words, and what was stored before is there. */

/** Asserts that exactly so many steps and these snapshots are stored, and the file is sound. */
function holds(db: Db, store: Store, runId: string, steps: number, snapshotSteps: readonly number[]): void {
  quickCheck(db)
  assert.equal(store.read.run(runId).stepsDone, steps)
  const loss = allPoints(store, runId, 'loss')
  assert.equal(loss.steps.length, steps)
  assert.ok(loss.steps.every((step, i) => step === i && loss.values[i] === valueAt(2, i)))
  const snapshots = store.read.snapshots(runId)
  assert.deepEqual(
    snapshots.map(({ step }) => step),
    snapshotSteps,
  )
  for (const { id, step } of snapshots)
    assert.deepEqual(
      store.read.snapshotModel(id).tensors.map(({ data }) => Buffer.from(data)),
      state(step + 1, 50_000).tensors.map(({ data }) => Buffer.from(data)),
    )
}

test('a full disk refuses a batch whole, the run ends with the reason, and goes on when there is space', (t) => {
  const { db, store } = openReachable(t)
  const run = claimedRun(store)
  const batch = (n: number) => [
    metrics(run, 2 * n, n * 700, 700),
    snapshot(run, 2 * n + 1, n + 1, n * 700 + 699, 50_000),
  ]
  const stored = [0, 1, 2]
  for (const n of stored) assert.equal(store.record(batch(n)), true)
  const snapshotSteps = stored.map((n) => n * 700 + 699)
  db.pragma(`max_page_count = ${Number(db.pragma('page_count')) + 3}`)
  const full = { name: 'UserError', message: /the disk is full; free some space and resume the run/ }
  assert.throws(() => store.record(batch(3)), full)
  assert.throws(() => store.record(batch(3)), full)
  holds(db, store, run.id, 2100, snapshotSteps)
  store.write.setStatus(run.id, 'interrupted', 'The database could not be written (the disk is full).')
  assert.match(store.read.run(run.id).reason ?? '', /disk is full/)
  db.pragma('max_page_count = 4294967294')
  const again = store.write.claimRun(run.id)
  assert.equal(store.read.checkpoint(run.id)?.position.stepsDone, 2100)
  assert.equal(store.record([metrics(again, 0, 2100, 700), snapshot(again, 1, 4, 2799, 50_000)]), true)
  holds(db, store, run.id, 2800, [...snapshotSteps, 2799])
})

test('a lock that another program holds for too long refuses a batch whole, and the next is stored', (t) => {
  const { db, store } = openReachable(t)
  const run = claimedRun(store)
  assert.equal(store.record([metrics(run, 0, 0, 100)]), true)
  const other = connect(store.path)
  afterwards(t, () => other.close())
  other.exec('BEGIN IMMEDIATE')
  const locked = { name: 'UserError', message: /another program has kept it locked for too long/ }
  assert.throws(() => store.record([metrics(run, 1, 100, 100)]), locked)
  assert.throws(() => store.write.setStatus(run.id, 'interrupted'), locked)
  assert.throws(() => store.write.deleteRun(run.id), Error)
  holds(db, store, run.id, 100, [])
  assert.equal(store.read.run(run.id).status, 'running')
  other.exec('ROLLBACK')
  assert.equal(store.record([metrics(run, 1, 100, 100)]), true)
  holds(db, store, run.id, 200, [])
})
