import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { ended, metrics, newRun, openFor, state, tempFolder, tempStore } from './fixtures.ts'
import { anyWorker, died, keyOf, lost, queued, taken, worker } from './placed.ts'
import { startChild } from './processes.ts'
import { runIdsOf, storedStudy } from './studyFixtures.ts'

/* Runs that train on other machines: who has their attempts, and what becomes of these. */

test('a run on a worker outlives its host, killed or closed, and belongs to the next that adopts it', async (t) => {
  const path = join(tempFolder(t), 'lab.db')
  for (const end of ['kill', 'end'] as const) {
    const child = await startChild(t, path, 'claimPlaced')
    await child[end]()
    const next = openFor(t, path)
    const orphan = next.read.run(child.runId)
    assert.deepEqual([orphan.status, orphan.hostId, orphan.reason], ['running', null, null], end)
    assert.equal(orphan.place?.outOfTouchSince, orphan.place?.contactAt, 'nobody hears of it now')
    assert.deepEqual(next.write.sweepDeadRuns(), [])
    assert.equal(next.record([metrics(orphan, 1, 100, 50)]), false, 'not before it is adopted')
    const { version } = next.read.changesSince(-1)
    assert.deepEqual(
      next.workers.adopt().map(({ runId, attempt, lastSeq }) => [runId, attempt, lastSeq]),
      [[child.runId, 1, 0]],
    )
    assert.deepEqual(next.workers.adopt(), [])
    assert.equal(next.read.changesSince(version).changed[0]?.place?.outOfTouchSince, null)
    assert.equal(next.record([metrics(orphan, 1, 100, 50)]), true)
    assert.equal(next.read.run(child.runId).stepsDone, 150)
    next.write.setStatus(child.runId, 'stopped')
    next.close()
  }
})

test('what lives and listens keeps its runs; one that listens no more gives them up', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const [here, there] = [openFor(t, path), openFor(t, path)]
  const run = taken(here)
  assert.deepEqual(there.workers.adopt(), [])
  assert.equal(there.record([metrics(run, 0, 0, 10)]), false)
  here.workers.release()
  assert.deepEqual(
    there.workers.adopt().map(({ runId }) => runId),
    [run.id],
  )
  assert.equal(there.record([metrics(run, 0, 0, 10)]), true)
  assert.equal(here.record([metrics(run, 1, 10, 10)]), false)
})

test('a queued run is had by one alone, and by whom it is meant for', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const [here, there] = [openFor(t, path), openFor(t, path)]
  const id = queued(here)
  const [first, second] = [here, there].map((store) => store.workers.claim(id, { workerId: worker }))
  assert.deepEqual([first?.attempt, first?.status, first?.hostId], [1, 'running', here.hostId])
  assert.equal(second, undefined)
  assert.deepEqual(first?.place?.worker, { id: worker, name: worker })
  const named = queued(here, { at: 'worker', workerId: 'worker02' })
  assert.equal(here.workers.claim(named, { workerId: worker }), undefined)
  assert.ok(here.workers.claim(named, { workerId: 'worker02' }))
  const slurm = queued(here, { at: 'slurm' })
  assert.equal(here.workers.claim(slurm, { workerId: worker }), undefined)
  const job = here.workers.claim(slurm, { workerId: worker, slurmJob: '7_1' })
  assert.equal(job?.place?.slurm?.job, '7_1')
  const local = here.write.enqueueRun(newRun)
  assert.equal(here.workers.claim(local.id, { workerId: worker }), undefined, 'one of here')
})

test('the queue of this machine neither starts placed runs nor counts them', (t) => {
  const store = tempStore(t)
  const [elsewhere, placed] = [taken(store), queued(store)]
  const local = store.write.enqueueRun(newRun).id
  assert.deepEqual(
    store.read.queue().map(({ id }) => id),
    [placed, local],
  )
  assert.equal(store.read.trainingRun(), undefined)
  assert.equal(store.read.processorUse(local).others, 0)
  assert.equal(store.write.claimQueuedRun()?.id, local)
  assert.equal(store.write.claimQueuedRun(), undefined)
  assert.equal(store.read.run(elsewhere.id).status, 'running')
  assert.throws(() => store.write.claimRun(placed), { name: 'UserError', message: /on another machine/ })
})

test('an attempt that is given up leads to the head of the queue, and takes no more events', (t) => {
  const store = tempStore(t)
  const run = taken(store)
  store.record([metrics(run, 0, 0, 20)])
  const others = [queued(store), queued(store)]
  assert.equal(store.workers.requeue({ ...keyOf(run), attempt: 2 }, lost), false, 'another attempt')
  assert.equal(store.workers.requeue(keyOf(run), lost), true)
  assert.equal(store.workers.requeue(keyOf(run), lost), false, 'once')
  const again = store.read.run(run.id)
  assert.deepEqual([again.status, again.reason, again.hostId], ['queued', lost.reason, null])
  assert.equal(again.place?.worker, null)
  assert.deepEqual(
    store.workers.offerable().map(({ run: { id } }) => id),
    [run.id, ...others],
  )
  assert.equal(store.record([metrics(run, 1, 20, 10)]), false)
  const next = taken(store, run.id, 'worker02')
  assert.equal(next.attempt, 2)
  assert.equal(store.record([metrics(run, 1, 20, 10)]), false, 'the old attempt is over')
  assert.equal(store.record([metrics(next, 0, 20, 10)]), true)
  assert.equal(store.read.run(run.id).stepsDone, 30)
})

test('a worker that is back before another had its run goes on where it was', (t) => {
  const store = tempStore(t)
  const run = taken(store)
  store.record([
    metrics(run, 0, 0, 20),
    { ...keyOf(run), seq: 1, type: 'status', status: 'paused', step: 19 },
  ])
  store.workers.requeue(keyOf(run), lost)
  assert.equal(store.workers.takeBack(keyOf(run), 'worker02'), false, 'not its worker')
  assert.equal(store.workers.takeBack({ ...keyOf(run), attempt: 2 }, worker), false, 'not its attempt')
  assert.equal(store.workers.takeBack(keyOf(run), worker), true)
  const back = store.read.run(run.id)
  assert.deepEqual([back.status, back.reason, back.queuePlace, back.attempt], ['paused', null, null, 1])
  assert.equal(store.workers.takeBack(keyOf(run), worker), false)
  assert.equal(store.record([{ ...keyOf(run), seq: 2, type: 'status', status: 'running', step: 19 }]), true)
  // Its trainer died: there is nothing to take back.
  store.workers.requeue(keyOf(run), died)
  assert.equal(store.workers.takeBack(keyOf(run), worker), false)
  taken(store, run.id, 'worker02')
  assert.equal(store.workers.takeBack(keyOf(run), worker), false)
})

test('failures are counted as long as no step is done', (t) => {
  const store = tempStore(t)
  const { id } = taken(store)
  const failures = () => store.read.run(id).place?.failures
  const fail = (how = died) => store.workers.requeue(keyOf(store.read.run(id)), how)
  for (const count of [1, 2]) {
    fail()
    assert.equal(failures(), count)
    taken(store, id)
  }
  fail(lost)
  assert.equal(failures(), 2, 'a lost one is none')
  const run = taken(store, id)
  store.record([metrics(run, 0, 0, 20)])
  fail()
  assert.equal(failures(), 0)
  const again = taken(store, id)
  // The same steps once more are none that are new.
  store.record([metrics(again, 0, 10, 10)])
  fail()
  assert.equal(failures(), 1)
})

test('contact is no change that anybody is told; silence is, and so is its end', (t) => {
  let time = 1_000_000
  const path = join(tempFolder(t), 'lab.db')
  const store = openFor(t, path, { now: () => time })
  const run = taken(store)
  assert.equal(store.read.summary(run.id).place?.contactAt, time)
  const silent = () => store.read.summary(run.id).place?.outOfTouchSince
  const version = store.read.version()
  store.workers.touch([keyOf(run)], 1_005_000)
  assert.equal(store.read.version(), version)
  assert.equal(store.workers.placedAttempt(run.id)?.contactAt, 1_005_000)
  assert.equal(store.read.summary(run.id).place?.contactAt, 1_005_000, 'also of a row that is kept')
  store.workers.touch([{ runId: run.id, attempt: 2 }], 1_009_000)
  assert.equal(store.workers.placedAttempt(run.id)?.contactAt, 1_005_000, 'of another attempt')
  assert.deepEqual(store.workers.noteSilent(1_005_000), [])
  assert.equal(store.read.version(), version)
  time = 1_050_000
  assert.deepEqual(store.workers.noteSilent(1_025_000), [keyOf(run)])
  assert.equal(silent(), 1_005_000)
  const { changed } = store.read.changesSince(version)
  assert.deepEqual(
    changed.map(({ id }) => id),
    [run.id],
  )
  assert.deepEqual(store.workers.noteSilent(1_025_000), [])
  store.workers.touch([keyOf(run)], 1_050_000)
  assert.equal(silent(), null)
  assert.equal(store.read.summary(run.id).place?.contactAt, 1_050_000)
})

test('the runs of a study train where it says, in its order, and not while it is paused', (t) => {
  const store = tempStore(t)
  const id = storedStudy(store, 3, {}, anyWorker)
  const runs = runIdsOf(store, id)
  const hand = queued(store)
  const offered = () => store.workers.offerable().map(({ run }) => run.id)
  assert.deepEqual(offered(), [hand, ...runs])
  assert.equal(store.write.claimQueuedRun(), undefined)
  store.write.setStudyStatus(id, { status: 'paused' })
  assert.deepEqual(offered(), [hand])
  assert.equal(store.workers.claim(runs[0] ?? '', { workerId: worker }), undefined)
  store.write.setStudyStatus(id, { status: 'active' })
  const run = taken(store, runs[1])
  store.workers.requeue(keyOf(run), lost)
  assert.deepEqual(offered(), [hand, runs[1], runs[0], runs[2]])
  assert.deepEqual(store.write.cancelStudy(id), [])
  assert.deepEqual(offered(), [hand])
  assert.equal(store.workers.takeBack(keyOf(run), worker), false, 'its study was cancelled')
  store.write.requeueRuns(id, { from: ['cancelled'], to: 'active', statuses: ['stopped'] })
  assert.deepEqual(offered(), [hand, ...runs])
  assert.equal(store.workers.takeBack(keyOf(run), worker), false, 'it was begun anew')
})

test('a study that is resumed is not stopped by the order of before, which its worker never heard', (t) => {
  const store = tempStore(t)
  const study = storedStudy(store, 1, {}, anyWorker)
  const run = taken(store, runIdsOf(store, study)[0])
  assert.deepEqual(store.write.cancelStudy(study), [run.id])
  store.write.request(run.id, { type: 'stop', when: 'now' })
  store.workers.requeue(keyOf(run), lost)
  assert.equal(store.read.run(run.id).status, 'stopped')
  store.write.requeueRuns(study, { from: ['cancelled'], to: 'active', statuses: ['stopped'] })
  taken(store, run.id, 'worker02')
  assert.deepEqual(store.write.takeRequests(run.id), [])
})

test('a child waits for the state of its parent, wherever that trains', (t) => {
  const store = tempStore(t)
  const parent = taken(store)
  const origin = {
    kind: 'branch' as const,
    runId: parent.id,
    runName: 'parent',
    stepsDone: 100,
    weightsSha256: null,
    streamFrom: 100,
  }
  store.write.enqueueRun({ ...newRun, placement: anyWorker, origin })
  assert.deepEqual(store.workers.offerable(), [])
  store.record([
    metrics(parent, 0, 0, 100),
    { ...keyOf(parent), seq: 1, type: 'checkpoint', state: state(100) },
  ])
  assert.equal(store.workers.offerable().length, 1)
})

test('a placement goes with its run, and is only changed while that waits', (t) => {
  const store = tempStore(t)
  const [moved, thrown, gone] = [queued(store), queued(store), queued(store)]
  store.workers.place(moved, { at: 'slurm' })
  assert.deepEqual(store.read.summary(moved).place?.placement, { at: 'slurm' })
  store.workers.place(moved, null)
  assert.equal(store.read.summary(moved).place, null)
  assert.equal(store.write.claimQueuedRun()?.id, moved)
  assert.throws(() => store.workers.place(moved, anyWorker), { name: 'UserError', message: /it is running/ })
  store.write.trashRuns([thrown])
  store.write.purgeRuns([gone])
  assert.deepEqual(store.workers.offerable(), [])
  store.write.restoreRuns([thrown])
  assert.equal(store.workers.offerable()[0]?.run.id, thrown)
  const run = taken(store, thrown)
  assert.throws(() => store.write.deleteRun(run.id), { name: 'UserError', message: /it is running; stop it/ })
  store.record([ended(run, 0)])
  assert.equal(store.read.run(run.id).place?.worker?.id, worker, 'where it trained is still known')
  store.write.discardRun(run.id)
  assert.deepEqual(store.workers.placed(), [])
})
