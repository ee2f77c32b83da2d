import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { missingForLab, openWorkersLab } from './lab.ts'
import { beginsAgain, goesOn, midEpoch, midSnapshot, spec } from './moments.ts'
import { until } from './until.ts'

/*
 * kill -9 of each program of a lab, while one run is in the middle of an epoch and another's snapshot is on its way. Each
 * run must end as one that nobody disturbed.
 */

test('whatever dies, a run ends as one that nobody disturbed', async (t: TestContext) => {
  const missing = missingForLab()
  if (missing !== undefined) return t.skip(missing)
  const lab = await openWorkersLab(t, ['w1', 'w2'])
  const both = async () => {
    const [epoch, snapshot] = await Promise.all([midEpoch(lab, 'w1'), midSnapshot(lab, 'w2')])
    return { epoch, snapshot, from: Date.now() }
  }
  const end = async ({ epoch, snapshot }: Omit<Awaited<ReturnType<typeof both>>, 'from'>) => {
    await snapshot.agent.machine.slow(null)
    await Promise.all([lab.assertUndisturbed(epoch.runId), lab.assertUndisturbed(snapshot.runId)])
  }

  await t.test('the trainer', async (t) => {
    const { epoch, snapshot, from } = await both()
    for (const { agent } of [epoch, snapshot])
      for (const pid of agent.trainers()) process.kill(pid, 'SIGKILL')
    await snapshot.agent.machine.slow(null)
    await beginsAgain(t, lab, epoch, { what: 'trainer killed in mid-epoch', from })
    await beginsAgain(t, lab, snapshot, { what: 'trainer killed in mid-snapshot', from })
    await end({ epoch, snapshot })
  })

  await t.test('the agent', async (t) => {
    const { epoch, snapshot, from } = await both()
    const agents = [epoch.agent, snapshot.agent]
    assert.equal(agents.flatMap(({ trainers }) => trainers()).length, 2)
    await Promise.all(agents.map(({ program }) => program.kill('SIGKILL')))
    await until('trainers to end with their agents', () =>
      agents.every(({ trainers }) => trainers().length === 0),
    )
    t.diagnostic(`agent killed: its trainer has ended after ${((Date.now() - from) / 1000).toFixed(2)} s`)
    await snapshot.agent.machine.slow(null)
    await Promise.all(agents.map(({ program }) => program.start()))
    await beginsAgain(t, lab, epoch, { what: 'agent killed in mid-epoch and started again', from })
    await beginsAgain(t, lab, snapshot, { what: 'agent killed in mid-snapshot and started again', from })
    await end({ epoch, snapshot })
  })

  await t.test('the host', async (t) => {
    const { epoch, snapshot, from } = await both()
    await lab.host.kill('SIGKILL')
    await snapshot.agent.machine.slow(null)
    await lab.host.start()
    await goesOn(t, lab, epoch, { what: 'host killed in mid-epoch and started again', from })
    await goesOn(t, lab, snapshot, { what: 'host killed in mid-snapshot and started again', from })
    await end({ epoch, snapshot })
  })

  await t.test('the queue, and with it all that it has kept', async (t) => {
    const { epoch, snapshot } = await both()
    const waiting = await Promise.all([lab.place(spec, 'w1'), lab.place(spec, 'w2')])
    await until('offers', async () => {
      const offers = await lab.offers()
      return waiting.every((runId) => offers.some((id) => id.startsWith(runId)))
    })
    const from = Date.now()
    await lab.queue.lose()
    await goesOn(t, lab, epoch, { what: 'queue killed in mid-epoch, and away', from })
    await snapshot.agent.machine.slow(null)
    await goesOn(t, lab, snapshot, { what: 'queue killed in mid-snapshot, and away', from })
    const back = Date.now()
    await lab.queue.start()
    await end({ epoch, snapshot })
    const begun = await Promise.all(waiting.map((runId) => lab.taker(runId, ({ attempt }) => attempt > 0)))
    t.diagnostic(
      `queue lost with ${begun.length} offers, and back empty: taken after ${((Date.now() - back) / 1000).toFixed(2)} s`,
    )
    await Promise.all(waiting.map((runId) => lab.assertUndisturbed(runId)))
  })
  await lab.assertQuiet()
})
