import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { type OnceContext, runOnce } from '../../../src-main/agent/runOnce.ts'
import { createSlots } from '../../../src-main/agent/slots.ts'
import { spoolStatus } from '../../../src-main/agent/spoolStatus.ts'
import { Away, type Desk } from '../../../src-main/workerLink/desk.ts'
import { build, openWorkersLab, type WorkersLab } from '../workers/lab.ts'
import { checkpoint, metrics, opened, temporary } from './spool/support.ts'

/* As a job of a cluster runs it, at the desk of a host with a real database. */

let lab: WorkersLab
before(async () => {
  lab = await openWorkersLab(0.02)
})
after(() => lab.close())

async function job(t: TestContext, change: (desk: Desk) => Desk = (desk) => desk) {
  const { id, desk } = lab.joined()
  const folder = await temporary(t)
  const context: OnceContext = {
    folder,
    desk: change(desk),
    slots: createSlots({ processorSlots: 1 }),
    build,
    cacheBytes: 1e9,
    log: () => undefined,
  }
  return { id, folder, context }
}

test('one attempt of one run, to its end; there is nothing more to train then', async (t) => {
  const { context, folder } = await job(t)
  const { id: runId } = lab.placed()
  assert.deepEqual(await runOnce(context, { runId }).ended, { type: 'over', words: 'the host has all of it' })
  assert.equal(lab.core.store.read.run(runId).finalWeightsSha256, lab.original.finalWeightsSha256)
  assert.deepEqual(readdirSync(path.join(folder, 'spool')), [])

  const again = await runOnce({ ...context, slots: createSlots({}) }, { runId }).ended
  assert.equal(again.type, 'over')
  assert.match(again.words, /no longer to be had: it is completed/)
})

test('what an earlier job left of the run is brought home first; a host that is away is waited for', async (t) => {
  let calls = 0
  const { context, folder, id } = await job(t, (desk) => ({
    ...desk,
    start: async (asking) => {
      if (++calls === 1) throw new Away('cut')
      return desk.start(asking)
    },
  }))
  const { id: runId } = lab.placed()
  // The attempt before had begun, and its node failed.
  const started = await lab.service.deskFor(id).start({ protocol: 1, runId, slot: 0 })
  assert.equal(started.type, 'start')
  mkdirSync(path.join(folder, 'spool', runId, '1'), { recursive: true })
  const { attempt } = lab.core.store.read.run(runId)
  assert.equal(attempt, 1)
  const end = await runOnce(context, { runId }).ended
  assert.deepEqual(end, { type: 'over', words: 'the host has all of it' })
  const run = lab.core.store.read.run(runId)
  assert.equal(run.attempt, 2)
  assert.equal(run.finalWeightsSha256, lab.original.finalWeightsSha256)
})

test('told to end, it keeps the state of this moment and another attempt goes on', async (t) => {
  const { context } = await job(t)
  const { id: runId } = lab.placed()
  const once = runOnce(context, { runId })
  const unsubscribe = lab.core.runs.subscribe((events) => {
    if (events.some((event) => event.runId === runId && event.type === 'ready')) once.close('Preempted.')
  })
  const end = await once.ended
  unsubscribe()
  assert.deepEqual(end, { type: 'again', words: 'the host has all of it' })
  const run = lab.core.store.read.run(runId)
  // It may have been done a moment before it could pause.
  assert.ok(run.status === 'queued' || run.status === 'completed')
  assert.equal(run.place?.failures, 0)
})

test('told to end while its host is being asked, it does not train what it is given', async (t) => {
  const { context } = await job(t, (desk) => ({
    ...desk,
    async start(asking) {
      const answer = await desk.start(asking)
      once.close('Preempted.')
      return answer
    },
  }))
  const { id: runId } = lab.placed()
  const once = runOnce(context, { runId })
  assert.equal((await once.ended).type, 'again')
  const run = lab.core.store.read.run(runId)
  assert.deepEqual([run.status, run.stepsDone, run.place?.failures], ['queued', 0, 0])
})

test('one that was removed is told so', async (t) => {
  const { context, id } = await job(t)
  lab.core.store.workers.setState(id, 'removed', null)
  const end = await runOnce(context, { runId: lab.placed().id }).ended
  assert.equal(end.type, 'refused')
  assert.match(end.words, /removed from its lab/)
})

test('what waits for the host is said in words, and nothing is changed by that', async (t) => {
  const folder = await temporary(t)
  const { spool } = await opened(path.join(folder, 'spool'))
  for (const event of [metrics(0), checkpoint(1)]) spool.append(event)
  await spool.settled()
  await spool.close()
  writeFileSync(path.join(spool.folder, 'blobs', 'left.tmp'), 'of a kill')
  const [found] = await spoolStatus(folder)
  assert.deepEqual(
    { ...found, bytes: 0 },
    {
      runId: 'run1',
      attempt: 1,
      owner: 'dead',
      events: 2,
      bytes: 0,
      hasEnded: false,
      damage: null,
    },
  )
  assert.ok((found?.bytes ?? 0) > 16_000)
  assert.ok(readdirSync(path.join(spool.folder, 'blobs')).includes('left.tmp'))
})
