import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { studySpec } from '../../../shared/study/spec.ts'
import type { Store } from '../../../src-main/store/types.ts'
import { ended, newRun, openFor, putDataset, spec, tempFolder, tempStore } from './fixtures.ts'
import { cellOf, runIdsOf, storedStudy, sweep } from './studyFixtures.ts'

/* Slots, and in which order runs started by hand and those of studies get them. */

const byHand = (store: Store, device: 'simd' | 'webgpu' = 'simd'): string =>
  store.write.enqueueRun({ ...newRun, spec: { ...spec, device } }).id

const claim = (store: Store): string | undefined => store.write.claimQueuedRun()?.id

function claimAll(store: Store): string[] {
  const claimed: string[] = []
  for (let id = claim(store); id !== undefined; id = claim(store)) claimed.push(id)
  return claimed
}

test('runs started by hand go before studies, and studies in their order', (t) => {
  const store = tempStore(t)
  const [first, second] = [storedStudy(store, 2), storedStudy(store, 2)]
  const hand = byHand(store)
  store.write.moveStudy(second, 'first')
  const expected = [hand, ...runIdsOf(store, second), ...runIdsOf(store, first)]
  const queue = store.read.queue()
  assert.deepEqual(
    queue.map(({ id }) => id),
    expected,
  )
  assert.deepEqual(
    queue.toSorted((a, b) => (a.queuePlace ?? 0) - (b.queuePlace ?? 0)).map(({ id }) => id),
    expected,
    'as a list shows them',
  )
  for (const id of expected) {
    assert.deepEqual(claimAll(store), [id])
    store.write.setStatus(id, 'completed')
  }
  // A run is moved among its own.
  const third = storedStudy(store, 3)
  const [a, b, c] = runIdsOf(store, third)
  const other = byHand(store)
  store.write.moveQueuedRun(c ?? '', 'first')
  assert.deepEqual(
    store.read.queue().map(({ id }) => id),
    [other, c, a, b],
  )
})

test('a chip has the slots that are set, and a study those that it asks for', (t) => {
  const store = tempStore(t)
  const id = storedStudy(store, 5)
  const runs = runIdsOf(store, id)
  assert.deepEqual(store.read.slots(), { processor: 1, graphics: 1 })
  assert.deepEqual(claimAll(store), runs.slice(0, 1))
  store.write.putSlots({ processor: 2, graphics: 1 })
  assert.deepEqual(store.read.slots(), { processor: 2, graphics: 1 })
  assert.deepEqual(claimAll(store), runs.slice(1, 2))
  store.write.editStudy(id, { slots: 4 })
  assert.deepEqual(claimAll(store), runs.slice(2, 4))
  assert.deepEqual(store.read.processorUse(runs[0] ?? ''), { slots: 4, others: 3 })
  const [queued] = [byHand(store)]
  assert.deepEqual(claimAll(store), [], 'a run by hand has the slots that are set')
  for (const done of runs.slice(0, 3)) store.write.setStatus(done, 'completed')
  assert.deepEqual(claimAll(store), [queued, runs[4]])
})

test('a study that has as many runs as it asks for lets later ones go before', (t) => {
  const store = tempStore(t)
  store.write.putSlots({ processor: 3, graphics: 1 })
  const [narrow, wide] = [storedStudy(store, 3, { slots: 1 }), storedStudy(store, 3)]
  const [first] = runIdsOf(store, narrow)
  const [second, third] = runIdsOf(store, wide)
  assert.deepEqual(claimAll(store), [first, second, third])
})

test('of a paused study nothing is started, and it holds up nobody; a cancelled one leaves the queue', (t) => {
  const store = tempStore(t)
  const [first, second] = [storedStudy(store, 2), storedStudy(store, 2)]
  store.write.setStudyStatus(first, { status: 'paused' })
  const [next] = runIdsOf(store, second)
  assert.deepEqual(claimAll(store), [next])
  assert.deepEqual(store.write.cancelStudy(second), [next])
  assert.deepEqual(
    store.read.study(second).cells.map(({ status, reason }) => [status, reason]),
    [
      ['running', null],
      ['stopped', 'Its study was cancelled before it began.'],
    ],
  )
  store.write.setStatus(next ?? '', 'stopped')
  assert.deepEqual(claimAll(store), [])
  store.write.setStudyStatus(first, { status: 'active' })
  assert.deepEqual(claimAll(store), runIdsOf(store, first).slice(0, 1))
  assert.throws(() => store.write.moveStudy(second, 'first'), /it has ended/)
})

test('a run that goes back into the queue has its place in its study', (t) => {
  const store = tempStore(t)
  const id = storedStudy(store, 3)
  const [first, second, third] = runIdsOf(store, id)
  assert.deepEqual(claimAll(store), [first])
  store.write.setStatus(first ?? '', 'interrupted', 'its trainer died')
  const statuses = ['interrupted', 'stopped', 'failed'] as const
  assert.ok(store.write.requeueRuns(id, { from: ['active'], statuses, runIds: [first ?? '', second ?? ''] }))
  assert.deepEqual(
    store.read.queue().map((run) => [run.id, run.status, run.reason]),
    [first, second, third].map((each) => [each, 'queued', null]),
  )
  const again = store.write.claimQueuedRun()
  assert.deepEqual([again?.id, again?.attempt], [first, 2])
})

test('settings that cannot be read count as not set', (t) => {
  const store = tempStore(t)
  putDataset(store)
  store.write.putSlots({ processor: 0, graphics: 1 })
  assert.deepEqual(store.read.slots(), { processor: 1, graphics: 1 })
})

test('two hosts that retry at once: a run that one has begun is left to it, what ended keeps its state', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const [one, other] = [openFor(t, path), openFor(t, path)]
  one.write.putSlots({ processor: 3, graphics: 1 })
  const id = storedStudy(one, 3)
  const [first, second, third] = runIdsOf(one, id)
  for (const runId of claimAll(one)) one.write.setStatus(runId, 'failed', 'its trainer died')
  const retry = { from: ['active'], statuses: ['stopped', 'interrupted', 'failed'], to: 'active' } as const
  // Both looked before either wrote: what they saw is the same.
  assert.ok(one.write.requeueRuns(id, retry))
  const claimed = one.write.claimQueuedRun()
  const done = one.write.claimQueuedRun()
  assert.ok(claimed && done)
  one.record([ended(done, 1)])
  assert.ok(other.write.requeueRuns(id, retry))
  assert.deepEqual(
    other.read.study(id).cells.map(({ runId, status }) => [runId, status, other.read.run(runId).attempt]),
    [
      [first, 'running', 2],
      [second, 'completed', 2],
      [third, 'queued', 1],
    ],
  )
  // One whose rate was too high would diverge again.
  const diverging = other.write.claimRun(third ?? '')
  other.record([{ ...ended(diverging, 1, 'failed'), diverged: { step: 7, lr: 3 } }])
  assert.ok(one.write.requeueRuns(id, retry))
  assert.deepEqual(one.read.study(id).cells[2]?.diverged, { step: 7, lr: 3 })
})

test('who planned more for a study that another deleted meanwhile stores nothing, and is told', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const [one, other] = [openFor(t, path), openFor(t, path)]
  const id = storedStudy(one, 1)
  one.write.claimQueuedRun()
  one.write.setStatus(runIdsOf(one, id)[0] ?? '', 'completed')
  one.write.setStudyStatus(id, { status: 'finished' })
  const { spec: from } = one.read.study(id).study
  other.write.trashStudy(id, true)
  const extend = () =>
    one.write.extendStudy(id, [cellOf(2)], { from, to: studySpec.parse({ ...sweep, seeds: [1, 2] }) })
  assert.throws(
    extend,
    /^UserError: While extending study .*: it was deleted meanwhile, .*; restore it first/,
  )
  assert.equal(one.write.addCells(id, [cellOf(2)]), 0)
  assert.ok(!one.write.setStudyStatus(id, { status: 'active' }))
  assert.throws(
    () => one.write.editStudy(id, { name: 'other' }),
    /^UserError: While changing study .* deleted/,
  )
  assert.deepEqual(one.read.queue(), [])
  assert.equal(one.write.claimQueuedRun(), undefined)
  // Who deletes it once more, without its runs, must not part it from those that went with it.
  assert.throws(() => one.write.trashStudy(id, false), /^UserError: While deleting study .* deleted already/)
  other.write.restoreStudy(id)
  const { study, cells } = one.read.study(id)
  assert.deepEqual([study.name, study.status, study.spec], ['rates', 'finished', from])
  assert.deepEqual(
    cells.map(({ status }) => status),
    ['completed'],
  )
  assert.ok(extend())
  assert.equal(one.write.claimQueuedRun()?.studyId, id)
})

test('who looked before another cancelled, finished or deleted a study changes nothing of it', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const [one, other] = [openFor(t, path), openFor(t, path)]
  const id = storedStudy(one, 2)
  const [first] = runIdsOf(one, id)
  one.write.claimRun(first ?? '')
  one.write.setStatus(first ?? '', 'interrupted', 'its trainer died')
  const goOn = { from: ['active', 'paused'], statuses: ['interrupted'] } as const
  assert.ok(!one.write.setStudyStatus(id, { status: 'finished', from: ['active'], whenIdle: true }))
  assert.deepEqual(other.write.cancelStudy(id), [])
  assert.ok(!one.write.requeueRuns(id, goOn))
  assert.ok(!one.write.setStudyStatus(id, { status: 'paused', from: ['active'] }))
  assert.ok(!one.write.setStudyStatus(id, { status: 'finished', from: ['active'], whenIdle: true }))
  assert.equal(one.write.cancelStudy(id), undefined)
  assert.deepEqual(
    one.read.study(id).cells.map(({ status }) => status),
    ['interrupted', 'stopped'],
  )
  assert.equal(one.read.study(id).study.status, 'cancelled')
  other.write.trashStudy(id, false)
  assert.ok(!one.write.requeueRuns(id, { from: ['cancelled'], statuses: ['stopped'], to: 'active' }))
  assert.deepEqual(one.read.queue(), [])
  const active = storedStudy(one, 1)
  assert.throws(() => one.write.trashStudy(active, true), /it is active; cancel it first/)
})
