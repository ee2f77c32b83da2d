import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import type { TrainerEvent } from '../../../shared/run/messages.ts'
import { openReachable } from '../store/reachable.ts'
import {
  asked,
  attending,
  never,
  openWorkersLab,
  pushAll,
  spool,
  trainingOf,
  type WorkersLab,
} from './lab.ts'

/* A host whose disk is full takes nothing, loses nothing, and says so. */

let lab: WorkersLab
before(async () => {
  lab = await openWorkersLab()
})
after(() => lab.close())

test('events wait at the worker while the host’s disk is full, and are stored once there is room', async (t) => {
  const { db, store } = openReachable(t)
  const { original } = lab
  const [dataset] = lab.core.store.read.datasets()
  store.write.putDataset(dataset ?? assert.fail())
  const { id: runId } = store.write.enqueueRun({
    spec: original.spec,
    datasetId: original.datasetId,
    plan: original.planned.plan,
    totalSteps: original.totalSteps,
    placement: { at: 'anyWorker' },
  })
  const until = Date.now() + 1000
  const worker = store.workers.invite({ name: 'box', codeHash: 'code', codeUntil: until })
  store.workers.join('code', 'token', Date.now())
  const desk = lab.host({ store, catalogue: lab.core.catalogue, runs: lab.core.runs }).deskFor(worker.id)
  const started = await desk.start(asked(runId))
  assert.ok(started.type === 'start')
  const key = { runId, attempt: 1 }
  // A checkpoint of a megabyte, which has no place among what is there.
  const ballast = { name: 'ballast', role: 'optimizer', data: new Uint8Array(2 ** 20) } as const
  const events = lab.events.map((event): TrainerEvent => {
    if (event.type !== 'checkpoint') return event
    return {
      ...event,
      state: { ...event.state, tensors: [...event.state.tensors, { ...ballast, shape: [2 ** 18] }] },
    }
  })
  const held = spool(key, events)
  await pushAll(desk, key, held.slice(0, 2))
  const before = trainingOf({ store }, runId)

  // What was free in the file is in use.
  const count = (name: string): number => z.int().parse(db.pragma(name))
  db.run('CREATE TABLE filler (bytes BLOB)')
  db.run('INSERT INTO filler VALUES (zeroblob(?))', (count('freelist_count') + 1) * count('page_size'))
  const pages = count('page_count')
  db.pragma(`max_page_count = ${pages}`)
  const refused = await pushAll(desk, key, held)
  assert.ok(refused.type === 'later', JSON.stringify(refused))
  assert.match(refused.reason, /the disk is full/)
  assert.deepEqual(trainingOf({ store }, runId), before, 'nothing of it is stored')
  assert.equal(
    (await desk.attend(attending({ spooled: [key] }), never)).type,
    'orders',
    'the worker is answered',
  )
  assert.equal((await pushAll(desk, key, held)).type, 'later')

  db.pragma('max_page_count = 1000000')
  assert.deepEqual(await pushAll(desk, key, held), { type: 'stored', lastSeq: held.length - 1 })
  assert.deepEqual(trainingOf({ store }, runId), trainingOf(lab.core, original.id))
})
