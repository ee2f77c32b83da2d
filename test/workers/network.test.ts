import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { missingForLab, openWorkersLab, patience } from './lab.ts'
import { beginsAgain, goesOn, midEpoch, slowLink, spec } from './moments.ts'
import { eventually, until } from './until.ts'

/* Networks that are cut, or slow, and a worker that stands still for a while. */

test('whatever becomes of the network, a run ends as one that nobody disturbed', async (t: TestContext) => {
  const missing = missingForLab()
  if (missing !== undefined) return t.skip(missing)
  const lab = await openWorkersLab(t, ['w1', 'w2', 'w3'])

  const shortCut = t.test('a cut shorter than patience: the same attempt goes on', async (t) => {
    const run = await midEpoch(lab, 'w1')
    await run.agent.machine.cut()
    await eventually(
      'the lab to notice',
      () => lab.core.store.read.run(run.runId).place?.outOfTouchSince ?? undefined,
    )
    await run.agent.machine.mend()
    await goesOn(t, lab, run, { what: 'cut within patience, from its mending', from: Date.now() })
    await lab.assertUndisturbed(run.runId)
  })
  const slow = t.test('a slow link does not hold up the trainer', async (t) => {
    const run = await midEpoch(lab, 'w2')
    await run.agent.machine.slow(slowLink / 8)
    const from = Date.now()
    await until('the trainer to end', () => run.agent.trainers().length === 0)
    const { stepsDone } = lab.core.store.read.run(run.runId)
    t.diagnostic(
      `link of ${slowLink / 8} kbit/s: its trainer ended after ${((Date.now() - from) / 1000).toFixed(2)} s, with ${stepsDone} of 1500 steps at the host`,
    )
    assert.ok(stepsDone < 1500, 'it did not wait for the host')
    await run.agent.machine.slow(null)
    await goesOn(t, lab, run, { what: 'slow link', from })
    await lab.assertUndisturbed(run.runId)
  })
  await Promise.all([shortCut, slow])

  const longCut = t.test(
    'a cut longer than patience: another worker takes it, and the old one is fenced',
    async (t) => {
      const run = await midEpoch(lab)
      const [trainer] = run.agent.trainers()
      const from = Date.now()
      await run.agent.machine.cut()
      await beginsAgain(t, lab, run, {
        what: `cut for longer than the patience of ${patience / 1000} s`,
        from,
      })
      assert.notEqual(lab.core.store.read.run(run.runId).place?.worker?.name, run.agent.name)
      const mended = Date.now()
      await run.agent.machine.mend()
      await until('the old attempt to be fenced', () => run.agent.attempts(run.runId).length === 0)
      assert.equal(run.agent.trainers().includes(trainer ?? 0), false, 'its trainer is gone')
      t.diagnostic(`mended: fenced after ${((Date.now() - mended) / 1000).toFixed(2)} s`)
      await lab.assertUndisturbed(run.runId)
    },
  )
  await longCut

  await t.test('a zombie: agent and trainer stand still beyond patience, and come back', async (t) => {
    const run = await midEpoch(lab)
    const stopped = [run.agent.program.pid, ...run.agent.trainers()]
    const from = Date.now()
    for (const pid of stopped) process.kill(pid, 'SIGSTOP')
    await beginsAgain(t, lab, run, {
      what: `standing still for longer than the patience of ${patience / 1000} s`,
      from,
    })
    const back = Date.now()
    for (const pid of stopped) process.kill(pid, 'SIGCONT')
    await until('the old attempt to be fenced', () => run.agent.attempts(run.runId).length === 0)
    t.diagnostic(`back: fenced after ${((Date.now() - back) / 1000).toFixed(2)} s`)
    await lab.assertUndisturbed(run.runId)
  })

  await t.test('the host is away when an offer is taken: it goes back, delayed', async (t) => {
    const w1 = lab.agents[0]
    assert.ok(w1 !== undefined)
    process.kill(w1.program.pid, 'SIGSTOP')
    const runId = await lab.place(spec, 'w1')
    await until('the offer', async () => (await lab.offers()).some((id) => id.startsWith(runId)))
    await lab.host.kill('SIGKILL')
    process.kill(w1.program.pid, 'SIGCONT')
    await until('the offer to be back, delayed', async () =>
      (await lab.offers('delayed')).some((id) => id.startsWith(runId)),
    )
    const from = Date.now()
    await lab.host.start()
    await lab.taker(runId, ({ attempt }) => attempt > 0)
    t.diagnostic(
      `host away when the offer was taken: begun ${((Date.now() - from) / 1000).toFixed(2)} s after its start`,
    )
    await lab.assertUndisturbed(runId)
  })
  await lab.assertQuiet()
})
