import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { timingsOf } from '../../../shared/worker/timings.ts'
import { createPatience } from '../../../src-main/workers/patience.ts'
import { afterwards, newRun, openFor, putDataset, tempFolder } from '../store/fixtures.ts'

/* A host whose clock is set, or that sleeps, while runs train on workers. */

async function until(what: string, look: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000
  while (!look()) {
    assert.ok(Date.now() < deadline, `waited in vain: ${what}`)
    await setTimeout(5)
  }
}

/** Half a second of silence is out of touch, and patience is two seconds: of a clock that the test sets. */
function watched(t: Parameters<typeof openFor>[0]) {
  const clock = { time: 1_700_000_000_000 }
  const now = () => clock.time
  const store = openFor(t, join(tempFolder(t), 'lab.db'), { now })
  putDataset(store)
  const { id } = store.write.enqueueRun({ ...newRun, placement: { at: 'anyWorker' } })
  store.workers.claim(id, { workerId: 'worker01' })
  const patience = createPatience({
    store,
    now,
    timings: () => timingsOf(100_000, 0.02),
    catalogue: { resolve: () => assert.fail() },
    folder: '',
    build: () => assert.fail(),
    queueAccess: () => null,
    tellStored: () => undefined,
    onQueueChanged: () => undefined,
  })
  afterwards(t, patience.end)
  patience.begin()
  return { store, clock, run: () => store.read.run(id) }
}

test('silence counts from when the clock was set back, not from a time that is still to come', async (t) => {
  const { clock, run } = watched(t)
  clock.time -= 3_600_000
  await until('the contact of a time to come is none', () => run().place?.contactAt === clock.time)
  assert.equal(run().place?.outOfTouchSince, null)
  const back = clock.time
  clock.time += 600
  await until('out of touch', () => run().place?.outOfTouchSince === back)
  assert.equal(run().status, 'running')
  clock.time += 2_000
  await until('patience is over', () => run().status === 'queued')
})

test('a host that slept, and was taken for dead meanwhile, takes its runs up again', async (t) => {
  const { store, clock, run } = watched(t)
  const host = run().hostId
  assert.ok(host !== null)
  store.workers.release()
  assert.equal(run().hostId, null)
  clock.time += 60_000
  await until('it is its run again', () => run().hostId === host)
  assert.equal(run().status, 'running', 'while it slept nobody could be heard')
})
