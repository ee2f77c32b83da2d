import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { AttemptEnd, AttemptKey } from '../../../shared/worker/protocol.ts'
import { TurnedAway } from '../../../src-main/workerLink/desk.ts'
import {
  asked,
  attending,
  bytesOf,
  digestOf,
  never,
  openWorkersLab,
  pushAll,
  spool,
  trainingOf,
  type WorkersLab,
} from './lab.ts'

/* What a host hands out, what becomes of attempts, and what workers are told. */

let lab: WorkersLab
before(async () => {
  // Half a second of silence is out of touch, and patience is a minute.
  lab = await openWorkersLab(0.02)
  lab.core.store.workers.putSettings({ patience: 50 * 60_000 })
})
after(() => lab.close())

type Worker = ReturnType<WorkersLab['joined']>

async function started(worker: Worker = lab.joined(), run = lab.placed()) {
  const answer = await worker.desk.start(asked(run.id))
  assert.ok(answer.type === 'start', JSON.stringify(answer))
  const key: AttemptKey = { runId: run.id, attempt: answer.start.attempt }
  return { ...worker, run, key, start: answer.start, held: spool(key, lab.events) }
}

const stateOf = (runId: string) => lab.core.store.read.run(runId)
const ending = (key: AttemptKey, more: Partial<AttemptEnd> = {}): AttemptEnd => ({
  ...key,
  how: 'died',
  reason: 'it was killed',
  lastSeq: -1,
  ...more,
})

test('a start carries what a local trainer is told, but for devices and threads', async () => {
  const { start, run } = await started()
  assert.equal(start.attempt, 1)
  assert.deepEqual(start.spec, lab.original.spec)
  assert.deepEqual(start.plan, lab.original.planned.plan)
  assert.equal(start.datasetId, run.datasetId)
  assert.equal(start.state, undefined)
  assert.equal(start.devices, undefined)
  assert.equal(start.threads, undefined)
  const { status, place } = stateOf(run.id)
  assert.equal(status, 'running')
  assert.match(place?.worker?.name ?? '', /^box/)
})

test('a run goes to whom it is meant for, and to one alone', async () => {
  const [first, second] = [lab.joined(), lab.joined()]
  const own = lab.placed({ at: 'worker', workerId: second.id })
  const refused = await first.desk.start(asked(own.id))
  assert.ok(refused.type === 'void')
  assert.match(refused.reason, /is to train elsewhere, not on box/)
  assert.equal((await second.desk.start(asked(own.id))).type, 'start')
  const slurm = lab.placed({ at: 'slurm' })
  assert.equal((await first.desk.start(asked(slurm.id))).type, 'void')
  const claimed = await first.desk.start(asked(slurm.id, { slurmJob: '12_3' }))
  assert.ok(claimed.type === 'void', 'a worker that only says that it is a job of Slurm')
  assert.match(claimed.reason, /Only jobs of Slurm/)
  const jobs = lab.joined('slurm-jobs')
  assert.equal((await jobs.desk.start(asked(lab.placed().id))).type, 'void')
  assert.equal((await jobs.desk.start(asked(slurm.id, { slurmJob: '12_3' }))).type, 'start')
  assert.equal(stateOf(slurm.id).place?.slurm?.job, '12_3')
  const any = lab.placed()
  const answers = await Promise.all([first, second].map(({ desk }) => desk.start(asked(any.id))))
  assert.deepEqual(answers.map(({ type }) => type).sort(), ['later', 'start'])
  assert.match(
    answers.map((each) => ('reason' in each ? each.reason : '')).join(''),
    /is with box-.* it is waited for/,
  )
})

test('what cannot begin is never claimed', async () => {
  const { desk, id } = lab.joined()
  const here = lab.core.store.write.enqueueRun({
    spec: lab.original.spec,
    datasetId: lab.original.datasetId,
    plan: lab.original.planned.plan,
    totalSteps: 1,
  })
  const queued = lab.placed()
  await assert.rejects(desk.start(asked(queued.id, { protocol: 7 })), (error: Error) => {
    assert.ok(error instanceof TurnedAway)
    assert.match(error.message, /speaks protocol 7 and its host protocol 1; update Anneal on the host\.$/)
    return true
  })
  for (const runId of [here.id, 'nothing', queued.id.slice(0, 6), lab.original.id])
    assert.equal((await desk.start(asked(runId))).type, 'void', runId)
  await lab.service.command({ id, command: 'drain' })
  assert.equal((await desk.start(asked(queued.id))).type, 'later')
  assert.equal(stateOf(queued.id).status, 'queued')
  await lab.service.command({ id, command: 'welcome' })
  assert.equal((await desk.start(asked(queued.id))).type, 'start')
})

test('who asks again for what it was given, and never heard of, is given the same attempt', async () => {
  const { desk, run, key, held } = await started()
  const again = await desk.start(asked(run.id))
  assert.ok(again.type === 'start')
  assert.equal(again.start.attempt, 1)
  await desk.attend(attending({ spooled: [key] }), never)
  assert.equal((await desk.start(asked(run.id))).type, 'later', 'its spool holds it: another slot asks')
  await pushAll(desk, key, held.slice(0, 1))
  assert.equal((await desk.start(asked(run.id))).type, 'later')
})

test('an attempt that died goes on from its last state, on another worker, to the same end', async () => {
  const { desk, key, held } = await started()
  const cut = lab.events.findIndex(({ type }) => type === 'snapshot') + 1
  await pushAll(desk, key, held.slice(0, cut))
  const gap = await desk.end(ending(key, { lastSeq: cut }))
  assert.deepEqual(gap, { type: 'gap', wanted: cut })
  assert.deepEqual(await desk.end(ending(key, { lastSeq: cut - 1 })), { type: 'stored', lastSeq: cut - 1 })
  assert.equal((await desk.end(ending(key, { lastSeq: cut - 1 }))).type, 'fenced', 'told twice')
  const waiting = stateOf(key.runId)
  assert.equal(waiting.status, 'queued')
  assert.match(waiting.reason ?? '', /^On box-\d+: it was killed$/)
  const second = await started(lab.joined(), waiting)
  assert.equal(second.key.attempt, 2)
  const from = second.start.state?.position.stepsDone ?? 0
  assert.ok(from > 0)
  // What the trainer of the second attempt sends: the steps from there on.
  const rest = lab.events.slice(cut).map((event, seq) => ({ ...event, ...second.key, seq }))
  await pushAll(second.desk, second.key, spool(second.key, rest))
  assert.deepEqual(trainingOf(lab.core, key.runId), trainingOf(lab.core, lab.original.id))
})

test('preemption spends no failure, and is not taken back', async () => {
  const { desk, key, id } = await started()
  assert.equal((await desk.end(ending(key, { how: 'preempted' }))).type, 'stored')
  assert.equal(stateOf(key.runId).place?.failures, 0)
  assert.equal(lab.core.store.workers.find(id)?.failures, 0)
  const answer = await desk.attend(attending({ spooled: [key] }), never)
  assert.ok(answer.type === 'orders')
  assert.deepEqual(
    answer.orders.map(({ type }) => type),
    ['fence'],
  )
  assert.equal(stateOf(key.runId).status, 'queued')
})

test('two failures before a first step take a worker out, with the reason; a run that fails five times fails', async () => {
  const run = lab.placed()
  for (let attempt = 1; attempt <= 5; attempt++) {
    const worker = lab.joined()
    const { key } = await started(worker, run)
    await worker.desk.end(ending(key, { how: 'unstartable', reason: `no driver ${attempt}` }))
    assert.equal(stateOf(run.id).place?.failures, attempt)
  }
  const failed = stateOf(run.id)
  assert.equal(failed.status, 'failed')
  assert.match(
    failed.reason ?? '',
    /failed on workers 5 times in a row without a step done; the last time: On box-\d+: no driver 5/,
  )

  const worker = lab.joined()
  for (const _ of [1, 2]) {
    const { key } = await started(worker)
    await worker.desk.end(ending(key, { how: 'died', reason: 'no memory' }))
    lab.core.store.write.deleteRun(key.runId)
  }
  const out = lab.core.store.workers.find(worker.id)
  assert.equal(out?.state, 'out')
  assert.match(
    out?.reason ?? '',
    /2 runs one after another failed on it before their first step; the last one: .*no memory/,
  )
  assert.equal((await worker.desk.start(asked(lab.placed().id))).type, 'later')
  await lab.service.command({ id: worker.id, command: 'welcome' })
  const { key, held } = await started(worker)
  await pushAll(worker.desk, key, held)
  assert.equal(lab.core.store.workers.find(worker.id)?.failures, 0)
})

test('orders are told until they are delivered, and once is enough', async () => {
  const { desk, key, held } = await started()
  await pushAll(desk, key, held.slice(0, 2))
  const waiting = desk.attend(attending({ spooled: [key], hurry: false }), never)
  const request = lab.core.store.write.request(key.runId, { type: 'pause' })
  const answer = await waiting
  const order = { type: 'command', ...key, command: { type: 'pause', requestId: request } }
  assert.ok(answer.type === 'orders')
  assert.deepEqual(answer.orders, [order])
  // The answer may have been lost: it is told again, though not at once.
  const soon = await desk.attend(attending({ spooled: [key] }), never)
  assert.deepEqual(soon.type === 'orders' && soon.orders, [])
  await setTimeout(50)
  const again = await desk.attend(attending({ spooled: [key] }), never)
  assert.deepEqual(again.type === 'orders' && again.orders, [order])
  // Another worker has no say in it.
  await lab.joined().desk.attend(attending({ delivered: [request] }), never)
  await setTimeout(50)
  const still = await desk.attend(attending({ spooled: [key] }), never)
  assert.deepEqual(still.type === 'orders' && still.orders, [order])
  await setTimeout(50)
  const done = await desk.attend(attending({ spooled: [key], delivered: [request] }), never)
  assert.deepEqual(done.type === 'orders' && done.orders, [])
})

test('a worker that waits hears at once of a fence, of draining, and of its removal', async () => {
  const { desk, key, id } = await started()
  const wait = () => desk.attend(attending({ spooled: [key], hurry: false }), never)
  const drained = wait()
  await lab.service.command({ id, command: 'drain' })
  const told = await drained
  assert.equal(told.type === 'orders' && told.draining, true)
  const fenced = wait()
  lab.core.store.workers.requeue(key, { reason: 'for the test', isFailure: true })
  const answer = await fenced
  assert.ok(answer.type === 'orders')
  assert.deepEqual(
    answer.orders.map(({ type }) => type),
    ['fence'],
  )
  const removed = desk.attend(attending({ hurry: false }), never)
  await lab.service.command({ id, command: 'remove' })
  assert.equal((await removed).type, 'refused')
  await assert.rejects(desk.start(asked(lab.placed().id)), TurnedAway)
})

test('an attempt that its worker no longer has is given to another', async () => {
  const { desk, key } = await started()
  const deadline = Date.now() + 5_000
  while (stateOf(key.runId).status !== 'queued' && Date.now() < deadline) {
    await desk.attend(attending(), never)
    await setTimeout(20)
  }
  assert.match(stateOf(key.runId).reason ?? '', /no longer has what it trained of it/)
})

test('a data set is described by the digests of its files, and sent from any byte on', async () => {
  const { desk } = lab.joined()
  const { datasetId } = lab.original
  const { files } = await desk.datasetManifest(datasetId)
  for (const { name, bytes, sha256 } of files) {
    const all = await bytesOf(desk.datasetFile(datasetId, name, 0))
    assert.equal(all.byteLength, bytes)
    assert.equal(digestOf(all), sha256)
    const rest = await bytesOf(desk.datasetFile(datasetId, name, bytes - 3))
    assert.deepEqual(rest, all.subarray(bytes - 3))
  }
  await assert.rejects(desk.datasetManifest('0123456789abcdef'), /there is none called/)
  await assert.rejects(bytesOf(desk.datasetFile(datasetId, '../../anneal.db', 0)), /has no file/)
})

test('a run whose data set is gone fails with the sentence that a local one fails with', async () => {
  const run = lab.placed()
  rmSync(path.join(lab.home, 'datasets', run.datasetId, 'labels.bin'))
  const answer = await lab.joined().desk.start(asked(run.id))
  assert.ok(answer.type === 'void')
  assert.match(answer.reason, /is damaged; import it again/)
  assert.equal(stateOf(run.id).status, 'failed')
})
