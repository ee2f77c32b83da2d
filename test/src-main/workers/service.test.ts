import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { AttemptKey } from '../../../shared/worker/protocol.ts'
import type { WorkerService } from '../../../src-main/workers/service.ts'
import {
  asked,
  attending,
  digestOf,
  never,
  openWorkersLab,
  pushAll,
  spool,
  trainingOf,
  type WorkersLab,
} from './lab.ts'

/* Who listens, and how long workers are waited for: time goes by fifty times as fast. */

const clock = 0.02
let lab: WorkersLab
before(async () => {
  lab = await openWorkersLab(clock)
})
after(() => lab.close())

async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    assert.ok(Date.now() < deadline, `waited in vain: ${what}`)
    await setTimeout(20)
  }
}

const portOf = async (service: WorkerService): Promise<number> =>
  Number(new URL((await service.info()).address ?? assert.fail('nothing listens')).port)

async function started(run = lab.placed(), worker = lab.joined()) {
  const answer = await worker.desk.start(asked(run.id))
  assert.ok(answer.type === 'start', JSON.stringify(answer))
  const key: AttemptKey = { runId: run.id, attempt: answer.start.attempt }
  return { ...worker, key, held: spool(key, lab.events) }
}

const runOf = (key: AttemptKey) => lab.core.store.read.run(key.runId)
const original = () => trainingOf(lab.core, lab.original.id)

test('nothing listens before there is a worker, and whoever adds the first one is listened to at once', async () => {
  await lab.service.listen(0)
  assert.deepEqual([(await lab.service.info()).address, (await lab.service.info()).problem], [null, null])
  const { worker } = await lab.service.add({ name: 'first' })
  assert.ok((await portOf(lab.service)) > 0)
  await assert.rejects(lab.service.add({ name: 'first' }), /another worker has this name/)
  await assert.rejects(lab.service.add({ name: 'slurm-jobs' }), /what the jobs of Slurm are called/)
  await assert.rejects(
    lab.service.add({ name: 'odd', address: 'http://x/y' }),
    /must be a host name or an IP address/,
  )
  await assert.rejects(lab.service.command({ id: worker.id, command: 'drain' }), /has not joined yet/)
  await assert.rejects(lab.service.command({ id: 'nobody00', command: 'remove' }), /there is none/)
  assert.deepEqual(
    (await lab.service.info()).workers.map(({ name, state }) => [name, state]),
    [['first', 'invited']],
  )
})

test('a worker that is silent is waited for, with the time it was last heard of', async () => {
  lab.service.setSettings({ patience: 10 * 60_000 })
  const { key, held, desk } = await started()
  await pushAll(desk, key, held.slice(0, 3))
  const { contactAt } = runOf(key).place ?? assert.fail()
  const since = await until('out of touch', () => runOf(key).place?.outOfTouchSince ?? undefined)
  assert.equal(since, contactAt)
  assert.equal(runOf(key).status, 'running')
  await desk.attend(attending({ spooled: [key] }), never)
  assert.equal(runOf(key).place?.outOfTouchSince, null)
  assert.equal((await pushAll(desk, key, held)).type, 'stored')
  assert.deepEqual(trainingOf(lab.core, key.runId), original())
})

test('past patience the run waits again; its worker takes it back as long as nobody else has it', async () => {
  lab.service.setSettings({ patience: 30_000 })
  const { key, held, desk } = await started()
  await pushAll(desk, key, held.slice(0, 3))
  await until('patience is over', () => runOf(key).status === 'queued')
  assert.match(runOf(key).reason ?? '', /^Worker box-\d+ has been out of touch since .* UTC\.$/)
  assert.equal(runOf(key).place?.failures, 0)
  assert.equal((await pushAll(desk, key, held.slice(3, 6))).type, 'stored')
  assert.equal(runOf(key).status, 'running')
  assert.equal((await pushAll(desk, key, held)).type, 'stored')
  assert.deepEqual(trainingOf(lab.core, key.runId), original())
})

test('past patience another takes it; the old worker is told, and nothing of it is stored', async () => {
  lab.service.setSettings({ patience: 30_000 })
  const old = await started()
  await pushAll(old.desk, old.key, old.held.slice(0, 3))
  await until('patience is over', () => runOf(old.key).status === 'queued')
  lab.service.setSettings({ patience: 60 * 60_000 })
  const next = await started(runOf(old.key))
  assert.equal(next.key.attempt, 2)
  const half = spool(next.key, lab.events)
  await pushAll(next.desk, next.key, half.slice(0, 5))
  const before = trainingOf(lab.core, next.key.runId)
  assert.equal((await pushAll(old.desk, old.key, old.held)).type, 'fenced')
  const told = await old.desk.attend(attending({ spooled: [old.key] }), never)
  assert.ok(told.type === 'orders')
  assert.match(JSON.stringify(told.orders), /"fence".*has attempt 2 by now/)
  assert.deepEqual(trainingOf(lab.core, next.key.runId), before)
  assert.equal((await pushAll(next.desk, next.key, half)).type, 'stored')
  assert.deepEqual(trainingOf(lab.core, next.key.runId), original())
})

test('the runs of a worker that is removed go to others at once, and what it sent of them goes', async () => {
  const { key, id, desk } = await started()
  const part = Buffer.from('a part of an event')
  await desk.putBlob(key, digestOf(part), part)
  const kept = path.join(lab.home, 'workers', 'blobs', `${key.runId}-${key.attempt}`)
  assert.ok(existsSync(kept))
  await lab.service.command({ id, command: 'remove' })
  assert.equal(runOf(key).status, 'queued')
  assert.match(runOf(key).reason ?? '', /was removed/)
  assert.ok((await lab.service.info()).workers.every((worker) => worker.id !== id))
  await until('its parts are gone', () => !existsSync(kept))
})

test('a program with another port does not listen beside the one that does, whose queue it would share', async () => {
  const port = await portOf(lab.service)
  const file = path.join(lab.home, 'workers', 'listening.json')
  const said = readFileSync(file)
  const says = (pid: number, startedAt = '') =>
    writeFileSync(file, JSON.stringify({ pid, startedAt, port, database: '/the/other.db' }))
  says(process.ppid)
  const other = lab.host(lab.another())
  await other.listen(0)
  const { problem } = await other.info()
  assert.match(
    problem ?? '',
    /^Another program of this lab listens for workers \(process \d+, of \/the\/other\.db\)/,
  )
  // One that only has the number of a process that has ended keeps nobody from it.
  const ended = spawnSync(process.execPath, ['--version']).pid
  says(ended)
  await until('it takes over', async () => (await other.info()).problem === null)
  await other.close()
  if (process.platform === 'linux') {
    says(process.ppid, 'of an earlier boot/1')
    const third = lab.host(lab.another())
    await third.listen(0)
    assert.equal((await third.info()).problem, null)
    await third.close()
  }
  writeFileSync(file, said)
})

test('one program of a lab listens; the next takes over when it is gone, and its runs train on', async () => {
  lab.service.setSettings({ patience: 60 * 60_000 })
  const first = await portOf(lab.service)
  const { key, held, desk, id } = await started()
  const last = lab.core.store.write.request(key.runId, { type: 'pause' })
  await desk.attend(attending({ spooled: [key] }), never)
  await pushAll(desk, key, held.slice(0, 4))
  const other = lab.another()
  const second = lab.host(other, clock)
  await second.listen(first)
  assert.match(
    (await second.info()).problem ?? '',
    /^Another program of this lab listens for workers \(process \d+/,
  )
  await lab.service.close()
  await until(
    'the second listens',
    async () => (await second.info()).problem === null && (await second.info()).address !== null,
  )
  assert.equal(await portOf(second), first)
  await until('it has adopted the run', () => other.store.read.run(key.runId).hostId === other.store.hostId)
  const next = second.deskFor(id)
  const told = await next.attend(attending({ spooled: [key] }), never)
  assert.ok(told.type === 'orders')
  assert.match(
    JSON.stringify(told.orders),
    new RegExp(`"requestId":${last}`),
    'what the first had taken is told by the second',
  )
  assert.equal((await pushAll(next, key, held.slice(2))).type, 'stored')
  assert.deepEqual(trainingOf(other, key.runId), original())
})

test('a port that a strange program has is said in words', async () => {
  const stranger = createServer((socket) => socket.end('hello\n')).listen(0)
  await once(stranger, 'listening')
  const address = stranger.address()
  assert.ok(typeof address === 'object' && address !== null)
  const third = lab.host(lab.another(), clock)
  await third.listen(address.port)
  assert.match(
    (await third.info()).problem ?? '',
    new RegExp(`port ${address.port} is taken by another program; .*ANNEAL_WORKERS_PORT`),
  )
  stranger.close()
  await until('it listens once the port is free', async () => (await third.info()).problem === null)
})
