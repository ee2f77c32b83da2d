import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import type { RunStatus } from '../../../shared/run/state.ts'
import type { Core } from '../../../src-main/core.ts'
import { until } from '../../e2e/lab.ts'
import { type CoreLab, cloudsSpec, openLab } from './lab.ts'

/* Queued runs, with real trainers; the queue of the database itself is in test/src-main/store. */

let lab: CoreLab

before(async () => {
  lab = await openLab()
})
after(() => lab.close())

const endless = cloudsSpec(100_000)

const statusOf = ({ store }: Core, id: string): RunStatus => store.read.run(id).status
const reaches = (core: Core, id: string, status: RunStatus) =>
  until(`run ${id} to be ${status}`, () => statusOf(core, id) === status || undefined)
const stop = ({ runs }: Core, id: string) => runs.command(id, { type: 'stop', when: 'now' })

test('queued runs wait for hosts that work on the queue, then start one after another', async () => {
  const { core } = lab
  const first = await core.runs.enqueue(endless)
  const second = await core.runs.enqueue(cloudsSpec(1))
  const third = await core.runs.enqueue(cloudsSpec(1))
  assert.deepEqual(
    [first, second, third].map(({ status, hostId }) => [status, hostId]),
    [
      ['queued', null],
      ['queued', null],
      ['queued', null],
    ],
  )
  const other = lab.another()
  // Both look; each run is started once.
  core.runs.workOnQueue()
  other.runs.workOnQueue()
  await reaches(core, first.id, 'running')
  assert.deepEqual(
    [second, third].map(({ id }) => statusOf(core, id)),
    ['queued', 'queued'],
  )
  // One that is deleted leaves the queue, and comes back into it.
  core.store.write.trashRuns([second.id])
  await stop(core, first.id)
  await reaches(core, third.id, 'completed')
  core.store.write.restoreRuns([second.id])
  await reaches(core, second.id, 'completed')
  assert.deepEqual(
    [first, second, third].map(({ id }) => core.store.read.run(id).attempt),
    [1, 1, 1],
  )
})

test('a queued run can be started at once, whatever trains', async () => {
  const { core } = lab
  const active = await core.runs.launch(endless)
  const queued = await core.runs.enqueue(endless)
  assert.equal(statusOf(core, queued.id), 'queued')
  await core.runs.resume(queued.id)
  assert.equal(statusOf(core, queued.id), 'running')
  await Promise.all([stop(core, active.runId), stop(core, queued.id)])
})

test('a queued run that cannot begin fails with the reason, and the next one starts', async () => {
  const { core } = lab
  const active = await core.runs.launch(endless)
  const unfit = await core.runs.enqueue(cloudsSpec(1, { model: { kind: 'resnet', depth: 8 } }))
  const good = await core.runs.enqueue(cloudsSpec(1))
  await stop(core, active.runId)
  await reaches(core, good.id, 'completed')
  const failed = core.store.read.run(unfit.id)
  assert.equal(failed.status, 'failed')
  assert.match(failed.reason ?? '', /needs images/)
})

test('a queued run whose data has gone since says so', async () => {
  const { core } = lab
  const { meta, folder } = await core.catalogue.resolve('clouds')
  const active = await core.runs.launch(endless)
  const queued = await core.runs.enqueue(cloudsSpec(1))
  rmSync(path.join(folder), { recursive: true })
  await stop(core, active.runId)
  await reaches(core, queued.id, 'failed')
  assert.match(
    core.store.read.run(queued.id).reason ?? '',
    new RegExp(`its data set clouds \\(${meta.id}\\) is missing or damaged; import it again`),
  )
})

test('the queue outlives the program that made it', async (t) => {
  const fresh = await openLab()
  t.after(() => fresh.close())
  const queued = await fresh.core.runs.enqueue(cloudsSpec(1))
  await fresh.core.close()
  const next = fresh.another()
  assert.equal(statusOf(next, queued.id), 'queued')
  next.runs.workOnQueue()
  await reaches(next, queued.id, 'completed')
})
