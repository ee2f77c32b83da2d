import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertAccessible } from '../support.ts'
import { box, first, headline, lab, panel, partOf, scoreOf, second, shown, window } from './lab.ts'

/* The page of ensembles: several runs, runs that still train, and the list of what was saved. */

test('snapshots of two runs are combined, saved and opened again', async () => {
  const { page } = window
  await window.go('/ensembles')
  await page.getByRole('link', { name: 'the last three' }).waitFor()
  await pick('Combine the snapshots of a run', 'first')
  await pick('Add the snapshots of a run', 'second')
  const snapshots = lab.look(({ read }) => [...read.snapshots(first), ...read.snapshots(second)])
  const scores = scoreOf(snapshots.map(({ id }) => partOf(id, 'test')))
  await headline().getByText('8 snapshots').waitFor()
  await headline().getByText(shown(scores.accuracy)).waitFor()
  await box('second · cycle 1').uncheck()
  const seven = snapshots.filter(({ runId, cycle }) => runId !== second || cycle !== 1)
  const want = scoreOf(seven.map(({ id }) => partOf(id, 'test')))
  await headline().getByText(shown(want.accuracy)).waitFor()
  await panel().getByRole('button', { name: 'Save', exact: true }).click()
  await panel().getByText('Saved as 7 snapshots of 2 runs').waitFor()
  const saved = lab.look(({ read }) => read.ensembles(second))[0]
  assert.equal(saved?.testAccuracy, want.accuracy)
  assert.deepEqual(
    saved.members.map(({ snapshotId }) => snapshotId),
    seven.map(({ id }) => id),
  )
  await page.getByRole('link', { name: 'All ensembles' }).click()
  const row = page.getByRole('row').filter({ hasText: '7 snapshots of 2 runs' })
  await row
    .getByRole('cell', { name: shown(want.accuracy) })
    .first()
    .waitFor()
  await assertAccessible(page)
  await row.getByRole('link', { name: '7 snapshots of 2 runs' }).click()
  await headline().getByText('7 snapshots').waitFor()
  await headline().getByText(shown(want.accuracy)).waitFor()
  await assertAccessible(page)
})

test('a snapshot that comes while one looks on joins, and what was unticked stays so', async () => {
  const spec = {
    dataset: { name: 'clouds' },
    model: { kind: 'mlp', hidden: [16] },
    schedule: { kind: 'sgdr', lrMax: 0.1, t0: 20 },
    // Far longer than any test waits.
    budget: { epochs: 100_000 },
  }
  const training = lab.start('train', '--spec', lab.write('long.json', JSON.stringify(spec)), '--json')
  const runId = await lab.watch('a first snapshot', ({ read }) => {
    const run = read.runs().find(({ status }) => status === 'running')
    return run && read.snapshots(run.id).length > 0 ? run.id : undefined
  })
  await window.go(`/ensembles?runs=${JSON.stringify([runId])}`)
  await panel()
    .getByText(/^The next snapshot joins after epoch/)
    .waitFor()
  await box('cycle 1').uncheck()
  await box('cycle 3').waitFor()
  assert.ok(await box('cycle 3').isChecked())
  assert.ok(await box('cycle 2').isChecked())
  assert.ok(!(await box('cycle 1').isChecked()))
  training.process.kill('SIGINT')
  await training.result
})

test('the list is filtered, and what is deleted can be had back', async () => {
  const { page } = window
  await window.go('/ensembles')
  const names = page.getByRole('rowheader')
  await names.nth(1).waitFor()
  await page.getByRole('searchbox', { name: 'Filter the ensembles' }).fill('last thr')
  await names.nth(1).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'More for the last three' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByText('No ensemble matches').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('link', { name: 'the last three' }).waitFor()
  assert.deepEqual(
    window.problems.filter((problem) => !problem.includes('500')),
    [],
  )
})

/** Chooses a run in a picker by typing its name. */
async function pick(picker: string, name: string): Promise<void> {
  const { page } = window
  await page.getByRole('combobox', { name: picker }).fill(name)
  await page.getByRole('option', { name: new RegExp(`^${name}`) }).click()
}
