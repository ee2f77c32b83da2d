import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Update } from '../../../shared/api/services.ts'
import { createServices } from '../../../src-main/api/index.ts'
import { createInterruptions } from '../../../src-main/runs/interruptions.ts'
import { createRunService } from '../../../src-main/runs/service.ts'
import { connect } from '../../../src-main/store/database.ts'
import { until } from '../../e2e/lab.ts'
import { cloudsSpec, openLab } from '../runs/lab.ts'
import { afterwards, claimedRun } from '../store/fixtures.ts'
import { openReachable } from '../store/reachable.ts'

test('an end that the database cannot take is told at once, and stored as soon as it can', async (t) => {
  const lab = await openLab()
  const { store } = openReachable(t)
  const runs = createRunService(store, lab.core.catalogue, lab.core.devices)
  const services = createServices({ ...lab.core, store, runs }, 'browser')
  const other = connect(store.path)
  const opened: AsyncIterator<unknown>[] = []
  const follow = <T>(steps: AsyncIterable<Update<T>>): (() => Promise<T>) => {
    const iterator = steps[Symbol.asyncIterator]()
    opened.push(iterator)
    return async () => (await iterator.next()).value.value
  }
  afterwards(t, async () => {
    other.close()
    for (const iterator of opened) await iterator.return?.()
    await runs.close()
    await lab.close()
  })

  const { id } = await services.runs.launch({ spec: cloudsSpec(100_000), when: 'now' })
  const page = follow(services.runs.watch(id, undefined, undefined))
  const table = follow(services.runs.changes(undefined, undefined))
  const health = follow(services.lab.health(undefined, undefined))
  assert.deepEqual(await health(), { access: 'write', fault: null, damage: [] })
  await until('the first steps', () => store.read.run(id).stepsDone > 0 || undefined)
  // Another program keeps the file: nothing can be written, what is stored can be read.
  other.exec('BEGIN IMMEDIATE')

  const { access, fault } = await health()
  assert.deepEqual([access, fault?.kind], ['write', 'locked'], 'every page is told, whatever it shows')
  assert.match(fault?.words ?? '', /another program has kept it locked/)
  let { run, samplesPerSecond, isHere } = await page()
  while (run.status === 'running') ({ run, samplesPerSecond, isHere } = await page())
  assert.deepEqual([run.status, samplesPerSecond, isHere], ['interrupted', null, false])
  assert.match(run.reason ?? '', /^The database could not be written .*locked/)
  let rows = (await table()).changed
  while (rows.every(({ status }) => status === 'running')) rows = (await table()).changed
  assert.deepEqual(
    rows.map((row) => [row.id, row.status, row.reason]),
    [[id, 'interrupted', run.reason]],
  )

  assert.equal(store.read.run(id).status, 'running', 'the database does not know yet')
  assert.equal(services.runs.get(id).status, 'interrupted')
  assert.deepEqual(
    services.runs.list({ of: 'current' }).map(({ status }) => status),
    ['interrupted'],
  )
  const reloaded = follow(services.runs.watch(id, undefined, undefined))
  assert.equal((await reloaded()).run.status, 'interrupted', 'a reload tells the same')
  assert.deepEqual(await services.runs.command({ id, command: { type: 'stop', when: 'now' } }), {
    outcome: 'obeyed',
  })
  const refused = await services.runs.command({ id, command: { type: 'pause' } })
  assert.ok(refused.outcome === 'refused' && /to pause: it is interrupted/.test(refused.reason))

  other.exec('ROLLBACK')
  await until('the end to be stored', () => store.read.run(id).status === 'interrupted' || undefined)
  assert.equal(store.read.run(id).reason, run.reason)
  assert.equal((await health()).fault, null, 'and told again when the database takes writes')
})

test('the end of a run that is gone meanwhile is tried no more', (t) => {
  const { store } = openReachable(t)
  const [run, gone] = [claimedRun(store), claimedRun(store)]
  const interruptions = createInterruptions(store)
  afterwards(t, () => interruptions.close())
  const other = connect(store.path)
  afterwards(t, () => other.close())
  other.exec('BEGIN IMMEDIATE')
  for (const { id, attempt } of [gone, run])
    interruptions.put({ runId: id, attempt, reason: 'its trainer is gone', status: 'interrupted' })
  assert.equal(interruptions.unstored().length, 2)
  other.run('DELETE FROM runs WHERE id = ?', gone.id)
  other.exec('COMMIT')
  let told = 0
  interruptions.listen(() => told++)
  interruptions.close()
  assert.deepEqual(interruptions.unstored(), [])
  assert.equal(told, 2, 'those who show either run look again')
  assert.equal(store.read.run(run.id).status, 'interrupted')
})
