import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { UserError } from '../../../shared/errors.ts'
import type { TrainerEvent } from '../../../shared/run/messages.ts'
import { type Core, openCore } from '../../../src-main/core.ts'
import type { Catalogue } from '../../../src-main/datasets/index.ts'
import { trainerEndOf } from '../../../src-main/runs/childTrainer.ts'
import { createRunService, type RunService } from '../../../src-main/runs/service.ts'
import { explainEnd } from '../../../src-main/runs/trainerLink.ts'
import { connect } from '../../../src-main/store/database.ts'
import { openStore } from '../../../src-main/store/index.ts'
import type { Store } from '../../../src-main/store/types.ts'
import { cloudsCsv } from '../../e2e/lab.ts'
import { afterwards } from '../store/fixtures.ts'
import { openReachable } from '../store/reachable.ts'

/* Hosts and their trainers, with real processes and a real database. */

let home: string
let db: string
let core: Core

const spec = (epochs: number) => ({
  dataset: { name: 'clouds' },
  model: { kind: 'mlp', hidden: [8] },
  schedule: { kind: 'sgdr', lrMax: 0.1, t0: 1 },
  batchSize: 10,
  budget: { epochs },
})

before(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'anneal-runs-'))
  db = path.join(home, 'anneal.db')
  core = openCore({ home, db })
  const csv = path.join(home, 'clouds.csv')
  writeFileSync(csv, cloudsCsv(300))
  await core.catalogue.import({ format: 'csv', path: csv, label: 'cloud' })
})
after(async () => {
  await core.close()
  rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
})

test('a trainer killed before its first step leaves a run that can be resumed', async () => {
  const active = await core.runs.launch(spec(2))
  process.kill(active.trainerPid ?? 0, 'SIGKILL')
  const { run } = await active.finished
  assert.equal(run.status, 'interrupted')
  assert.match(run.reason ?? '', /killed \(SIGKILL\), perhaps for lack of memory; resume begins it anew/)
  const resumed = await (await core.runs.resume(run.id)).finished
  assert.equal(resumed.run.status, 'completed')
  assert.equal(resumed.run.stepsDone, resumed.run.totalSteps)
})

test('watchers are told of what has been stored, and of all of it', async () => {
  const seen: TrainerEvent[] = []
  const unsubscribe = core.runs.subscribe((events) => {
    for (const event of events) {
      if (event.type === 'epoch') {
        assert.ok(core.store.read.epochs(event.runId).some(({ epoch }) => epoch === event.epoch))
      }
      seen.push(event)
    }
  })
  const { run } = await (await core.runs.launch(spec(3))).finished
  unsubscribe()
  assert.deepEqual(
    seen.map(({ seq }) => seq),
    seen.map((_, i) => i),
    'in order, without a gap',
  )
  assert.equal(seen[0]?.type, 'ready')
  assert.equal(seen.at(-1)?.type, 'ended')
  const steps = seen.flatMap((event) => (event.type === 'metrics' ? [event.columns.lr?.length ?? 0] : []))
  assert.equal(
    steps.reduce((sum, count) => sum + count, 0),
    run.totalSteps,
  )
})

test('a model that does not fit the data leaves no run behind', async () => {
  const before = core.store.read.runs().length
  const active = await core.runs.launch({ ...spec(1), model: { kind: 'resnet', depth: 8 } })
  await assert.rejects(
    active.finished,
    (error) => error instanceof UserError && /needs images/.test(error.message),
  )
  assert.equal(core.store.read.runs().length, before)
})

test('extending a run whose budget ended within an epoch makes the run of the longer budget', async () => {
  const longer = (await (await core.runs.launch(spec(3))).finished).run
  const short = (await (await core.runs.launch(spec(1.5))).finished).run
  assert.equal(core.store.read.epochs(short.id).at(-1)?.step, short.totalSteps - 1)
  const rest = (await (await core.runs.extend(short.id, { cycles: 1 })).finished).run
  const { run } = await (await core.runs.extend(rest.id, { cycles: 1 })).finished
  assert.equal(run.finalWeightsSha256, longer.finalWeightsSha256)
  const epochs = (runId: string) =>
    core.store.read.epochs(runId).map(({ seconds: _, trainingSeconds: __, ...epoch }) => epoch)
  assert.deepEqual(epochs(run.id), epochs(longer.id))
  const hashes = (runId: string) =>
    core.store.read.snapshots(runId).map((each) => [each.step, each.weightsSha256])
  assert.deepEqual(hashes(run.id), hashes(longer.id))
})

test('a formula that has no rate at one step of many is refused before the start', async () => {
  const before = core.store.read.runs().length
  const bad = {
    ...spec(1),
    schedule: { kind: 'formula', expression: 't == 101 ? -1 : base' },
    budget: { steps: 8200 },
  }
  await assert.rejects(core.runs.launch(bad), { name: 'UserError', message: /the rate at step 101 must be/ })
  assert.equal(core.store.read.runs().length, before)
})

test('class weights for other classes, and changes to images of a table, are refused before anything is stored', async () => {
  const before = core.store.read.runs().length
  const wrong: [Record<string, unknown>, RegExp][] = [
    [
      { classWeights: Array(17).fill(1) },
      /classWeights must have a weight for each of the \d+ classes \(received 17: /,
    ],
    [{ augmentation: { mixup: { alpha: 1 }, flip: true } }, /augmentation \(flip, mixup\) works on images/],
  ]
  for (const [changes, message] of wrong) {
    await assert.rejects(core.runs.launch({ ...spec(1), ...changes }), { name: 'UserError', message })
  }
  assert.equal(core.store.read.runs().length, before)
})

test('a run under a constant rate that is extended by an epoch is the run of the longer budget, with both snapshots', async () => {
  const constant = (epochs: number) => ({ ...spec(epochs), schedule: { kind: 'constant', lr: 0.1 } })
  const longer = (await (await core.runs.launch(constant(2))).finished).run
  const short = (await (await core.runs.launch(constant(1))).finished).run
  const { run } = await (await core.runs.extend(short.id, { epochs: 1 })).finished
  assert.equal(run.totalSteps, longer.totalSteps)
  assert.equal(run.finalWeightsSha256, longer.finalWeightsSha256)
  assert.deepEqual(
    core.store.read.snapshots(run.id).map(({ cycle, step }) => [cycle, step]),
    [
      [1, short.totalSteps - 1],
      [2, longer.totalSteps - 1],
    ],
  )
})

test('a completed run is told to be extended only if its schedule goes on', async () => {
  const restarts = (await (await core.runs.launch(spec(1))).finished).run
  await assert.rejects(core.runs.resume(restarts.id), /extend it by more cycles to go on/)
  const constant = { ...spec(1), schedule: { kind: 'constant', lr: 0.1 } }
  const steady = (await (await core.runs.launch(constant)).finished).run
  await assert.rejects(core.runs.resume(steady.id), /extend it by more epochs to go on/)
  const cosine = { ...spec(1), schedule: { kind: 'cosine', lrStart: 0.1 } }
  const { run } = await (await core.runs.launch(cosine)).finished
  await assert.rejects(core.runs.resume(run.id), (error) => {
    assert.ok(error instanceof UserError)
    assert.match(error.message, /has completed all .*no further cycle, so start a new run/)
    assert.doesNotMatch(error.message, /extend/)
    return true
  })
})

test('a run whose data set is gone says which, and goes on once it is imported again', async () => {
  const csv = path.join(home, 'gone.csv')
  writeFileSync(csv, cloudsCsv(60, 2))
  const imported = await core.catalogue.import({ format: 'csv', path: csv, label: 'cloud', name: 'gone' })
  const active = await core.runs.launch({ ...spec(100_000), dataset: { name: 'gone' } })
  await firstMetrics(core.runs, active.runId)
  active.ask({ type: 'stop', when: 'now' })
  const { run } = await active.finished
  await core.catalogue.remove(imported.meta.id)
  await assert.rejects(core.runs.resume(run.id), {
    name: 'UserError',
    message: `While starting run ${run.id}: its data set gone (${imported.meta.id}) is missing or damaged; import it again.`,
  })
  assert.equal(core.store.read.run(run.id).status, 'stopped')
  await core.catalogue.import({ format: 'csv', path: csv, label: 'cloud', name: 'gone' })
  const again = await core.runs.resume(run.id)
  again.ask({ type: 'stop', when: 'now' })
  assert.equal((await again.finished).run.status, 'stopped')
})

test('a run that trains is neither resumed, extended nor deleted', async () => {
  const active = await core.runs.launch(spec(100_000))
  await assert.rejects(core.runs.resume(active.runId), UserError)
  await assert.rejects(core.runs.extend(active.runId, { cycles: 1 }), UserError)
  assert.throws(() => core.runs.remove(active.runId), UserError)
  const outcome = core.runs.command(active.runId, { type: 'stop', when: 'now' })
  const { run } = await active.finished
  assert.equal(run.status, 'stopped')
  assert.deepEqual(await outcome, { outcome: 'obeyed' })
  core.runs.remove(run.id)
  assert.throws(() => core.store.read.run(run.id), UserError)
})

test('a host that lost its run to another ends its trainer and leaves the run alone', async () => {
  const active = await core.runs.launch(spec(100_000))
  await firstMetrics(core.runs, active.runId)
  // As after a long sleep of this machine: to the other host this one is gone.
  const other = openStore(db, { isAlive: (host) => host.id !== core.store.hostId })
  try {
    const claimed = other.write.claimRun(active.runId)
    const { run } = await active.finished
    assert.equal(run.hostId, other.hostId)
    assert.equal(run.attempt, claimed.attempt)
    assert.equal(run.status, 'running')
    assert.equal(isAlive(active.trainerPid ?? 0), false)
  } finally {
    other.close()
  }
})

test('closing a host interrupts its runs and takes its trainers along', async () => {
  const own = openCore({ home, db })
  const active = await own.runs.launch(spec(100_000))
  await own.close()
  assert.equal(isAlive(active.trainerPid ?? 0), false)
  const run = core.store.read.run(active.runId)
  assert.equal(run.status, 'interrupted')
  assert.match(run.reason ?? '', /was closed/)
})

test('a full disk interrupts the run with that reason, and nothing stored is lost', async (t) => {
  const { db, store } = openReachable(t)
  const runs = createRunService(store, core.catalogue, core.devices)
  const active = await runs.launch(spec(100_000))
  await firstMetrics(runs, active.runId)
  db.pragma(`max_page_count = ${Number(db.pragma('page_count'))}`)
  await assert.rejects(active.finished, { name: 'UserError', message: /the disk is full/ })
  const run = store.read.run(active.runId)
  assert.equal(run.status, 'interrupted')
  assert.match(run.reason ?? '', /could not be written .*the disk is full; free some space/)
  assert.ok(run.stepsDone > 0)
  assert.equal(store.read.series({ runId: run.id, series: 'loss' }).total, run.stepsDone)
  db.pragma('max_page_count = 4294967294')
  const again = await runs.resume(run.id)
  await firstMetrics(runs, run.id)
  again.ask({ type: 'stop', when: 'now' })
  const { stepsDone } = (await again.finished).run
  assert.equal(store.read.series({ runId: run.id, series: 'loss' }).total, stepsDone)
})

test('a database locked for too long interrupts the run with that reason as soon as it is free', async (t) => {
  const { store } = openReachable(t)
  const runs = createRunService(store, core.catalogue, core.devices)
  const other = connect(store.path)
  afterwards(t, () => other.close())
  for (const free of [() => untilInterrupted(store), () => runs.close()]) {
    const active = await runs.launch(spec(100_000))
    await firstMetrics(runs, active.runId)
    const { stepsDone } = store.read.run(active.runId)
    other.exec('BEGIN IMMEDIATE')
    await assert.rejects(active.finished, { name: 'UserError', message: /kept it locked for too long/ })
    assert.equal(store.read.run(active.runId).status, 'running')
    other.exec('ROLLBACK')
    await free()
    const run = store.read.run(active.runId)
    assert.equal(run.status, 'interrupted')
    assert.match(run.reason ?? '', /could not be written .*kept it locked for too long/)
    assert.ok(run.stepsDone >= stepsDone)
    assert.equal(store.read.series({ runId: run.id, series: 'loss' }).total, run.stepsDone)
  }
})

test('a run that cannot be claimed is not left as if it were about to begin', async (t) => {
  const { db, store } = openReachable(t)
  const runs = createRunService(store, core.catalogue, core.devices)
  db.exec(`CREATE TEMP TRIGGER broken BEFORE UPDATE OF attempt ON main.runs
    BEGIN SELECT RAISE(ABORT, 'the disk is broken'); END`)
  await assert.rejects(runs.launch(spec(1)), /the disk is broken/)
  const [run] = store.read.runs()
  assert.deepEqual([run?.status, run?.reason], ['interrupted', 'the disk is broken'])
  db.exec('DROP TRIGGER broken')
  assert.equal((await (await runs.resume(run?.id ?? '')).finished).run.status, 'completed')
})

test('a queued run that can neither begin nor be marked is marked as soon as the database is free', async (t) => {
  const { store } = openReachable(t)
  const other = connect(store.path)
  afterwards(t, () => other.close())
  let isGone = false
  let isLocked = false
  const catalogue: Catalogue = {
    ...core.catalogue,
    // Its data go in the moment in which another program locks the file.
    async resolve(name) {
      if (!isGone) return core.catalogue.resolve(name)
      other.exec('BEGIN IMMEDIATE')
      isLocked = true
      throw new UserError('it is gone')
    },
  }
  const runs = createRunService(store, catalogue, core.devices)
  const { id } = await runs.enqueue(spec(1))
  isGone = true
  runs.workOnQueue()
  while (!isLocked) await setTimeout(10)
  assert.equal(store.read.run(id).status, 'running')
  other.exec('ROLLBACK')
  await untilInterrupted(store)
  assert.equal(store.read.run(id).status, 'failed')
  assert.match(store.read.run(id).reason ?? '', /data set .* is missing or damaged/)
  await runs.close()
})

test('how a trainer ended is told in words', () => {
  const told = (code: number | null, signal: NodeJS.Signals | null, lastWords: string): string =>
    explainEnd(trainerEndOf({ code, signal, errorOutput: lastWords }), 120)
  assert.match(
    told(null, 'SIGKILL', ''),
    /killed \(SIGKILL\).*lack of memory; resume continues after 120 steps/,
  )
  assert.match(told(null, 'SIGSEGV', ''), /ended by SIGSEGV; resume/)
  assert.match(told(134, null, 'FATAL ERROR: heap out of memory'), /exit status 134: FATAL ERROR: heap/)
  assert.match(told(0, null, ''), /unexpectedly \(exit status 0\)/)
  const unstartable = { code: null, signal: null, errorOutput: '', spawnError: 'spawn node ENOENT' }
  assert.match(explainEnd(trainerEndOf(unstartable), 0), /could not be started: spawn node ENOENT/)
})

async function untilInterrupted(store: Store): Promise<void> {
  while (store.read.runs({ status: 'running' }).length > 0) await setTimeout(10)
}

async function firstMetrics(runs: RunService, runId: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const unsubscribe = runs.subscribe((events) => {
      if (!events.some((event) => event.type === 'metrics' && event.runId === runId)) return
      unsubscribe()
      resolve()
    })
  })
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
