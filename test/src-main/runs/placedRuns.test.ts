import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createPulse } from '../../../src-main/api/pulse.ts'
import { createRunServices } from '../../../src-main/api/runs.ts'
import type { Core } from '../../../src-main/core.ts'
import type { RunRecord } from '../../../src-main/store/types.ts'
import { until } from '../../e2e/lab.ts'
import { ended, metrics, state } from '../store/fixtures.ts'
import { type CoreLab, cloudsSpec, openLab } from './lab.ts'

/* Runs on other machines as the doors see them. The test is the worker: it says what one would, through the host it came to. */

let lab: CoreLab
/** It listens for workers; the others only ask. */
let host: Core
let other: Core
const worker = 'box00001'
const any = { at: 'anyWorker' } as const

before(async () => {
  lab = await openLab()
  host = lab.core
  other = lab.another()
  host.runs.workOnQueue()
  for (const [name, codeHash] of [
    ['box', 'one'],
    ['old', 'two'],
  ] as const) {
    const { id } = host.store.workers.invite({ name, codeHash, codeUntil: Date.now() + 60_000 })
    if (name === 'old') host.store.workers.setState(id, 'removed', null)
  }
})
after(() => lab.close())

function take({ id }: { readonly id: string }): RunRecord {
  const run = host.store.workers.claim(id, { workerId: worker })
  assert.ok(run)
  return run
}
const keyOf = ({ id, attempt }: RunRecord) => ({ runId: id, attempt })

test('a run that is placed elsewhere waits there, whatever starts runs here', async () => {
  let queued = 0
  const end = host.runs.onQueued(() => queued++)
  const services = createRunServices(host, createPulse(host), '.')
  const launched = await services.launch({ spec: cloudsSpec(1), when: 'now', placement: any })
  const again = await services.branch({
    spec: cloudsSpec(1, { seed: 2 }),
    kind: 'again',
    runId: launched.id,
    when: 'now',
    placement: any,
  })
  end()
  assert.deepEqual([launched.status, again.status, queued], ['queued', 'queued', 2])
  // What is of here is started past them.
  const here = await host.runs.enqueue(cloudsSpec(1))
  await until('the end of the run of here', () =>
    host.store.read.run(here.id).status === 'completed' ? true : undefined,
  )
  for (const { id } of [launched, again]) {
    assert.equal(host.store.read.run(id).status, 'queued')
    assert.deepEqual(await other.runs.command(id, { type: 'stop', when: 'now' }), { outcome: 'obeyed' })
    assert.match(other.store.read.run(id).reason ?? '', /withdrawn before a worker took it/)
  }
})

test('a worker that is not there is told of, with those that are', async () => {
  const gone = host.store.workers.list().find(({ name }) => name === 'old')
  for (const workerId of ['zzzzzzzz', gone?.id ?? '']) {
    const placement = { at: 'worker', workerId } as const
    await assert.rejects(host.runs.enqueue(cloudsSpec(1), undefined, placement), {
      name: 'UserError',
      message: /is not there.*choose one of box\.$/,
    })
    await assert.rejects(host.studies.launch({}, placement), { message: /choose one of box\.$/ })
  }
})

test('orders wait for a worker that is out of touch, once each, and say so; those it answers are done', async () => {
  const { runs } = other
  const queued = await runs.enqueue(cloudsSpec(3), undefined, any)
  await assert.rejects(runs.command(queued.id, { type: 'pause' }), {
    message: /it is queued\); wait until a worker has taken it first/,
  })
  const run = take(queued)
  const pause = { type: 'pause' } as const
  const asked = await runs.command(run.id, pause, 0)
  assert.deepEqual(asked, {
    outcome: 'waits',
    reason: `The worker ${worker} has not answered yet; the order is kept, and reaches the run when that worker next connects.`,
  })
  host.store.workers.noteSilent(Date.now() + 1)
  const silent = await runs.command(run.id, pause, 0)
  assert.ok(silent.outcome === 'waits')
  assert.match(silent.reason, /^The worker \w+ is out of touch since \d\d:\d\d; the order is kept/)
  const orders = host.store.write.takeRequests(run.id)
  assert.deepEqual(
    orders.map(({ command }) => command),
    [pause],
  )
  // It is back, and its trainer obeys while somebody waits for that.
  const answer = runs.command(run.id, { type: 'pause' })
  const [order] = orders
  host.store.record([
    { ...keyOf(run), seq: 0, type: 'status', status: 'paused', step: 0 },
    { ...keyOf(run), seq: 1, type: 'obeyed', requestId: order?.requestId ?? 0 },
  ])
  assert.deepEqual(await answer, { outcome: 'obeyed' })
  const stop = runs.command(run.id, { type: 'stop', when: 'now' })
  await until('the order', () => host.store.write.takeRequests(run.id)[0])
  host.store.record([ended(run, 2, 'stopped')])
  assert.deepEqual(await stop, { outcome: 'obeyed' })
})

test('its host leaves it alone when it closes, and those who watch are told what the next one stores', async () => {
  const closing = lab.another()
  const queued = await closing.runs.enqueue(cloudsSpec(3), undefined, any)
  const run = closing.store.workers.claim(queued.id, { workerId: worker })
  assert.ok(run)
  await closing.close()
  assert.equal(host.store.read.run(run.id).status, 'running')
  const asked = await host.runs.command(run.id, { type: 'pause' }, 0)
  assert.ok(asked.outcome === 'waits' && /No program of this lab listens for worker/.test(asked.reason))
  assert.deepEqual(
    host.store.workers.adopt().map(({ runId }) => runId),
    [run.id],
  )
  const told: string[] = []
  const end = host.runs.subscribe((events) => told.push(...events.map(({ type }) => type)))
  const events = [metrics(run, 0, 0, 10)]
  assert.equal(host.store.record(events), true)
  host.runs.tellStored(events)
  end()
  assert.deepEqual(told, ['metrics'])
  host.store.record([ended(run, 1, 'stopped')])
})

test('resumed and extended, it waits for a worker again, with its state', async () => {
  const { runs, store } = host
  const run = take(await runs.enqueue(cloudsSpec(1), undefined, any))
  store.record([
    metrics(run, 0, 0, 10),
    { ...keyOf(run), seq: 1, type: 'checkpoint', state: state(10) },
    ended(run, 2, 'stopped'),
  ])
  assert.equal(await runs.goOn(run.id), undefined)
  const waiting = store.read.run(run.id)
  assert.deepEqual([waiting.status, waiting.reason, waiting.place?.placement], ['queued', null, any])
  await assert.rejects(runs.goOn(run.id), /queueing run \w+ again: it is queued already/)
  await assert.rejects(runs.resume(run.id), /placed on another machine/)
  const again = take(run)
  assert.equal(again.attempt, 2)
  assert.equal(store.read.checkpoint(run.id)?.position.stepsDone, 10)
  store.record([ended(again, 0)])
  await assert.rejects(runs.goOn(run.id), /it has completed all of its/)
  assert.equal(await runs.goOn(run.id, { cycles: 1 }), undefined)
  const longer = store.read.run(run.id)
  assert.equal(longer.totalSteps, 2 * run.totalSteps)
  assert.equal(longer.status, 'queued')
  await runs.command(run.id, { type: 'stop', when: 'now' })
})

test('a study trains where it says, its later cells too', async () => {
  const id = await host.studies.launch(
    {
      kind: 'sweep',
      base: cloudsSpec(1),
      axes: [{ path: 'schedule.lrMax', values: [0.1, 0.2] }],
      search: { method: 'grid' },
    },
    any,
  )
  const { study, cells } = host.store.read.study(id)
  assert.deepEqual(study.placement, any)
  const runs = cells.map(({ runId }) => host.store.read.run(runId))
  assert.deepEqual(
    runs.map(({ status, place }) => [status, place?.placement]),
    cells.map(() => ['queued', any]),
  )
  const [first] = runs
  assert.ok(first)
  host.store.record([ended(take(first), 0)])
  await host.studies.extend({ id, seeds: [7] })
  const more = host.store.read.study(id).cells
  assert.equal(more.length, 4)
  for (const { runId } of more) assert.deepEqual(host.store.read.run(runId).place?.placement, any)
  await host.studies.command(id, 'cancel')
  assert.deepEqual(host.store.workers.offerable(), [])
})
