import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import { connect } from '../../../src-main/store/database.ts'
import { quickCheck } from '../../../src-main/store/integrity.ts'
import type { RunRecord, Store } from '../../../src-main/store/types.ts'
import {
  afterwards,
  claimedRun,
  ended,
  epoch,
  metrics,
  newRun,
  openFor,
  snapshot,
  tempFolder,
  tempStore,
} from './fixtures.ts'

/** A finished run of everything, with about sixteen megabytes. */
function fullRun(store: Store, weights = 200_000): RunRecord {
  const run = claimedRun(store)
  for (let n = 0; n < 10; n++)
    store.record([
      metrics(run, 3 * n, n * 5000, 5000),
      epoch(run, 3 * n + 1, n + 1),
      snapshot(run, 3 * n + 2, n + 1, n * 5000 + 4999, weights),
    ])
  store.record([ended(run, 30)])
  store.write.annotate(run.id, { tags: ['x'] })
  const members = store.read.snapshots(run.id).map(({ id }) => ({ snapshotId: id, weight: 0.1 }))
  const scores = { name: 'all', method: 'average' as const, valAccuracy: 1, testAccuracy: 1, scores: {} }
  store.write.saveEnsemble({ ...scores, members })
  return run
}

const tableRow = z.object({ name: z.string() })
const countRow = z.object({ count: z.number() })

/** Rows in the tables that hold what belongs to runs. */
function rowsLeft(path: string): Record<string, number> {
  const db = connect(path, { readonly: true })
  quickCheck(db)
  const tables = db.all(
    tableRow,
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  )
  const counts = tables
    .map(({ name }) => [name, db.get(countRow, `SELECT count(*) AS count FROM ${name}`)?.count ?? 0] as const)
    .filter(([name, count]) => count > 0 && !['lab', 'datasets', 'hosts', 'purged_runs'].includes(name))
  db.close()
  return Object.fromEntries(counts)
}

test('a deleted run is gone at once, and its space by the time the file is closed', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const store = openFor(t, path)
  const run = fullRun(store)
  store.close()
  const before = statSync(path).size
  const again = openFor(t, path)
  const [snapshotOfIt] = again.read.snapshots(run.id)
  again.write.deleteRun(run.id)
  assert.deepEqual(again.read.runs(), [])
  assert.throws(() => again.read.run(run.id), UserError)
  assert.deepEqual(again.read.snapshots(run.id), [])
  assert.throws(() => again.read.snapshot(snapshotOfIt?.id ?? 0), UserError)
  assert.deepEqual(again.read.ensembles(), [])
  assert.throws(() => again.write.deleteRun(run.id), UserError)
  again.close()
  assert.deepEqual(rowsLeft(path), {})
  const after = statSync(path).size
  assert.ok(before > 15e6 && after < 1e6, `${before} bytes became ${after}`)
})

test('the others keep all that is theirs', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const store = openFor(t, path)
  const [kept, gone] = [fullRun(store), fullRun(store)]
  store.close()
  const rows = rowsLeft(path)
  const again = openFor(t, path)
  again.write.deleteRun(gone.id)
  again.close()
  assert.deepEqual(
    rowsLeft(path),
    Object.fromEntries(Object.entries(rows).map(([name, count]) => [name, count / 2])),
  )
  const reader = openFor(t, path)
  assert.equal(reader.read.series({ runId: kept.id, series: 'loss' }).total, 50_000)
  assert.equal(reader.read.ensembles(kept.id).length, 1)
})

test('a deletion that is refused for one run takes nothing of the others', async (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const store = openFor(t, path)
  const whole = fullRun(store, 100)
  const model = () =>
    store.read.snapshots(whole.id).map(({ id }) => store.read.snapshotModel(id).tensors.length)
  const before = [
    store.read.summary(whole.id),
    model(),
    store.read.series({ runId: whole.id, series: 'loss' }),
  ]
  const active = claimedRun(store)
  assert.throws(() => store.write.purgeRuns([whole.id, active.id]), /stop it first/)
  // What is deleted after it is taken apart in the background; the other is not.
  store.record([ended(active, 0)])
  store.write.purgeRuns([active.id])
  for (let i = 0; i < 50; i++) await turn()
  assert.deepEqual(
    [store.read.summary(whole.id), model(), store.read.series({ runId: whole.id, series: 'loss' })],
    before,
  )
  store.close()
  const again = openFor(t, path)
  assert.equal(again.read.snapshots(whole.id).length, 10)
  assert.ok(again.read.snapshotModel(again.read.snapshots(whole.id)[0]?.id ?? 0).tensors.length > 0)
})

test('what was deleted 30 days ago goes for good when a program opens the file, and not a day sooner', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const day = 24 * 3600 * 1000
  const deleted = Date.now()
  const at = (days: number): Store =>
    openFor(t, path, { now: () => deleted + days * day, isAlive: () => false })
  const first = at(0)
  const [run, other] = [fullRun(first, 100), fullRun(first, 100)]
  const [ensemble] = first.read.ensembles(other.id)
  first.write.trashRuns([run.id])
  first.write.trashEnsembles([ensemble?.id ?? 0])
  first.close()
  const sooner = at(29.9)
  assert.deepEqual(
    sooner.read.summaries('deleted').map(({ id }) => id),
    [run.id],
  )
  sooner.write.restoreRuns([run.id])
  assert.equal(sooner.read.ensembles(run.id).length, 1)
  sooner.write.restoreEnsembles([ensemble?.id ?? 0])
  sooner.write.trashRuns([run.id])
  sooner.write.trashEnsembles([ensemble?.id ?? 0])
  sooner.close()
  // The days count from the last time it was deleted.
  const later = at(59)
  assert.equal(later.read.summaries('deleted').length, 1)
  later.close()
  const last = at(59.95)
  assert.deepEqual(last.read.summaries('deleted'), [])
  assert.throws(() => last.write.restoreRuns([run.id]), UserError)
  assert.throws(() => last.write.restoreEnsembles([ensemble?.id ?? 0]), UserError)
  assert.deepEqual(
    last.read.summaries('current').map(({ id }) => id),
    [other.id],
  )
  assert.equal(last.read.snapshots(other.id).length, 10)
  last.close()
  assert.equal(rowsLeft(path).runs, 1)
  assert.equal(rowsLeft(path).ensembles, undefined)
})

test('the space comes back while the program goes on', async (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const store = openFor(t, path)
  const run = fullRun(store)
  const db = connect(path)
  afterwards(t, () => db.close())
  const pages = (): number => z.number().parse(db.pragma('page_count'))
  const before = pages()
  store.write.deleteRun(run.id)
  for (let turns = 0; pages() > before / 10; turns++) {
    assert.ok(turns < 10_000, 'the file does not shrink')
    await turn()
  }
})

test('what a program left half deleted is finished by the next', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const store = openFor(t, path)
  const run = fullRun(store)
  store.close()
  const db = connect(path)
  db.run('UPDATE runs SET deleted_at = 1 WHERE id = ?', run.id)
  db.run('DELETE FROM ensembles')
  db.close()
  const next = openFor(t, path)
  assert.deepEqual(next.read.runs(), [])
  next.close()
  assert.deepEqual(rowsLeft(path), {})
})

test('a run under way is not deleted, one never begun is', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  assert.throws(() => store.write.deleteRun(run.id), {
    name: 'UserError',
    message: /it is running; stop it first/,
  })
  const waiting = store.write.createRun(newRun)
  store.write.deleteRun(waiting.id)
  assert.deepEqual(
    store.read.runs().map(({ id }) => id),
    [run.id],
  )
})
