import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { EditedPlan } from '../../../shared/run/plan.ts'
import type { Core } from '../../../src-main/core.ts'
import { until } from '../../e2e/lab.ts'
import { type CoreLab, cloudsSpec, openLab } from './lab.ts'

/* A command resolves when the trainer has obeyed or refused: what it brought about is stored by then. */

let lab: CoreLab
let other: Core

before(async () => {
  lab = await openLab()
  other = lab.another()
})
after(() => lab.close())

const endless = cloudsSpec(100_000, { schedule: { kind: 'sgdr', lrMax: 0.1, t0: 50, unit: 'epoch' } })
const obeyed = { outcome: 'obeyed' }

/** The last step of the cycle that the first edit ends. */
function annealedEnd({ edits: [edit] }: EditedPlan): number | undefined {
  return edit && edit.atStep + edit.steps - 1
}

for (const from of ['the same', 'another'] as const) {
  test(`a run is paused, goes on, anneals, refuses and stops when asked from ${from} host`, async () => {
    const asker = from === 'the same' ? lab.core : other
    const { read } = asker.store
    const { runId } = await lab.core.runs.launch(endless)
    const ask = (command: Parameters<Core['runs']['command']>[1]) => asker.runs.command(runId, command)
    await until('the first step', () => read.run(runId).stepsDone > 0 || undefined)
    assert.deepEqual(await ask({ type: 'pause' }), obeyed)
    assert.equal(read.run(runId).status, 'paused')
    assert.deepEqual(await ask({ type: 'annealNow', epochs: 20 }), obeyed)
    assert.equal(read.run(runId).planned.edits.length, 1)
    const again = await ask({ type: 'annealNow', epochs: 1 })
    assert.ok(again.outcome === 'refused' && /^While annealing now: .*\.$/.test(again.reason))
    assert.equal(read.run(runId).planned.edits.length, 1)
    // While it is paused no cycle can end.
    assert.equal(read.summary(runId).stopsAfterStep, null)
    assert.deepEqual(await ask({ type: 'stop', when: 'cycleEnd' }), obeyed)
    const { stopsAfterStep, planned } = read.summary(runId)
    assert.equal(stopsAfterStep, annealedEnd(planned))
    assert.deepEqual(await ask({ type: 'keepGoing' }), obeyed)
    assert.equal(read.summary(runId).stopsAfterStep, null)
    assert.deepEqual(await ask({ type: 'resume' }), obeyed)
    assert.equal(read.run(runId).status, 'running')
    // Else a fast machine ends the cycle, and with it the run, between the two.
    assert.deepEqual(await ask({ type: 'pause' }), obeyed)
    assert.deepEqual(await ask({ type: 'stop', when: 'cycleEnd' }), obeyed)
    assert.deepEqual(await ask({ type: 'stop', when: 'now' }), obeyed)
    assert.equal(read.run(runId).status, 'stopped')
    assert.equal(read.summary(runId).stopsAfterStep, null, 'nothing is planned for a run that has ended')
    await assert.rejects(ask({ type: 'pause' }), /nobody runs it now \(it is stopped\); resume it first/)
  })

  test(`a trainer that dies with a command refuses it, asked from ${from} host`, async () => {
    const asker = from === 'the same' ? lab.core : other
    const active = await lab.core.runs.launch(endless)
    await until('the first step', () => asker.store.read.run(active.runId).stepsDone > 0 || undefined)
    // It stands still, so that the command finds it alive and is never answered.
    process.kill(active.trainerPid ?? 0, 'SIGSTOP')
    const answer = asker.runs.command(active.runId, { type: 'pause' })
    const stopping = asker.runs.command(active.runId, { type: 'stop', when: 'now' })
    process.kill(active.trainerPid ?? 0, 'SIGKILL')
    const outcome = await answer
    assert.ok(outcome.outcome === 'refused')
    assert.match(outcome.reason, /^While asking run \w+ to pause: it is interrupted with \d+ steps done/)
    assert.deepEqual(await stopping, obeyed, 'whoever wanted an end has it')
  })
}

test('patience with another host ends in a sentence', async () => {
  const active = await lab.core.runs.launch(endless)
  await until('the first step', () => other.store.read.run(active.runId).stepsDone > 0 || undefined)
  process.kill(active.trainerPid ?? 0, 'SIGSTOP')
  const outcome = await other.runs.command(active.runId, { type: 'pause' }, 200)
  assert.ok(outcome.outcome === 'refused')
  assert.match(outcome.reason, /has not obeyed within 0.2 s; it may still do so\.$/)
  process.kill(active.trainerPid ?? 0, 'SIGCONT')
  assert.deepEqual(await other.runs.command(active.runId, { type: 'stop', when: 'now' }), obeyed)
})
