import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { UserError } from '../../../shared/errors.ts'
import { rateTestSettings } from '../../../shared/run/rateTest.ts'
import { createServices } from '../../../src-main/api/index.ts'
import { viewRateTest } from '../../../src-main/runs/rateTestView.ts'
import type { RunRecord } from '../../../src-main/store/types.ts'
import { weightsSha256 } from '../../../src-main/weightsSha256.ts'
import { until } from '../../e2e/lab.ts'
import { dumpDatabase } from '../store/dump.ts'
import { type CoreLab, cloudsSpec, openLab } from './lab.ts'

/* Range tests as runs of their own kind, with real trainers and a real database. */

let lab: CoreLab
/** A test that has ended, of a spec without a schedule and a budget: neither is needed. */
let run: RunRecord
before(async () => {
  lab = await openLab()
  const { schedule: _, budget: __, ...spec } = cloudsSpec(1, { name: 'clouds' })
  run = await tested(spec)
})
after(() => lab.close())

const settings = (more: Readonly<Record<string, unknown>> = {}) =>
  rateTestSettings.parse({ from: 1e-4, to: 100, steps: 60, smoothing: 0.9, ...more })

const tested = async (spec: unknown, more = {}, snapshotId?: number) =>
  (await (await lab.core.runs.launchRateTest({ spec, settings: settings(more), snapshotId })).finished).run

test('a test is a run of its own kind, with a ramp for its schedule and no results', () => {
  const { store } = lab.core
  assert.equal(run.kind, 'rateTest')
  assert.equal(run.status, 'completed')
  assert.equal(run.name, 'Range test: clouds')
  assert.deepEqual(run.rateTest, settings())
  assert.equal(run.spec.schedule.kind, 'geometric')
  assert.equal(run.totalSteps, 60)
  const summary = store.read.summary(run.id)
  assert.deepEqual([summary.best, summary.last, summary.spark, summary.snapshots], [null, null, [], []])
  assert.deepEqual(store.read.epochs(run.id), [])
  assert.equal(store.read.checkpoint(run.id), undefined)
  assert.deepEqual(store.read.similarRuns(run.spec, run.datasetId), [])
  assert.ok(
    store.read.summaries('current').some(({ id }) => id === run.id),
    'listed',
  )
})

test('what it says is read again later, by whatever program', () => {
  const view = viewRateTest(lab.core.store.read, run)
  assert.equal(view.points.length, run.stepsDone)
  assert.deepEqual(
    view.points.map(({ step }) => step),
    view.points.map((_, i) => i),
  )
  assert.equal(view.points[0]?.lr, 1e-4)
  if (view.stoppedAt !== null) {
    assert.equal(view.stoppedAt, run.stepsDone - 1)
    assert.match(run.reason ?? '', /seen enough/)
  }
  assert.deepEqual(viewRateTest(lab.another().store.read, run), view)
  const few = viewRateTest(lab.core.store.read, run, 10)
  assert.ok(few.points.length <= 11)
  assert.deepEqual(few.points.at(-1), view.points.at(-1))
  assert.deepEqual({ ...few, points: [] }, { ...view, points: [] })
})

test('the services of a window launch one, show it, and refuse a training run', async () => {
  const services = createServices(lab.core, 'browser')
  const launched = await services.rateTests.launch({ spec: cloudsSpec(1), settings: settings(), when: 'now' })
  assert.equal(launched.kind, 'rateTest')
  let seen = 0
  const end = new AbortController()
  for await (const { value } of services.runs.watch(launched.id, undefined, end.signal)) {
    seen = Math.max(seen, services.rateTests.view({ id: launched.id, maxPoints: 2000 }).points.length)
    if (value.run.status === 'completed') break
  }
  end.abort()
  assert.equal(seen, services.runs.get(launched.id).stepsDone)
  const { run: trained } = await (await lab.core.runs.launch(cloudsSpec(1))).finished
  const snapshotId = lab.core.store.read.snapshots(trained.id)[0]?.id ?? 0
  const initialWeights = { of: { snapshotId }, partly: false }
  const queued = await services.rateTests.launch({
    spec: cloudsSpec(1),
    settings: settings(),
    initialWeights,
    when: 'queue',
  })
  assert.equal(queued.status, 'queued')
  assert.equal(queued.initial?.weightsSha256, trained.finalWeightsSha256)
  services.runs.purge([queued.id])
})

/** Every row of the run, and of all snapshots and checkpoints, with their tensors and predictions, as SQL. */
function rowsOf(runId: string): string[] {
  const lines = dumpDatabase(path.join(lab.home, 'anneal.db')).split('\n')
  const kept =
    /^INSERT INTO (snapshots|snapshot_tensors|snapshot_predictions|checkpoints|checkpoint_tensors) /
  return lines.filter((line) => line.startsWith('INSERT') && (line.includes(runId) || kept.test(line)))
}

test('on a snapshot it leaves every byte of the parent as it was', async () => {
  const { store } = lab.core
  const spec = cloudsSpec(2, { optimizer: { kind: 'adam' }, schedule: { kind: 'sgdr', lrMax: 0.01, t0: 1 } })
  const { run: parent } = await (await lab.core.runs.launch(spec)).finished
  const [snapshot] = store.read.snapshots(parent.id)
  assert.ok(snapshot)
  const before = rowsOf(parent.id)
  assert.ok(before.some((line) => line.startsWith('INSERT INTO snapshot_tensors ')))
  const model = store.read.snapshotModel(snapshot.id)
  const child = await tested(spec, {}, snapshot.id)
  assert.equal(child.status, 'completed')
  assert.deepEqual(child.origin, {
    kind: 'branch',
    runId: parent.id,
    runName: parent.name,
    stepsDone: snapshot.step + 1,
    weightsSha256: snapshot.weightsSha256,
    streamFrom: snapshot.step + 1,
  })
  assert.deepEqual(store.read.snapshotModel(snapshot.id), model)
  assert.equal(weightsSha256(model.tensors), snapshot.weightsSha256)
  assert.deepEqual(store.read.run(parent.id), parent)
  const after = new Set(rowsOf(parent.id))
  assert.deepEqual(
    before.filter((line) => !after.has(line)),
    [],
  )
  // It has begun with what the parent knew: its first loss is not that of fresh weights.
  const [first] = viewRateTest(store.read, child).points
  const [fresh] = viewRateTest(store.read, run).points
  assert.ok((first?.loss ?? 9) < (fresh?.loss ?? 0))
  assert.throws(() => viewRateTest(store.read, parent), /^UserError: While reading .* is a training run/)
  // Nor does it hold its parent: that may be deleted, and the test stays.
  store.write.trashRuns([parent.id])
  assert.equal(viewRateTest(store.read, child).points.length, child.stepsDone)
  store.write.restoreRuns([parent.id])
})

/** A test that is paused on its way: of more steps where a fast machine was at the end before it was asked. */
async function pausedOnItsWay(spec: unknown, more: Readonly<Record<string, unknown>>) {
  const { read } = lab.core.store
  for (let steps = 800; ; steps *= 2) {
    const all = { ...more, steps }
    const active = await lab.core.runs.launchRateTest({ spec, settings: settings(all) })
    await until('the first steps', () => read.run(active.runId).stepsDone > 0 || undefined)
    await lab.core.runs.command(active.runId, { type: 'pause' }).catch((error) => {
      assert.match(String(error), /nobody runs it now/)
    })
    if (read.run(active.runId).status === 'paused') return { active, more: all }
    await active.finished
  }
}

test('one that is killed says so, and begins anew with the same losses', async () => {
  const spec = cloudsSpec(1, { model: { kind: 'mlp', hidden: [64, 64] } })
  const { active, more } = await pausedOnItsWay(spec, { to: 1e-3, stopAt: null })
  process.kill(active.trainerPid ?? 0, 'SIGKILL')
  const killed = (await active.finished).run
  assert.equal(killed.status, 'interrupted')
  assert.match(killed.reason ?? '', /killed \(SIGKILL\).*; resume begins it anew/)
  const { read } = lab.core.store
  const [warning] = viewRateTest(read, killed).warnings
  assert.equal(warning?.kind, 'unfinished')
  const resumed = (await (await lab.core.runs.resume(killed.id)).finished).run
  assert.equal(resumed.status, 'completed')
  const whole = viewRateTest(read, resumed).points
  assert.equal(whole.length, more.steps)
  const same = viewRateTest(read, await tested(spec, more)).points
  assert.deepEqual(whole, same)
})

test('it can be neither extended nor resumed once it has ended', async () => {
  for (const act of [() => lab.core.runs.extend(run.id, { epochs: 1 }), () => lab.core.runs.resume(run.id)]) {
    await assert.rejects(act, (error) => {
      assert.ok(error instanceof UserError)
      assert.match(error.message, /it is a range test, which ends where its rates do/)
      return true
    })
  }
})

test('what breaks a rule is refused in one sentence, and nothing is stored', async () => {
  const { store } = lab.core
  const [snapshot] = store.read.runs().flatMap(({ id }) => store.read.snapshots(id))
  assert.ok(snapshot)
  const count = (): number => store.read.runs().length
  const before = count()
  const refusals: [RegExp, () => Promise<unknown>][] = [
    [/the spec must be a JSON object/, () => tested([])],
    [/batchSize: must be at least 1/, () => tested(cloudsSpec(1, { batchSize: 0 }))],
    [/schedule/, () => tested(cloudsSpec(1, { schedule: { kind: 'nonsense' } }))],
    [/there is none called "absent"/, () => tested(cloudsSpec(1, { dataset: { name: 'absent' } }))],
    [
      /batchSize must be at most the number of training examples/,
      () => tested(cloudsSpec(1, { batchSize: 60_000 })),
    ],
    [/snapshot/, () => tested(cloudsSpec(1), {}, 9999)],
    [
      /model: must be that of the run/,
      () => tested(cloudsSpec(1, { model: { kind: 'softmax' } }), {}, snapshot.id),
    ],
    [
      /dataset: must have the shape of the run's/,
      () => tested(cloudsSpec(1, { dataset: { name: 'fashion-mnist-12k' } }), {}, snapshot.id),
    ],
  ]
  for (const [wanted, refused] of refusals) {
    await assert.rejects(refused, (error) => {
      assert.ok(error instanceof UserError, String(error))
      assert.match(error.message, wanted)
      assert.doesNotMatch(error.message, /\n/)
      return true
    })
  }
  assert.equal(count(), before)
})
