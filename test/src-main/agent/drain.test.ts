import assert from 'node:assert/strict'
import { readdir, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { timingsOf } from '../../../shared/worker/timings.ts'
import { drainSpool } from '../../../src-main/agent/drain.ts'
import { findSpools } from '../../../src-main/agent/spool/spools.ts'
import { Away } from '../../../src-main/workerLink/desk.ts'
import { startRequest, tinySpec } from '../trainer/support.ts'
import { createMemoryDesk, type MemoryDesk } from './memoryDesk.ts'
import { checkpoint, ended, metrics, opened, temporary } from './spool/support.ts'

const key = { runId: 'run1', attempt: 1 }
const timings = () => ({ ...timingsOf(undefined, 0.001), push: 1 })

/** What an agent before has left, of an attempt of which the host knows nothing but that it began. */
async function left(t: TestContext): Promise<{ desk: MemoryDesk; home: string; folder: string }> {
  const desk = createMemoryDesk(startRequest('none', tinySpec(), { runId: 'run1' }))
  desk.nextStart()
  const home = await temporary(t)
  const { spool } = await opened(home)
  for (const event of [metrics(0), checkpoint(1), metrics(2)]) spool.append(event)
  await spool.settled()
  return { desk, home, folder: spool.folder }
}

test('an agent that is killed after its host has a state begins with what comes after it: the parts are gone from both disks', async (t) => {
  const { desk, home, folder } = await left(t)
  const before = drainSpool({ desk, timings }, { key, folder })
  // Killed before the host has heard how it ended.
  desk.check = (method) => {
    if (method === 'end') throw new Away('cut')
  }
  while (before.away === undefined) await new Promise(setImmediate)
  assert.equal((await findSpools(home))[0]?.owner, 'alive')
  before.leave()
  await before.outcome
  assert.equal((await findSpools(home))[0]?.owner, 'dead', 'though its process lives: it is through with it')
  desk.forgetBlobs()
  desk.check = () => undefined

  const { spool } = await opened(home)
  spool.append(ended(3))
  await spool.settled()
  assert.deepEqual(await drainSpool({ desk, timings }, { key, folder }).outcome, { type: 'done' })
  assert.deepEqual(
    desk.events.map(({ seq }) => seq),
    [0, 1, 2, 3],
  )
  assert.deepEqual(await readdir(home), [])
})

test('what is fenced while it waits is over, and waits for nobody any more', async (t) => {
  const { desk, home, folder } = await left(t)
  desk.check = () => {
    throw new Away('cut')
  }
  const draining = drainSpool({ desk, timings }, { key, folder })
  while (draining.away === undefined) await new Promise(setImmediate)
  draining.fence('it has another attempt')
  assert.deepEqual(await draining.outcome, { type: 'fenced', reason: 'it has another attempt' })
  assert.deepEqual(await readdir(home), [])
})

test('a spool that cannot be opened is told of, and then it is no more', async (t) => {
  const { desk, home, folder } = await left(t)
  await rm(path.join(folder, 'blobs'), { recursive: true })
  await symlink('/', path.join(folder, 'blobs'))
  assert.deepEqual(await drainSpool({ desk, timings }, { key, folder }).outcome, { type: 'done' })
  assert.deepEqual(
    desk.ends.map(({ how, reason }) => [how, reason]),
    [['died', 'What its worker has kept of it is damaged: blobs is no folder.']],
  )
  assert.deepEqual(await readdir(home), [])
})

test('one that could not begin says why, whatever keeps its spool from being opened', async (t) => {
  const { desk, home } = await left(t)
  const file = path.join(home, 'file')
  await writeFile(file, '')
  const unless = { how: 'unstartable', reason: 'It could not begin on its worker: no room.' } as const
  const { outcome } = drainSpool({ desk, timings }, { key, folder: path.join(file, '1') }, unless)
  assert.deepEqual(await outcome, { type: 'done' })
  assert.deepEqual(desk.ends, [{ ...key, ...unless, lastSeq: -1 }])
})
