import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { z } from 'zod'
import { connect } from '../../../src-main/store/database.ts'
import { CELLS } from '../../../src-main/store/studyRows.ts'
import {
  ended,
  epoch,
  metrics,
  newRun,
  openFor,
  putDataset,
  snapshot,
  tempFolder,
  tempStore,
} from './fixtures.ts'
import { cellOf, runIdsOf, storedStudy, sweep } from './studyFixtures.ts'

/* Studies and their cells as they are stored; what a queue makes of them is in studyQueue.test.ts. */

test('a study is stored with its cells and their queued runs in one transaction, or not at all', (t) => {
  const store = tempStore(t)
  putDataset(store)
  const version = store.read.version()
  const id = storedStudy(store, 3)
  assert.equal(store.read.version(), version + 2, 'the data set, and the study')
  const { study, cells } = store.read.study(id.slice(0, 6))
  assert.deepEqual([study.id, study.name, study.kind, study.status], [id, 'rates', 'sweep', 'active'])
  assert.deepEqual(study.counts, { total: 3, queued: 3, active: 0, completed: 0, failed: 0, other: 0 })
  assert.deepEqual(
    cells.map(({ ordinal, key, status, steps, totalSteps }) => [ordinal, key, status, steps, totalSteps]),
    [
      [0, 'lr 1', 'queued', 0, 1000],
      [1, 'lr 2', 'queued', 0, 1000],
      [2, 'lr 3', 'queued', 0, 1000],
    ],
  )
  const runs = store.read.queue()
  assert.deepEqual(
    runs.map((run) => [run.id, run.studyId, run.spec.schedule]),
    cells.map(({ runId }, i) => [runId, id, { kind: 'constant', lr: i + 1 }]),
  )
  const unknown = { ...cellOf(9), run: { ...cellOf(9).run, datasetId: 'unknown' } }
  assert.throws(
    () => store.write.createStudy({ name: 'no', spec: sweep }, [cellOf(8), unknown]),
    /must be put/,
  )
  assert.throws(() => store.write.addCells(id, [cellOf(8), unknown]), /must be put/)
  assert.equal(store.read.studies().length, 1)
  assert.equal(store.read.runs().length, 3)
})

test('a cell is stored once, however often and in whatever company it comes', (t) => {
  const store = tempStore(t)
  const id = storedStudy(store, 2)
  assert.equal(store.write.addCells(id, [cellOf(2), cellOf(3), cellOf(3)]), 1)
  assert.equal(store.write.addCells(id, [cellOf(3), cellOf(1)]), 0)
  assert.deepEqual(
    store.read.study(id).cells.map(({ key, ordinal }) => [key, ordinal]),
    [
      ['lr 1', 0],
      ['lr 2', 1],
      ['lr 3', 2],
    ],
  )
  assert.equal(store.read.runs().length, 3)
})

test('a cell tells what its run came to', (t) => {
  const store = tempStore(t)
  const id = storedStudy(store, 4)
  const [good, bad, better] = runIdsOf(store, id)
    .slice(0, 3)
    .map((runId) => store.write.claimRun(runId))
  assert.ok(good && bad && better)
  store.record([
    epoch(good, 0, 1),
    { ...epoch(good, 1, 2), testAccuracy: 0.4 },
    ended(good, 2),
    metrics(bad, 0, 0, 213),
    { ...ended(bad, 1, 'failed'), stepsDone: 213, diverged: { step: 212, lr: 3 } },
    { ...epoch(better, 0, 1), valAccuracy: 0.75 },
    ended(better, 1),
  ])
  const { study, cells } = store.read.study(id)
  const [first, second] = cells
  assert.deepEqual(
    [first?.status, first?.validationAccuracy, first?.validationLoss, first?.testAccuracy, first?.seconds],
    ['completed', 0.5, 1, 0.4, 3],
  )
  assert.deepEqual([second?.status, second?.diverged, second?.steps], ['failed', { step: 212, lr: 3 }, 213])
  assert.deepEqual(study.counts, { total: 4, queued: 1, active: 0, completed: 2, failed: 1, other: 0 })
  assert.equal(study.best?.key, 'lr 3')
  // Started again, it has not diverged.
  store.write.claimRun(bad.id)
  assert.deepEqual(
    store.read.study(id).cells.map(({ status, diverged }) => [status, diverged]),
    [
      ['completed', null],
      ['running', null],
      ['completed', null],
      ['queued', null],
    ],
  )
})

test('whoever follows a study is told what changed since, and nothing else', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const [writer, watcher] = [openFor(t, path), openFor(t, path)]
  const id = storedStudy(writer, 5)
  const whole = watcher.read.studySince(id, -1)
  assert.equal(whole?.cells.length, 5)
  assert.equal(watcher.read.studySince(id, whole.version), undefined)
  const [, second] = runIdsOf(writer, id)
  const run = writer.write.claimRun(second ?? '')
  const claimed = watcher.read.studySince(id, whole.version)
  assert.deepEqual(
    claimed?.cells.map(({ key, status }) => [key, status]),
    [['lr 2', 'running']],
  )
  assert.equal(claimed.study.counts.active, 1)
  writer.record([metrics(run, 0, 0, 7)])
  assert.deepEqual(
    watcher.read.studySince(id, claimed.version)?.cells.map(({ steps }) => steps),
    [7],
  )
  const before = watcher.read.version()
  writer.write.enqueueRun(newRun)
  assert.equal(watcher.read.studySince(id, before), undefined, 'a run by hand is no change of the study')
  assert.deepEqual(watcher.read.studiesSince(before).changed, [])
  writer.write.editStudy(id, { note: 'why' })
  assert.deepEqual(watcher.read.studySince(id, before)?.cells, [])
  assert.equal(watcher.read.studiesSince(before).changed[0]?.note, 'why')
})

test('an update reads the cells that changed by an index, not the study', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  storedStudy(openFor(t, path), 3)
  const db = connect(path)
  t.after(() => db.close())
  const plan = db
    .all(
      z.object({ detail: z.string() }),
      `EXPLAIN QUERY PLAN ${CELLS} WHERE c.study_id = ? AND c.changed > ?`,
      'a',
      1,
    )
    .map(({ detail }) => detail)
  assert.match(plan[0] ?? '', /SEARCH c USING INDEX study_cells_by_change \(study_id=\? AND changed>\?\)/)
  assert.ok(!plan.some((detail) => detail.startsWith('SCAN')), plan.join('\n'))
})

test('a study outlives its runs, and opens whatever version wrote it', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const store = openFor(t, path)
  const [newer, unreadable] = [storedStudy(store, 2), storedStudy(store, 2)]
  const [first, second] = runIdsOf(store, newer)
  store.write.trashRuns([first ?? ''])
  store.write.cancelStudy(newer)
  store.write.purgeRuns([second ?? ''])
  const db = connect(path)
  const put = (id: string, spec: unknown) =>
    db.run('UPDATE studies SET spec = ?, changed = 1000 WHERE id = ?', JSON.stringify(spec), id)
  put(newer, {
    ...sweep,
    later: true,
    axes: [{ path: 'seed', values: [1], shown: 'log' }],
    search: { method: 'grid', also: 1 },
  })
  put(unreadable, { kind: 'tournament' })
  db.run(
    "UPDATE study_cells SET cell = json_set(cell, '$.role', 'judge', '$.later', 1) WHERE study_id = ?",
    unreadable,
  )
  db.run('UPDATE lab SET version = 1000')
  db.close()
  const reader = openFor(t, path)
  const { study, cells } = reader.read.study(newer)
  assert.deepEqual(study.spec, { ...sweep, axes: [{ path: 'seed', values: [1] }] })
  assert.deepEqual(
    cells.map(({ status }) => status),
    ['deleted', 'deleted'],
  )
  assert.equal(study.counts.other, 2)
  const odd = reader.read.study(unreadable)
  assert.deepEqual([odd.study.kind, odd.cells.length], ['sweep', 2])
  assert.deepEqual(odd.study.spec.kind === 'sweep' && odd.study.spec.axes, [
    { path: 'schedule.lr', values: [1, 2] },
  ])
  assert.deepEqual(odd.cells[0]?.settings, { 'schedule.lr': 1 })
})

test('a study is deleted with its runs or without, and comes back as it went', (t) => {
  const store = tempStore(t)
  const [alone, whole] = [storedStudy(store, 2), storedStudy(store, 3)]
  store.write.cancelStudy(alone)
  store.write.cancelStudy(whole)
  const [before] = runIdsOf(store, whole)
  store.write.trashRuns([before ?? ''])
  const version = store.read.version()
  store.write.trashStudy(alone, false)
  store.write.trashStudy(whole, true)
  assert.deepEqual(store.read.studies(), [])
  assert.deepEqual(new Set(store.read.studiesSince(version).removed), new Set([alone, whole]))
  assert.throws(() => store.read.study(alone), /is deleted; restore it first/)
  assert.equal(store.read.runs().length, 2)
  store.write.restoreStudy(whole)
  store.write.restoreStudy(alone)
  assert.equal(store.read.studies().length, 2)
  assert.equal(store.read.runs().length, 4, 'one was deleted by itself')
  assert.throws(() => store.write.restoreStudy('nothing'), /is not among the deleted studies/)
})

test('a cell that goes on from another begins with the state it asks for, and knows its weights by then', (t) => {
  const store = tempStore(t)
  putDataset(store)
  const trunk = cellOf(1, { role: 'trunk' })
  const branch = cellOf(2, { role: 'cooldown', after: { key: trunk.cell.key, stepsDone: 100 } })
  const id = store.write.createStudy({ name: 'trunk', spec: { ...sweep, slots: 3 } }, [branch, trunk])
  const [branchRun, trunkRun] = runIdsOf(store, id)
  assert.deepEqual(store.read.run(branchRun ?? '').origin, {
    kind: 'branch',
    runId: trunkRun,
    runName: 'rate 1',
    stepsDone: 100,
    weightsSha256: null,
    streamFrom: 100,
  })
  const claimed = store.write.claimQueuedRun()
  assert.equal(claimed?.id, trunkRun)
  assert.equal(store.write.claimQueuedRun(), undefined)
  assert.ok(claimed)
  const taken = snapshot(claimed, 0, 1, 99)
  store.record([taken])
  assert.equal(store.write.claimQueuedRun()?.id, branchRun)
  assert.equal(store.read.run(branchRun ?? '').origin?.weightsSha256, taken.weightsSha256)
})

test('a fresh run of a deleted cell begins where the one before did, and is made once', (t) => {
  const store = tempStore(t)
  putDataset(store)
  const trunk = cellOf(1, { role: 'trunk' })
  const branch = cellOf(2, { role: 'cooldown', after: { key: trunk.cell.key, stepsDone: 100 } })
  const id = store.write.createStudy({ name: 'trunk', spec: sweep }, [trunk, branch])
  const before = runIdsOf(store, id)
  store.write.purgeRuns(before)
  for (const cell of [trunk, branch, trunk, branch])
    assert.ok(store.write.requeueRuns(id, { from: ['active'], statuses: [], fresh: [cell] }))
  const [trunkRun, branchRun] = runIdsOf(store, id)
  assert.equal(store.read.runs().length, 2, 'two hosts that retry make no second one')
  assert.ok(!before.includes(trunkRun ?? ''))
  const { origin } = store.read.run(branchRun ?? '')
  assert.deepEqual([origin?.runId, origin?.stepsDone], [trunkRun, 100])
})

test('what was planned while the study was cancelled is not stored', (t) => {
  const store = tempStore(t)
  const id = storedStudy(store, 1)
  assert.equal(store.write.addCells(id, [cellOf(2)], 'active'), 1)
  store.write.cancelStudy(id)
  assert.equal(store.write.addCells(id, [cellOf(3)], 'active'), 0)
  assert.equal(store.read.study(id).cells.length, 2)
})

test('a run that waits is not started once its study was deleted', (t) => {
  const store = tempStore(t)
  const id = storedStudy(store, 1)
  store.write.cancelStudy(id)
  assert.ok(store.write.extendStudy(id, [cellOf(2)], { from: sweep, to: sweep }))
  store.write.trashStudy(id, false)
  assert.equal(store.write.claimQueuedRun(), undefined)
})

test('a study that has ended goes on with another spec, though its cells come later', (t) => {
  const store = tempStore(t)
  const id = storedStudy(store, 1)
  store.write.setStudyStatus(id, { status: 'finished' })
  const to = { ...sweep, seeds: [1, 2] }
  assert.ok(store.write.extendStudy(id, [], { from: sweep, to }))
  assert.deepEqual([store.read.study(id).study.status, store.read.study(id).study.spec], ['active', to])
  // Made of what the study was before: nothing of it is stored.
  assert.equal(store.write.extendStudy(id, [cellOf(2)], { from: sweep, to: { ...sweep, seeds: [3] } }), false)
  assert.deepEqual([store.read.study(id).cells.length, store.read.study(id).study.spec], [1, to])
})

test('the best of a halving is one of the longest budget that has a score', (t) => {
  const store = tempStore(t)
  putDataset(store)
  const cells = [cellOf(1, { budget: 0.3 }), cellOf(2, { budget: 1, stage: 1 }), cellOf(3, { budget: 0.3 })]
  const id = store.write.createStudy({ name: 'halving', spec: sweep }, cells)
  for (const [i, runId] of runIdsOf(store, id).entries()) {
    const run = store.write.claimRun(runId)
    store.record([{ ...epoch(run, 0, 1), valAccuracy: [0.9, 0.5, 0.95][i] ?? 0 }, ended(run, 1)])
  }
  assert.equal(store.read.study(id).study.best?.key, 'lr 2')
})

test('what was deleted 30 days ago goes for good; runs that stayed stay', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const store = openFor(t, path)
  const id = storedStudy(store, 2)
  store.write.cancelStudy(id)
  store.write.trashStudy(id, false)
  store.close()
  const later = openFor(t, path, { now: () => Date.now() + 31 * 24 * 3600 * 1000 })
  assert.throws(() => later.read.study(id), /no stored study/)
  assert.throws(() => later.write.restoreStudy(id), /cannot come back/)
  assert.equal(later.read.runs().length, 2)
})
