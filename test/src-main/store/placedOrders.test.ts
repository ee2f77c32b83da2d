import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import type { RunRecord } from '../../../src-main/store/types.ts'
import { ended, openFor, tempFolder, tempStore } from './fixtures.ts'
import { anyWorker, died, keyOf, lost, taken, worker } from './placed.ts'

/* What is asked of runs on other machines, until they have heard it. */

test('what was asked of a worker out of touch is kept for the next attempt; a stop ends the run', (t) => {
  const store = tempStore(t)
  const run = taken(store)
  store.workers.release()
  store.write.request(run.id, { type: 'pause' })
  store.workers.adopt()
  assert.equal(store.write.takeRequests(run.id).length, 1)
  store.record([{ ...keyOf(run), seq: 0, type: 'stopPlanned', afterStep: 99 }])
  store.workers.requeue(keyOf(run), lost)
  const next = taken(store, run.id, 'worker02')
  const orders = store.write.takeRequests(run.id)
  assert.deepEqual(
    orders.map(({ command }) => command),
    [{ type: 'pause' }, { type: 'stop', when: 'cycleEnd' }],
  )
  store.record(
    orders.map(({ command, requestId }, seq) => ({
      ...keyOf(next),
      seq,
      type: 'obeyed',
      command,
      requestId,
    })),
  )
  store.write.request(run.id, { type: 'stop', when: 'now' })
  store.workers.requeue(keyOf(next), lost)
  const stopped = store.read.run(run.id)
  assert.deepEqual([stopped.status, stopped.queuePlace], ['stopped', null])
  assert.match(stopped.reason ?? '', /out of touch for too long.*asked to stop/)
  assert.deepEqual(store.workers.offerable(), [])
  // Wanted again, it goes on as a run that waits.
  assert.equal(store.workers.queueAgain(run.id).status, 'queued')
  assert.equal(store.workers.takeBack(keyOf(next), 'worker02'), false)
  assert.deepEqual(store.read.run(run.id).place?.placement, anyWorker)
})

test('orders that nobody has answered are told with the run, and are a change of it', (t) => {
  const store = tempStore(t)
  const run = taken(store)
  const orders = () => store.read.run(run.id).place?.orders.map(({ command }) => command)
  assert.deepEqual(orders(), [])
  const before = store.read.version()
  const asked = store.write.request(run.id, { type: 'pause' })
  store.write.request(run.id, { type: 'annealNow', epochs: 2 })
  assert.deepEqual(orders(), [{ type: 'pause' }, { type: 'annealNow', epochs: 2 }])
  const [change] = store.read.changesSince(before).changed
  assert.equal(change?.place?.orders.length, 2)
  // Taken by a host, it is still on its way.
  store.write.takeRequests(run.id)
  assert.equal(orders()?.length, 2)
  const answer = { ...keyOf(run), seq: 0, command: { type: 'pause' as const }, requestId: asked }
  store.record([{ ...answer, type: 'obeyed' }])
  assert.deepEqual(orders(), [{ type: 'annealNow', epochs: 2 }])
  store.record([ended(run, 1)])
  assert.deepEqual(orders(), [], 'of a run that has ended nothing waits')
})

test('a run that was paused is paused again by whoever has it next, unless it was to go on', (t) => {
  const store = tempStore(t)
  const pausedRun = (): RunRecord => {
    const run = taken(store)
    store.record([{ ...keyOf(run), seq: 0, type: 'status', status: 'paused', step: 0 }])
    return run
  }
  const orders = ({ id }: RunRecord) => {
    taken(store, id, 'worker02')
    return store.write.takeRequests(id).map(({ command }) => command)
  }
  for (const how of [lost, died]) {
    const run = pausedRun()
    store.workers.requeue(keyOf(run), how)
    assert.deepEqual(orders(run), [{ type: 'pause' }], how.reason)
  }
  const run = pausedRun()
  store.write.request(run.id, { type: 'resume' })
  store.workers.requeue(keyOf(run), lost)
  assert.deepEqual(orders(run), [{ type: 'resume' }])
})

test('an order that its host took, and died with, reaches the trainer through the next host', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const [first, next] = [openFor(t, path), openFor(t, path)]
  const run = taken(first)
  const asked = next.write.request(run.id, { type: 'annealNow', epochs: 2 })
  const answered = next.write.request(run.id, { type: 'resume' })
  assert.equal(first.write.takeRequests(run.id).length, 2)
  assert.deepEqual(first.write.takeRequests(run.id), [])
  first.record([
    {
      ...keyOf(run),
      seq: 0,
      type: 'refused',
      command: { type: 'resume' },
      reason: 'It runs.',
      requestId: answered,
    },
    { ...keyOf(run), seq: 1, type: 'stopPlanned', afterStep: 9 },
  ])
  const orders = [{ requestId: asked, command: { type: 'annealNow', epochs: 2 } }]
  first.close()
  next.workers.adopt()
  assert.deepEqual(next.write.takeRequests(run.id), orders)
  assert.equal(next.read.summary(run.id).stopsAfterStep, 9)
  // The same where it was given up meanwhile, and its worker is back.
  next.workers.requeue(keyOf(run), lost)
  assert.equal(next.workers.takeBack(keyOf(run), worker), true)
  assert.deepEqual(next.write.takeRequests(run.id), orders)
  assert.equal(next.read.summary(run.id).stopsAfterStep, 9)
})
