import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '../../../src-main/store/database.ts'
import { openStore } from '../../../src-main/store/index.ts'
import { quickCheck } from '../../../src-main/store/integrity.ts'
import type { RunRecord, Store } from '../../../src-main/store/types.ts'
import { claimedRun, ended, metrics, newRun, snapshot, state } from './fixtures.ts'

/* Runs on a disk of 24 MB that is nobody else's: see fullDisk.test.ts. */

const [folder = '', scenario = ''] = process.argv.slice(2)
const path = join(folder, 'lab.db')
const full = { name: 'UserError', kind: 'diskFull', message: /the disk is full; free some space/ }
const free = (): number => {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/** Snapshots of 400 kB each, until there are so many or the disk refuses. */
function train(store: Store, run: RunRecord, snapshots: number): void {
  for (let n = 0; n < snapshots; n++)
    store.record([metrics(run, 2 * n, n * 700, 700), snapshot(run, 2 * n + 1, n + 1, n * 700 + 699, 50_000)])
}

function fill(): void {
  try {
    for (;;) appendFileSync(join(folder, 'filler'), new Uint8Array(4096).fill(1))
  } catch {
    assert.ok(free() < 4096)
  }
}

/** Asserts that the run can be read to its last bit. */
function isWhole(store: Store, runId: string): void {
  const snapshots = store.read.snapshots(runId)
  assert.ok(snapshots.length > 0)
  for (const { id, step } of snapshots)
    assert.deepEqual(
      store.read.snapshotModel(id).tensors.map(({ data }) => Buffer.from(data)),
      state(step + 1, 50_000).tensors.map(({ data }) => Buffer.from(data)),
    )
  const { total } = store.read.series({ runId, series: 'loss', points: 100 })
  assert.equal(total, store.read.run(runId).stepsDone)
}

function isSound(): void {
  const db = connect(path)
  quickCheck(db)
  db.close()
}

/** Two runs that have ended: the first of 8 snapshots, the second of 4. */
function twoRuns(): readonly [string, string] {
  const store = openStore(path)
  const ids = [8, 4].map((snapshots) => {
    const run = claimedRun(store)
    train(store, run, snapshots)
    store.record([ended(run, 1000)])
    return run.id
  })
  store.close()
  const [first = '', second = ''] = ids
  return [first, second]
}

function filledByAnother(): void {
  const [first, second] = twoRuns()
  fill()
  let store = openStore(path)
  assert.equal(store.read.runs().length, 2)
  isWhole(store, first)
  assert.throws(() => claimedRun(store), full)
  assert.equal(store.health().fault?.kind, 'diskFull')
  assert.throws(() => store.write.annotate(second, { note: 'x'.repeat(300_000) }), full)
  store.write.deleteRun(first)
  store.close()
  assert.ok(free() > 3e6, `${free()} bytes are free`)
  isSound()
  store = openStore(path)
  isWhole(store, second)
  assert.deepEqual(store.health(), { access: 'write', fault: null })
  claimedRun(store)
  store.close()
}

function filledByARun(): void {
  const [first, second] = twoRuns()
  let store = openStore(path)
  const told: (string | undefined)[] = []
  store.onHealth(({ fault }) => told.push(fault?.kind))
  const run = claimedRun(store)
  assert.throws(() => train(store, run, 200), full)
  assert.deepEqual(told, ['diskFull'], 'told at once')
  store.write.setStatus(run.id, 'interrupted', 'the disk is full')
  store.close()
  store = openStore(path)
  assert.equal(store.read.run(run.id).reason, 'the disk is full')
  isWhole(store, run.id)
  assert.throws(() => train(store, store.write.claimRun(run.id), 200), /the disk is full|lost/)
  store.write.setStatus(run.id, 'interrupted', 'again')
  // The oldest, so that what was stored after it has to be moved.
  store.write.deleteRun(first)
  store.close()
  assert.ok(free() > 3e6, `${free()} bytes are free`)
  isSound()
  store = openStore(path)
  isWhole(store, second)
  isWhole(store, run.id)
  store.close()
}

function withoutAReserve(): void {
  const [first] = twoRuns()
  rmSync(`${path}-reserve`)
  fill()
  const store = openStore(path)
  isWhole(store, first)
  assert.throws(() => store.write.enqueueRun(newRun), full)
  rmSync(join(folder, 'filler'))
  assert.equal(store.write.enqueueRun(newRun).status, 'queued', 'as soon as there is room')
  assert.equal(store.health().fault, null)
  store.close()
  isSound()
}

/** What is not there yet is an empty lab to read, and the reason to write nothing. */
function fullFromTheStart(): void {
  fill()
  for (let opening = 0; opening < 2; opening++) {
    const store = openStore(path)
    assert.deepEqual(store.read.runs(), [])
    assert.throws(() => claimedRun(store), full)
    store.close()
  }
  rmSync(join(folder, 'filler'))
  const store = openStore(path)
  claimedRun(store)
  store.close()
}

function readOnly(): void {
  let store = openStore(path)
  const run = claimedRun(store)
  train(store, run, 2)
  // A copy as a crash leaves it: the log holds all of it, and its host is gone.
  for (const name of readdirSync(folder))
    execFileSync('cp', [join(folder, name), join(folder, `${name}.kept`)])
  store.close()
  for (const name of ['lab.db', 'lab.db-wal'])
    execFileSync('mv', [join(folder, `${name}.kept`), join(folder, name)])
  execFileSync('mount', ['-o', 'remount,ro', folder])
  store = openStore(path, { isAlive: () => false })
  assert.equal(store.path, path)
  assert.equal(store.health().access, 'read')
  assert.equal(store.health().fault?.kind, 'readOnly')
  isWhole(store, run.id)
  assert.equal(store.read.run(run.id).status, 'interrupted')
  assert.throws(() => claimedRun(store), { kind: 'readOnly', message: /must be writable/ })
  store.close()
}

const scenarios: Readonly<Record<string, () => void>> = {
  'filled by another': filledByAnother,
  'filled by a run': filledByARun,
  'without a reserve': withoutAReserve,
  'full from the start': fullFromTheStart,
  'read-only': readOnly,
}
scenarios[scenario]?.()
