import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { StudyChange, StudyListChange } from '../../../shared/api/studies.ts'
import { createServices } from '../../../src-main/api/index.ts'
import { type CoreLab, cloudsSpec, openLab } from '../runs/lab.ts'
import { cloudsSweep } from '../studies/support.ts'

/* What a window asks of studies, over a real core. */

let lab: CoreLab

before(async () => {
  lab = await openLab()
})
after(() => lab.close())

test('a study is planned with its price, launched, followed and asked', async () => {
  const { studies, lab: settings } = createServices(lab.core, 'browser')
  const plan = await studies.plan(cloudsSweep([0.01, 0.1], { seeds: [1, 2] }))
  assert.deepEqual([plan.runs, plan.steps, plan.seconds], [4, 84, null], 'nothing like it was trained before')
  // Weights of 4 × 8 + 8 + 8 × 3 + 3, with momentum; one snapshot a run.
  const parameters = 67
  const judged = 300 - 210
  assert.equal(plan.bytes, 4 * (4 * parameters * 2 + judged * (4 * 3 + 2)))
  assert.deepEqual(studies.list(), [], 'planning stores nothing')

  const end = new AbortController()
  const list = studies.changes(undefined, end.signal)[Symbol.asyncIterator]()
  const first = (await list.next()).value
  assert.deepEqual(first?.value, { changed: [], removed: [] } satisfies StudyListChange)
  const study = await studies.launch(cloudsSweep([0.01, 0.1], { name: 'two rates' }))
  assert.equal(study.name, 'two rates')
  assert.deepEqual(
    (await list.next()).value?.value.changed.map(({ id }: { id: string }) => id),
    [study.id],
  )
  const one = studies.watch(study.id, undefined, end.signal)[Symbol.asyncIterator]()
  const next = async (): Promise<StudyChange> => (await one.next()).value?.value
  assert.equal((await next()).cells.length, 2)
  assert.equal((await studies.command({ id: study.id, command: 'pause' })).status, 'paused')
  const paused = await next()
  assert.deepEqual([paused.study.status, paused.cells], ['paused', []])
  await assert.rejects(
    studies.command({ id: study.id, command: 'pause' }),
    /it is paused, and only one that is active can be/,
  )
  assert.equal((await studies.command({ id: study.id, command: 'resume' })).status, 'active')
  assert.equal(studies.edit({ id: study.id, note: 'why', slots: 3 }).slots, 3)
  assert.throws(() => studies.remove({ id: study.id, runs: true }), /it is active; cancel it first/)
  await studies.command({ id: study.id, command: 'cancel' })
  studies.remove({ id: study.id, runs: true })
  assert.deepEqual(studies.list(), [])
  studies.restore(study.id)
  assert.equal(studies.get(study.id).cells[0]?.status, 'stopped')
  assert.deepEqual(settings.setSlots({ processor: 2, graphics: 1 }), { processor: 2, graphics: 1 })
  assert.deepEqual(settings.slots(), { processor: 2, graphics: 1 })
  end.abort()
  await Promise.all([list.return?.(), one.return?.()])
})

test('a study that cannot be planned is refused in one sentence, and nothing of it is stored', async () => {
  const { studies } = createServices(lab.core, 'browser')
  const before = studies.list().length
  const runs = lab.core.store.read.runs().length
  const wrong: readonly [unknown, RegExp][] = [
    [{ kind: 'sweep' }, /base/],
    [cloudsSweep([]), /schedule\.lrMax/],
    [{ ...cloudsSweep([0.1]), axes: [{ path: 'optimiser.momentum', values: [1] }] }, /optimiser\.momentum/],
    [cloudsSweep([0.1], { base: cloudsSpec(1, { dataset: { name: 'gone' } }) }), /gone/],
  ]
  for (const [spec, words] of wrong) {
    await assert.rejects(studies.launch(spec), (error: Error) => {
      assert.equal(error.name, 'UserError')
      assert.match(error.message, words)
      assert.ok(!error.message.includes('\n'))
      return true
    })
  }
  assert.equal(studies.list().length, before)
  assert.equal(lab.core.store.read.runs().length, runs)
})

test('ranks are tested by the host', async () => {
  const { studies } = createServices(lab.core, 'browser')
  const told = await studies.rankTests([
    [1, 2],
    [1, 2],
  ])
  // Two methods in two comparisons: χ² = (12 / (2·2·3))·(2² + 4²) - 3·2·3 = 2.
  assert.ok(Math.abs((told.friedman?.chiSquared ?? 0) - 2) < 1e-9)
  assert.deepEqual(await studies.rankTests([]), { friedman: null, criticalDifference: null })
})
