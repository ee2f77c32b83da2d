import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { encodeEvent } from '../../src-main/agent/spool/record.ts'
import { sh } from '../src-main/workers/machines/sh.ts'
import { type Agent, joinAgent } from './agents.ts'
import { missingForLab, openWorkersLab, type WorkersLab } from './lab.ts'
import { beginsAgain, goesOn, midEpoch } from './moments.ts'
import { eventually, until } from './until.ts'

/* What befalls a worker besides its death: it is told to end, its disk is full, its spool is not what it was, it is removed. */

test('whatever befalls a worker, a run ends as one that nobody disturbed', async (t: TestContext) => {
  const missing = missingForLab()
  if (missing !== undefined) return t.skip(missing)
  const lab = await openWorkersLab(t, ['w1', 'w2'], { disks: { w2: 8 } })
  const [w1, w2] = lab.agents
  assert.ok(w1 !== undefined && w2 !== undefined)

  const damaged = t.test(
    'a damaged spool: what stands before is kept, and a new attempt goes on',
    async (t) => {
      const run = await midEpoch(lab, 'w1')
      const [folder = ''] = w1.attempts(run.runId)
      const grown = sizeOf(folder) + 20_000
      await w1.machine.cut()
      await until('a longer spool', () => sizeOf(folder) > grown)
      await w1.program.kill('SIGKILL')
      const segment = path.join(folder, segmentsOf(folder).at(-1) ?? '')
      const bytes = readFileSync(segment)
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 10_000) ^ 1, bytes.length - 10_000)
      writeFileSync(segment, bytes)
      await w1.machine.mend()
      const from = Date.now()
      await w1.program.start()
      await beginsAgain(t, lab, run, { what: 'spool damaged, from the start of its agent', from })
      await lab.assertUndisturbed(run.runId)
    },
  )
  const fullDisk = t.test(
    'a full disk: the run stands still, says why, and goes on when there is room',
    async (t) => {
      const run = await midEpoch(lab, 'w2')
      const filler = path.join(w2.folder, 'filler')
      await eventually('the reason', async () => {
        await sh(`cat /dev/zero >>'${filler}'`)
        return (await troubleOf(lab, w2))?.includes('cannot be written') || undefined
      })
      t.diagnostic(`full disk: ${await troubleOf(lab, w2)}`)
      const { stepsDone } = lab.core.store.read.run(run.runId)
      const from = Date.now()
      rmSync(filler)
      await goesOn(
        t,
        lab,
        { ...run, stepsDone },
        { what: 'disk full, from the time when there is room', from },
      )
      await lab.assertUndisturbed(run.runId)
    },
  )
  await Promise.all([damaged, fullDisk])

  await t.test('a hostile spool: nothing of it is stored', async (t) => {
    await w2.program.kill('SIGKILL')
    const run = await midEpoch(lab, 'w1')
    const forged = path.join(w2.folder, 'spool', run.runId, String(run.attempt))
    const seq = (lab.core.store.workers.placedAttempt(run.runId)?.lastSeq ?? 0) + 1
    const { record } = encodeEvent({
      runId: run.runId,
      attempt: run.attempt,
      seq,
      type: 'ended',
      status: 'completed',
      stepsDone: 1500,
      weightsSha256: 'f'.repeat(64),
    })
    mkdirSync(forged, { recursive: true })
    writeFileSync(path.join(forged, `segment-${String(seq).padStart(12, '0')}.log`), record)
    const garbage = path.join(w2.folder, 'spool', 'garbage', '1')
    mkdirSync(garbage, { recursive: true })
    writeFileSync(path.join(garbage, 'segment-000000000000.log'), Buffer.alloc(100_000, 0x41))
    const elsewhere = path.join(lab.home, 'elsewhere', '1')
    mkdirSync(elsewhere, { recursive: true })
    writeFileSync(path.join(elsewhere, 'segment-000000000000.log'), 'not to be touched')
    const link = path.join(w2.folder, 'spool', 'link')
    symlinkSync(path.dirname(elsewhere), link)
    const from = Date.now()
    await w2.program.start()
    await until(
      'nothing of it to be left',
      () => w2.attempts(run.runId).length + w2.attempts('garbage').length === 0,
    )
    t.diagnostic(
      `hostile spool: turned down ${((Date.now() - from) / 1000).toFixed(2)} s after the start of its agent`,
    )
    await goesOn(t, lab, run, { what: "another worker's hostile spool", from })
    await lab.assertUndisturbed(run.runId)
    assert.deepEqual(readdirSync(elsewhere), ['segment-000000000000.log'], 'a link is not followed')
    rmSync(link)
  })

  await t.test('preempted in mid-epoch: no failure is spent, and it goes on at the exact step', async (t) => {
    const run = await midEpoch(lab)
    const from = Date.now()
    await run.agent.program.kill('SIGTERM')
    const { read } = lab.core.store
    const { stepsDone, place } = read.run(run.runId)
    assert.equal(read.checkpoint(run.runId)?.position.stepsDone, stepsDone, 'the state of that very step')
    assert.equal(place?.failures, 0)
    assert.deepEqual([run.agent.attempts(run.runId), run.agent.trainers()], [[], []])
    t.diagnostic(
      `preempted: its agent has ended after ${((Date.now() - from) / 1000).toFixed(2)} s, at step ${stepsDone}`,
    )
    await beginsAgain(t, lab, run, { what: 'preempted in mid-epoch', from })
    await run.agent.program.start()
    await lab.assertUndisturbed(run.runId)
  })

  await t.test('removed from the lab: its token is void, and another worker goes on', async (t) => {
    const run = await midEpoch(lab)
    const from = Date.now()
    await lab.core.workers.command({ id: run.agent.id, command: 'remove' })
    await until('its trainer to end', () => run.agent.trainers().length === 0)
    t.diagnostic(`removed: its trainer has ended after ${((Date.now() - from) / 1000).toFixed(2)} s`)
    await beginsAgain(t, lab, run, { what: 'token revoked', from })
    assert.match(run.agent.program.said(), /removed|does not know/)
    // It cannot know whether it is to join again with what it has: what it kept goes when it has.
    await joinAgent(lab.core, { ...run.agent, name: 'again', address: lab.address })
    await lab.assertUndisturbed(run.runId)
  })
  await lab.assertQuiet()
})

const segmentsOf = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith('segment-'))
    .sort()

const sizeOf = (folder: string): number =>
  segmentsOf(folder).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0)

/** Why a run stands still, as the lab shows it beside the worker. */
const troubleOf = async ({ core }: WorkersLab, { id }: Agent): Promise<string | undefined> =>
  (await core.workers.info()).workers.find((worker) => worker.id === id)?.about?.slots[0]?.unusable
