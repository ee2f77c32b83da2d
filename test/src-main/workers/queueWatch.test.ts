import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { watchQueue } from '../../../src-main/workers/queueWatch.ts'
import { newRun, openFor, putDataset, tempFolder } from '../store/fixtures.ts'

test('runs that another program queues for elsewhere, moves and withdraws are told of; those for here are not', async (t) => {
  const file = path.join(tempFolder(t), 'lab.db')
  const listening = openFor(t, file)
  const other = openFor(t, file)
  putDataset(other)
  let told = Promise.withResolvers<void>()
  const next = async (): Promise<void> => {
    await told.promise
    told = Promise.withResolvers<void>()
  }
  t.after(watchQueue(listening, () => told.resolve()))
  await next()
  const first = other.write.enqueueRun({ ...newRun, placement: { at: 'anyWorker' } })
  await next()
  other.write.enqueueRun(newRun)
  const second = other.write.enqueueRun({ ...newRun, placement: { at: 'slurm' } })
  await next()
  const stamp = listening.workers.offerableStamp()
  other.write.enqueueRun(newRun)
  other.write.annotate(first.id, { note: 'of the first' })
  const annotated = listening.workers.offerableStamp()
  assert.notEqual(annotated, stamp)
  other.workers.place(second.id, null)
  await next()
  assert.equal(listening.workers.offerableStamp().split(' ')[0], '1')
})
