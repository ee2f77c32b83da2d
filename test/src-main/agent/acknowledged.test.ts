import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timingsOf } from '../../../shared/worker/timings.ts'
import { createPusher } from '../../../src-main/agent/pusher.ts'
import { startRequest, tinySpec } from '../trainer/support.ts'
import { createMemoryDesk } from './memoryDesk.ts'
import { checkpoint, ended, metrics, opened, temporary } from './spool/support.ts'

const key = { runId: 'run1', attempt: 1 }

test('an agent that is killed after its host has a state begins with what comes after it: the parts are gone from both disks', async (t) => {
  const desk = createMemoryDesk(startRequest('none', tinySpec(), { runId: 'run1' }))
  desk.nextStart()
  const folder = await temporary(t)
  const context = {
    desk,
    key,
    timings: () => ({ ...timingsOf(undefined, 0.001), push: 1 }),
    signal: new AbortController().signal,
    onDamage: (reason: string) => assert.fail(reason),
    onContact: () => undefined,
  }
  const before = (await opened(folder)).spool
  for (const event of [metrics(0), checkpoint(1), metrics(2)]) before.append(event)
  await before.settled()
  const killed = createPusher({ ...context, spool: before })
  while (before.firstSeq < 3) await new Promise(setImmediate)
  desk.forgetBlobs()

  const after = (await opened(folder)).spool
  after.append(ended(3))
  await after.settled()
  const pusher = createPusher({ ...context, spool: after })
  pusher.finish(null)
  assert.deepEqual(await pusher.pushed, { type: 'done' })
  assert.deepEqual(
    desk.events.map(({ seq }) => seq),
    [0, 1, 2, 3],
  )
  killed.finish(null)
})
