import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { studySpec } from '../../../shared/study/spec.ts'
import { createStudyDriver } from '../../../src-main/studies/driver.ts'
import { until } from '../../e2e/lab.ts'
import { type CoreLab, cloudsSpec, openLab } from '../runs/lab.ts'
import { ended, epoch } from '../store/fixtures.ts'
import { cloudsSweep, reaches, statuses, study } from './support.ts'

/* Studies carried on with real trainers; a host that is killed is in test/e2e/studyKill.test.ts. */

let lab: CoreLab
/** Weights that studies are given to begin with. */
let begin: { readonly snapshotId: number; readonly weightsSha256: string | null }
const beginningOf = ({ runId }: { readonly runId: string }): string | undefined =>
  lab.core.store.read.run(runId).initial?.weightsSha256

before(async () => {
  lab = await openLab()
  const { run } = await (await lab.core.runs.launch(cloudsSpec(1))).finished
  const [snapshot] = lab.core.store.read.snapshots(run.id)
  begin = { snapshotId: snapshot?.id ?? 0, weightsSha256: run.finalWeightsSha256 }
  lab.core.store.write.putSlots({ processor: 2, graphics: 1 })
  lab.core.runs.workOnQueue()
})
after(() => lab.close())

test('a halving goes from rung to rung to its end, and a cell that diverges is a result', async () => {
  const { core } = lab
  const halving = { rungs: [0.5, 1], keep: 0.5 }
  const id = await core.studies.launch(
    cloudsSweep([0.05, 1e6], {
      halving,
      seeds: [1],
      initialWeights: { of: { snapshotId: begin.snapshotId } },
    }),
  )
  await reaches(core, id, 'finished')
  const { study: ended, cells } = study(core, id)
  assert.deepEqual(
    cells.map(beginningOf),
    cells.map(() => begin.weightsSha256),
    'rungs that come later too',
  )
  assert.deepEqual(
    cells.map(({ stage, budget, status }) => [stage, budget, status]),
    [
      [0, 0.5, 'completed'],
      [0, 0.5, 'failed'],
      [1, 1, 'completed'],
    ],
  )
  const { diverged } = cells[1] ?? {}
  assert.ok(diverged && diverged.step >= 0 && diverged.lr > 1)
  assert.equal(ended.counts.failed, 1)
  await assert.rejects(core.studies.command(id, 'retryFailed'), /runs that diverged are results/)
})

test('a trunk carries its cool-downs, which begin with its state', async () => {
  const { core } = lab
  const id = await core.studies.launch({
    kind: 'trunk',
    base: cloudsSpec(2, { device: 'cpu' }),
    lr: 0.05,
    budgets: [0.5, 1],
    separate: false,
    seeds: [1],
  })
  await reaches(core, id, 'finished')
  const { cells } = study(core, id)
  assert.deepEqual(
    cells.map(({ role, status }) => [role, status]),
    [
      ['trunk', 'completed'],
      ['cooldown', 'completed'],
      ['cooldown', 'completed'],
    ],
  )
  const [trunk, ...cooldowns] = cells
  for (const { runId, after } of cooldowns) {
    const { origin } = core.store.read.run(runId)
    assert.deepEqual([origin?.runId, origin?.stepsDone], [trunk?.runId, after?.stepsDone])
    const taken = core.store.read
      .snapshots(trunk?.runId ?? '')
      .find(({ step }) => step + 1 === after?.stepsDone)
    assert.equal(origin?.weightsSha256, taken?.weightsSha256)
  }
})

test('what was stopped or deleted is trained again in its place', async () => {
  const { core } = lab
  const id = await core.studies.launch(
    cloudsSweep([0.03, 0.06], { initialWeights: { of: { snapshotId: begin.snapshotId } } }),
  )
  await reaches(core, id, 'finished')
  const [first] = study(core, id).cells
  core.store.write.trashRuns([first?.runId ?? ''])
  assert.deepEqual(statuses(core, id), ['deleted', 'completed'])
  await core.studies.command(id, 'retryFailed')
  await reaches(core, id, 'finished')
  assert.deepEqual(statuses(core, id), ['completed', 'completed'])
  const [again] = study(core, id).cells
  assert.equal(again?.key, first?.key)
  assert.notEqual(again?.runId, first?.runId)
  assert.equal(again && beginningOf(again), begin.weightsSha256)
  assert.equal(again?.validationLoss, first?.validationLoss, 'the same run, bit for bit')
})

test('a study of which a run was deleted ends again after it was resumed', async () => {
  const { core } = lab
  const id = await core.studies.launch(cloudsSweep([0.035]))
  await reaches(core, id, 'finished')
  core.store.write.trashRuns([study(core, id).cells[0]?.runId ?? ''])
  await core.studies.command(id, 'resume')
  await reaches(core, id, 'finished')
  assert.deepEqual(statuses(core, id), ['deleted'])
})

test('more seeds of a study that has ended and whose rates are tuned are trained', async () => {
  const { core } = lab
  const id = await core.studies.launch({
    kind: 'budget',
    base: cloudsSpec(1, { device: 'cpu' }),
    schedules: [{ spec: { kind: 'constant', lr: 0.05 } }],
    budgets: [1],
    seeds: [1],
    rates: { mode: 'tuned', factors: [0.5, 1] },
  })
  await reaches(core, id, 'finished')
  await core.studies.extend({ id, seeds: [2] })
  await reaches(core, id, 'finished')
  const asked = study(core, id).cells.filter(({ role }) => role === 'cell')
  assert.deepEqual(
    asked.map(({ seed, status }) => [seed, status]),
    [
      [1, 'completed'],
      [2, 'completed'],
    ],
  )
})

test('seeds that come while the last run ends keep the study going', async (t) => {
  const fresh = await openLab()
  t.after(() => fresh.close())
  const { core } = fresh
  const id = await core.studies.launch({
    kind: 'budget',
    base: cloudsSpec(1, { device: 'cpu' }),
    schedules: [{ spec: { kind: 'constant', lr: 0.05 } }],
    budgets: [1],
    seeds: [1],
    rates: { mode: 'tuned', factors: [0.5, 1] },
  })
  const driver = createStudyDriver(core.store, core.catalogue, core.runs)
  const endRuns = (): void => {
    for (const { runId } of study(core, id).cells.filter(({ status }) => status === 'queued')) {
      const run = core.store.write.claimRun(runId)
      core.store.record([epoch(run, 0, 1), ended(run, 1)])
    }
  }
  endRuns()
  await driver.tend()
  endRuns()
  const { spec: from, counts } = study(core, id).study
  assert.equal(counts.queued + counts.active, 0)
  // It has read the spec by then, and waits for what follows of it.
  const looking = driver.tend()
  const to = studySpec.parse({ ...from, seeds: [1, 2] })
  assert.ok(fresh.another().store.write.extendStudy(id, [], { from, to }))
  await looking
  assert.equal(study(core, id).study.status, 'active')
  await driver.tend()
  assert.ok(
    study(core, id).cells.some(
      ({ role, seed, status }) => role === 'cell' && seed === 2 && status === 'queued',
    ),
  )
  endRuns()
  await driver.tend()
  assert.equal(study(core, id).study.status, 'finished')
})

test('the time that a study takes holds the start of each of its runs, as those before took it', async () => {
  const { core } = lab
  const start = core.store.read.startSeconds('cpu')
  assert.ok(start !== undefined && start > 0)
  const { runs, seconds } = await core.studies.plan(cloudsSweep([0.05, 0.1], { seeds: [1, 2, 3] }))
  // An epoch of 60 rows takes a moment beside it.
  assert.ok(seconds !== null && seconds >= runs * start, `${seconds} s for ${runs} starts of ${start} s`)
  const unknown = { ...cloudsSpec(1, { device: 'cpu' }), batchSize: 11 }
  const plan = await core.studies.plan(cloudsSweep([0.05], { base: unknown }))
  assert.equal(plan.seconds, null, 'nobody knows how long its steps take')
})

test('a trainer that dies is begun again without a user', async () => {
  const { core } = lab
  const id = await core.studies.launch({
    ...cloudsSweep([0.03]),
    base: cloudsSpec(100_000, { device: 'cpu' }),
  })
  const [cell] = study(core, id).cells
  const runId = cell?.runId ?? ''
  await until('steps', () => core.store.read.run(runId).stepsDone > 0 || undefined)
  // As its host does when the process is gone; what the trainer still sends is refused, which ends it.
  core.store.write.setStatus(runId, 'interrupted', 'Its trainer died.')
  await until('the next attempt to train', () => {
    const { attempt, status } = core.store.read.run(runId)
    return (attempt === 2 && status === 'running') || undefined
  })
  await core.studies.command(id, 'pause')
  assert.equal(statuses(core, id)[0], 'running', 'what trains goes on')
  await core.studies.command(id, 'cancel')
  await until('the run to stop', () => statuses(core, id)[0] === 'stopped' || undefined)
  assert.equal(study(core, id).study.status, 'cancelled')
  core.studies.remove(id, true)
  assert.throws(() => study(core, id), /is deleted/)
  core.store.write.restoreStudy(id)
  assert.equal(study(core, id).cells[0]?.status, 'stopped')
})

test('values and seeds are added to a study, and to some of its cells', async () => {
  const { core } = lab
  const id = await core.studies.launch(cloudsSweep([0.03, 0.06]))
  await core.studies.command(id, 'pause')
  await core.studies.extend({ id, values: [{ path: 'schedule.lrMax', values: [0.06, 0.12] }] })
  assert.equal(study(core, id).cells.length, 3)
  const [, , third] = study(core, id).cells
  await core.studies.extend({ id, seeds: [1, 2, 3], of: [third?.key ?? ''] })
  const told = () => study(core, id).cells.map(({ settings, seed }) => [settings['schedule.lrMax'], seed])
  assert.deepEqual(told(), [
    [0.03, 1],
    [0.06, 1],
    [0.12, 1],
    [0.12, 2],
    [0.12, 3],
  ])
  await core.studies.extend({ id, seeds: [2] })
  assert.deepEqual(told().slice(5), [
    [0.03, 2],
    [0.06, 2],
  ])
  assert.equal(study(core, id).study.status, 'paused')
  await assert.rejects(
    core.studies.extend({ id, values: [{ path: 'batchSize', values: [1] }] }),
    /axis batchSize/,
  )
  await assert.rejects(core.studies.extend({ id, seeds: [1], of: ['none'] }), /no cell "none"/)
  await core.studies.command(id, 'cancel')
})

test('a study whose data set is gone opens, and waits with the reason where it should go on', async (t) => {
  const fresh = await openLab()
  t.after(() => fresh.close())
  const { core } = fresh
  const id = await core.studies.launch(cloudsSweep([0.05, 0.1], { halving: { rungs: [0.5, 1] } }))
  for (const { runId } of study(core, id).cells) {
    const run = core.store.write.claimRun(runId)
    core.store.record([epoch(run, 0, 1), ended(run, 1)])
  }
  const { folder } = await core.catalogue.resolve('clouds')
  rmSync(folder, { recursive: true })
  core.runs.workOnQueue()
  await reaches(core, id, 'paused')
  const { study: told, cells } = study(core, id)
  assert.match(told.reason ?? '', /clouds/)
  assert.equal(cells.length, 2)
  await assert.rejects(core.studies.launch(cloudsSweep([0.05])), /clouds/)
  assert.equal(core.store.read.studies().length, 1)
})
