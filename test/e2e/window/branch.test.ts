import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator } from 'playwright-core'
import { cloudsCsv } from '../lab.ts'
import { assertAccessible, eventually, makeWindowLab } from './support.ts'

/* A run that grows out of a snapshot of another one: from its menu through New run to its lineage. */

const lab = await makeWindowLab()
const csv = lab.write('clouds.csv', cloudsCsv(300))
const imported = await lab.run('datasets', 'import', csv, '--format', 'csv', '--label', 'cloud')
assert.equal(imported.code, 0, imported.stderr)
const spec = {
  name: 'trunk',
  dataset: { name: 'clouds' },
  model: { kind: 'mlp', hidden: [8] },
  schedule: { kind: 'sgdr', lrMax: 0.1, t0: 1 },
  batchSize: 10,
  budget: { epochs: 3 },
}
const trained = await lab.run('train', '--spec', lab.write('run.json', JSON.stringify(spec)))
assert.equal(trained.code, 0, trained.stderr)
const trunk = lab.look(({ read }) => read.runs()[0])
assert.ok(trunk)
const host = await lab.serve()
const { page, go, problems } = await lab.open(host)

const note = (): Locator => page.getByRole('region', { name: 'The run it comes from' })
const tree = (): Locator => page.getByRole('region', { name: 'Lineage' })
const choose = async (button: string | RegExp, item: string): Promise<void> => {
  await page.getByRole('button', { name: button, exact: true }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

let child: string

test('a snapshot leads to New run, which says what it branches from and what it changes', async () => {
  await go(`/runs/${trunk.id}`)
  await choose('More of the snapshot of cycle 1', 'Branch from here…')
  const stepsDone = trunk.planned.plan.stepsPerEpoch
  await note().getByText(`Branches from trunk, cycle 1, step ${stepsDone}`).waitFor()
  await note().getByText('Nothing is changed yet.').waitFor()
  await assertAccessible(page)
  await page.locator('[name="budget.epochs"]').fill('2')
  await note().getByRole('listitem').getByText('budget 3 epochs → 2 epochs').waitFor()
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await page.waitForURL(/\/runs\/(?!$)/)
  child = await eventually('the end of the branch', async () => {
    const run = lab.look(({ read }) => read.runs({ status: 'completed' })).find(({ id }) => id !== trunk.id)
    return run?.id
  })
  const run = lab.look(({ read }) => read.run(child))
  assert.equal(run.finalWeightsSha256, trunk.finalWeightsSha256, "the rest of its parent's schedule")
})

test('the page of the branch tells its descent, and shows the family', async () => {
  await go(`/runs/${child}`)
  await page.getByText(/branches from/).waitFor()
  await page.getByRole('tab', { name: 'Lineage 2' }).click()
  await tree().getByRole('row').nth(2).waitFor()
  const rows = await tree().getByRole('row').allInnerTexts()
  assert.equal(rows.length, 3)
  assert.match(rows[2] ?? '', /this run\s+cycle 1, step \d+\s+budget 3 epochs → 2 epochs\s+\d+\.\d.%/)
  await assertAccessible(page)
  await tree().getByRole('link', { name: 'trunk' }).click()
  await page.getByRole('heading', { name: 'trunk' }).waitFor()
})

test('the table marks it, in words too', async () => {
  await go('/')
  await page.getByRole('img', { name: /^branches from trunk, cycle 1, step \d+$/ }).waitFor()
  await assertAccessible(page)
})

test('what New run comes from can be taken off, and stays off', async () => {
  await go(`/runs/${trunk.id}`)
  await choose('More', 'Run again with another seed…')
  await note().getByText('Runs again: trunk').waitFor()
  assert.equal(await page.locator('[name="seed"]').inputValue(), '2')
  await go(`/runs/${trunk.id}`)
  await choose('More', 'Fine-tune its last state…')
  await note().getByText('Fine-tunes trunk, its last state').waitFor()
  await note().getByRole('button', { name: 'Fresh weights instead' }).click()
  await note().waitFor({ state: 'detached' })
  await page.reload()
  await page.getByRole('heading', { name: 'New run' }).waitFor()
  assert.equal(await note().count(), 0)
})

test('a parent that was deleted is told by its name', async () => {
  lab.look(({ write }) => write.trashRuns([trunk.id]))
  await go(`/runs/${child}`)
  await page.getByText('branches from trunk, which was deleted').waitFor()
  await page.getByRole('tab', { name: 'Lineage 2' }).click()
  await tree().getByText('not known, its parent was deleted').waitFor()
  assert.deepEqual(problems, [])
})
