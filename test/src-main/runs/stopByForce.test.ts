import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRunService } from '../../../src-main/runs/service.ts'
import { stopByForce } from '../../../src-main/runs/stopByForce.ts'
import { until } from '../../e2e/lab.ts'
import { cloudsSpec, openLab } from './lab.ts'

test('a trainer that does not answer a stop is ended by force, and what was lost is said', async (t) => {
  const lab = await openLab()
  t.after(() => lab.close())
  const { store, catalogue, devices } = lab.core
  const runs = createRunService(store, catalogue, devices, { stopPatience: 200 })
  t.after(() => runs.close())
  const active = await runs.launch(cloudsSpec(100_000))
  await until('the first checkpoint', () => store.read.checkpoint(active.runId))
  // As if it computed without end.
  process.kill(active.trainerPid ?? 0, 'SIGSTOP')
  assert.deepEqual(await runs.command(active.runId, { type: 'stop', when: 'now' }), { outcome: 'obeyed' })
  const { run } = await active.finished
  assert.equal(run.status, 'stopped')
  const from = store.read.checkpoint(run.id)?.position.stepsDone ?? assert.fail('It has a checkpoint.')
  const steps = run.stepsDone - from
  const lost =
    steps === 0
      ? 'the step under way is'
      : steps === 1
        ? 'the step after its last checkpoint is'
        : `the ${steps} steps after its last checkpoint are`
  assert.equal(
    run.reason,
    `The trainer was told to stop, was silent for 0.2 s and was ended by force; ${lost} lost; resume continues after ${from} ${from === 1 ? 'step' : 'steps'}.`,
  )
  // It goes on from there, and a trainer that answers is never ended so.
  const again = await runs.resume(run.id)
  await until('a step more', () => store.read.run(run.id).stepsDone > run.stepsDone || undefined)
  await runs.command(run.id, { type: 'stop', when: 'now' })
  const { status, reason } = (await again.finished).run
  assert.deepEqual([status, reason], ['stopped', null])
})

test('only silence counts: a trainer that gives signs of life has all the time it needs', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let ends = 0
  const force = stopByForce(60_000, () => ends++)
  t.mock.timers.tick(600_000)
  assert.equal(ends, 0, 'nobody has told it to stop')
  force.begin()
  for (let i = 0; i < 10; i++) {
    t.mock.timers.tick(59_000)
    force.heard()
  }
  assert.deepEqual([ends, force.isUsed], [0, false])
  t.mock.timers.tick(60_000)
  assert.deepEqual([ends, force.isUsed], [1, true])
})

test('signs of life alone do not help for ever: whoever waits for a device that hangs is ended too', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let ends = 0
  const force = stopByForce(60_000, () => ends++)
  force.begin()
  for (let i = 0; i < 200; i++) {
    t.mock.timers.tick(5_000)
    force.heard()
  }
  assert.equal(ends, 1)
  assert.match(
    force.explain(5, 5),
    /did not obey within 900 s .* the step under way is lost; resume continues after 5 steps/,
  )
})

test('what is lost is said whether or not a checkpoint was stored', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const force = stopByForce(1000, () => undefined)
  force.begin()
  t.mock.timers.tick(1000)
  const lost = (stepsDone: number, resumesAt: number | undefined) =>
    force.explain(stepsDone, resumesAt).replace(/^.* by force; /, '')
  assert.equal(lost(0, 0), 'the step under way is lost; resume begins it anew.')
  assert.equal(lost(1, 0), 'the step after its start is lost; resume begins it anew.')
  assert.equal(lost(7, 0), 'the 7 steps after its start are lost; resume begins it anew.')
  assert.equal(lost(7, 6), 'the step after its last checkpoint is lost; resume continues after 6 steps.')
  assert.equal(lost(7, 1), 'the 6 steps after its last checkpoint are lost; resume continues after 1 step.')
})
