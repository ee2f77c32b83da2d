import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { timingsOf } from '../../../shared/worker/timings.ts'
import { createPusher, type Pusher } from '../../../src-main/agent/pusher.ts'
import type { Spool } from '../../../src-main/agent/spool/spool.ts'
import { startRequest, tinySpec } from '../trainer/support.ts'
import { createMemoryDesk, type MemoryDesk } from './memoryDesk.ts'
import { checkpoint, ended, metrics, opened, temporary } from './spool/support.ts'

async function lab(t: TestContext): Promise<{ desk: MemoryDesk; spool: Spool; push(from?: number): Pusher }> {
  const desk = createMemoryDesk(startRequest('none', tinySpec(), { runId: 'run1' }))
  desk.nextStart()
  const { spool } = await opened(await temporary(t))
  const context = {
    desk,
    spool,
    key: { runId: 'run1', attempt: 1 },
    timings: () => ({ ...timingsOf(undefined, 0.001), push: 1 }),
    signal: new AbortController().signal,
    onDamage: (reason: string) => assert.fail(reason),
    onContact: () => undefined,
  }
  return { desk, spool, push: (from) => createPusher(context, from) }
}

test('a checkpoint that is superseded while its parts are on their way loses its number to nobody', async (t) => {
  const { desk, spool, push } = await lab(t)
  spool.append(checkpoint(0))
  await spool.settled()
  const { missingBlobs } = desk
  desk.missingBlobs = async (key, wanted) => {
    const missing = await missingBlobs(key, wanted)
    if (spool.lastSeq === 0) {
      spool.append(checkpoint(1))
      spool.append(ended(2))
      await spool.settled()
    }
    return missing
  }
  const pusher = push()
  pusher.finish(null)
  assert.deepEqual(await pusher.pushed, { type: 'done' })
  assert.deepEqual(desk.superseded, [0])
  assert.deepEqual(
    desk.events.map(({ seq }) => seq),
    [1, 2],
  )
})

test('the host has some of it already: it goes on from there, and sends no part twice', async (t) => {
  const { desk, spool, push } = await lab(t)
  for (const event of [metrics(0), metrics(1, 40_000), metrics(2), metrics(3, 40_000)]) spool.append(event)
  await spool.settled()
  const first = push()
  while (desk.events.length < 4) await new Promise(setImmediate)
  const sent = desk.received.blobs
  const again = push(0)
  again.finish({ how: 'died', reason: 'x' })
  assert.deepEqual(await again.pushed, { type: 'done' })
  assert.equal(desk.received.blobs, sent)
  assert.deepEqual(
    desk.events.map(({ seq }) => seq),
    [0, 1, 2, 3],
  )
  assert.equal(spool.firstSeq, 4)
  assert.deepEqual(await readdir(path.join(spool.folder, 'blobs')), [])
  first.finish(null)
  await first.pushed
})

test('a host that says later is asked later, and with what it lacks', async (t) => {
  const { desk, spool, push } = await lab(t)
  for (const event of [metrics(0), metrics(1), ended(2)]) spool.append(event)
  await spool.settled()
  const asked: number[][] = []
  const pushOn = desk.push
  desk.push = async (key, events) => {
    asked.push(events.map(({ seq }) => seq))
    if (asked.length === 1) return { type: 'later', afterMs: 1, reason: 'the disk of the host is full' }
    if (asked.length === 2) return { type: 'gap', wanted: 0 }
    return pushOn(key, events)
  }
  const pusher = push(1)
  pusher.finish(null)
  assert.deepEqual(await pusher.pushed, { type: 'done' })
  assert.deepEqual(asked, [
    [1, 2],
    [1, 2],
    [0, 1, 2],
  ])
})
