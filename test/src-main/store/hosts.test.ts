import assert from 'node:assert/strict'
import { hostname, uptime } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { UserError } from '../../../shared/errors.ts'
import { isHostAlive, thisHost } from '../../../src-main/store/hostIdentity.ts'
import { claimedRun, metrics, newRun, openFor, putDataset, tempFolder, tempStore } from './fixtures.ts'
import { startChild } from './processes.ts'

test('a run whose host was killed is interrupted as soon as somebody opens the file', async (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const child = await startChild(t, path, 'claim')
  await child.kill()
  const run = openFor(t, path).read.run(child.runId)
  assert.equal(run.status, 'interrupted')
  assert.equal(run.stepsDone, 100)
  assert.equal(run.hostId, null)
  assert.match(run.reason ?? '', /ended without closing/)
  assert.notEqual(run.endedAt, null)
})

test('a living run of another process is never marked, and its death is seen by who is there already', async (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const child = await startChild(t, path, 'claim')
  // Minutes pass without a heartbeat: the process can be looked at, and it lives.
  const store = openFor(t, path, { now: () => Date.now() + 300_000 })
  assert.deepEqual(store.write.sweepDeadRuns(), [])
  assert.equal(store.read.run(child.runId).status, 'running')
  assert.throws(() => store.write.claimRun(child.runId), UserError)
  assert.throws(() => store.write.setStatus(child.runId, 'interrupted'), UserError)
  assert.throws(() => store.write.deleteRun(child.runId), UserError)
  await child.kill()
  assert.deepEqual(store.write.sweepDeadRuns(), [child.runId])
  assert.deepEqual(store.write.sweepDeadRuns(), [])
  assert.equal(store.write.claimRun(child.runId).attempt, 2)
})

test('a host that ends as it should leaves nothing behind, and its run interrupted', async (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const child = await startChild(t, path, 'claim')
  await child.end()
  const store = openFor(t, path)
  const run = store.read.run(child.runId)
  assert.equal(run.status, 'interrupted')
  assert.match(run.reason ?? '', /was closed/)
})

test('the run of a dead host can be claimed before anybody swept', async (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const store = openFor(t, path)
  const child = await startChild(t, path, 'claim')
  await child.kill()
  assert.equal(store.read.run(child.runId).status, 'running')
  const run = store.write.claimRun(child.runId)
  assert.equal(run.status, 'running')
  assert.equal(run.attempt, 2)
  assert.equal(run.hostId, store.hostId)
})

test('who lost its run while it slept is refused, also by its own records', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const sleeper = openFor(t, path, { host: { pid: process.pid, hostname: 'sleeper', processStart: null } })
  const run = claimedRun(sleeper)
  assert.equal(sleeper.record([metrics(run, 0, 0, 10)]), true)
  const other = openFor(t, path, { now: () => Date.now() + 60_000 })
  assert.equal(other.read.run(run.id).status, 'interrupted')
  assert.equal(sleeper.record([metrics(run, 1, 10, 10)]), false)
  assert.equal(other.write.claimRun(run.id).attempt, 2)
  assert.equal(sleeper.record([metrics(run, 1, 10, 10)]), false)
  assert.equal(other.read.run(run.id).stepsDone, 10)
})

test('a host on another machine is judged by its heartbeat', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  let time = 1_000_000
  const now = () => time
  const far = openFor(t, path, { now, host: { pid: 1, hostname: 'far-away', processStart: null } })
  const near = openFor(t, path, { now })
  const run = claimedRun(far)
  for (let second = 0; second < 60; second++) {
    time += 1000
    far.write.heartbeat()
    near.write.heartbeat()
    assert.deepEqual(near.write.sweepDeadRuns(), [])
  }
  for (let second = 0; second < 15; second++) {
    time += 1000
    near.write.heartbeat()
    assert.deepEqual(near.write.sweepDeadRuns(), [])
  }
  time += 1000
  assert.deepEqual(near.write.sweepDeadRuns(), [run.id])
})

test('after a sleep of the whole machine nobody is taken for dead because of the time slept', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  let time = 1_000_000
  const now = () => time
  const far = openFor(t, path, { now, host: { pid: 1, hostname: 'far-away', processStart: null } })
  const near = openFor(t, path, { now })
  const run = claimedRun(far)
  time += 8 * 3_600_000
  assert.deepEqual(near.write.sweepDeadRuns(), [])
  far.write.heartbeat()
  for (let second = 0; second < 30; second++) {
    time += 1000
    far.write.heartbeat()
    near.write.heartbeat()
    assert.deepEqual(near.write.sweepDeadRuns(), [])
  }
  assert.equal(near.read.run(run.id).status, 'running')
})

test('an idle host that was taken for dead is there again with its next write', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  let time = 1_000_000
  const now = () => time
  const idle = openFor(t, path, { now, host: { pid: 1, hostname: 'far-away', processStart: null } })
  putDataset(idle)
  time += 60_000
  const near = openFor(t, path, { now })
  const run = idle.write.createRun(newRun)
  idle.write.claimRun(run.id)
  assert.deepEqual(near.write.sweepDeadRuns(), [])
  assert.equal(near.read.run(run.id).status, 'running')
})

test('a process is known by more than its number', (t) => {
  const me = thisHost()
  const now = Date.now()
  const row = { id: 'a', heartbeat: now, ...me }
  assert.equal(isHostAlive({ ...row, pid: 0x3ffffffe }, now), false)
  const elsewhere = { ...row, hostname: `not-${hostname()}` }
  assert.deepEqual(
    [isHostAlive(elsewhere, now + 15_000), isHostAlive(elsewhere, now + 15_001)],
    [true, false],
  )
  // Where the system does not tell when a process began: a heartbeat from before the machine did, or a long silence.
  const unknown = { ...row, processStart: null }
  assert.deepEqual([isHostAlive(unknown, now + 600_000), isHostAlive(unknown, now + 600_001)], [true, false])
  const beforeBoot = now - uptime() * 1000 - 61_000
  assert.equal(isHostAlive({ ...unknown, heartbeat: beforeBoot }, beforeBoot), false)
  if (me.processStart === null) {
    t.diagnostic('This system does not tell when a process began.')
    return
  }
  assert.equal(isHostAlive(row, now + 1e12), true)
  // A later process with the number of a dead one, as after a restart of the machine.
  assert.equal(isHostAlive({ ...row, processStart: 'another-boot/1' }, now), false)
})

test('who only reads leaves no trace of itself', (t) => {
  const store = tempStore(t)
  store.read.runs()
  const before = store.read.version()
  store.write.sweepDeadRuns()
  assert.equal(store.read.version(), before)
})
