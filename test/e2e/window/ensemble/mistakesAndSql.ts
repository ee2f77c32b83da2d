import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { cloudsCsv } from '../../lab.ts'
import { assertAccessible } from '../support.ts'
import { first, lab, partOf, window } from './lab.ts'

/* Pages that ask of the same stored runs: their answers to a user's examples, their mistakes, and SQL. */

test('a row typed under "Try it" has the probabilities that the command line prints, and the dialog can be read by all', async () => {
  await window.go(`/runs/${first}`)
  const { page } = window
  await page.getByRole('button', { name: 'More of the snapshot of cycle 4' }).click()
  await page.getByRole('menuitem', { name: 'Try it…' }).click()
  const dialog = page.getByRole('dialog', { name: /^Try cycle 4 of first/ })
  const [header = '', row = ''] = cloudsCsv(1500).split('\n')
  await dialog.getByLabel('Or type rows').fill(`${header}\n${row}\n`)
  await dialog.getByRole('button', { name: 'Ask' }).click()
  await dialog.getByText('1 example answered.').waitFor()
  const { stdout } = await lab.run('snapshots', 'list', first, '--json')
  const listed = z.object({ snapshots: z.array(z.object({ id: z.int() })) }).parse(JSON.parse(stdout))
  const id = String(listed.snapshots.at(-1)?.id)
  const asked = await lab.run('predict', lab.write('row.csv', `${header}\n${row}\n`), '--snapshot', id)
  assert.equal(asked.code, 0, asked.stderr)
  const printedRow = asked.stdout.split('\n')[1]?.split(',') ?? []
  for (const p of printedRow.slice(2, 5)) {
    const shownValue = `${(100 * Number(p)).toFixed(2)} %`
    await dialog.getByRole('cell', { name: shownValue }).first().waitFor()
  }
  await assertAccessible(page)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
})

test('a cell of the confusion matrix, walked to by keys, shows its examples, and Escape leads back', async () => {
  const { page } = window
  const { id } = lab.look(({ read }) => read.snapshots(first)).at(-1) ?? { id: 0 }
  const stored = partOf(id, 'test')
  const guesses = stored.labels.map((_, n) => {
    const row = [...stored.probs.subarray(3 * n, 3 * n + 3)]
    return row.indexOf(Math.max(...row))
  })
  const inCell = (label: number, guess: number): number =>
    guesses.filter((each, n) => each === guess && stored.labels[n] === label).length
  await page.route('**/trpc/datasets.rows*', (route) => route.abort())
  await window.go(`/mistakes?snapshot=${id}`)
  await page.getByRole('button', { name: /^a predicted as a:/ }).focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowLeft')
  const cell = page.getByRole('button', { name: `b predicted as a: ${inCell(1, 0)} examples` })
  await cell.and(page.locator(':focus')).waitFor()
  await page.keyboard.press('Enter')
  const examples = page.getByRole('region', { name: 'b predicted as a' })
  await examples.locator('h2:focus').waitFor()
  await examples.getByRole('alert').getByText('The rows could not be read').waitFor()
  await page.unroute('**/trpc/datasets.rows*')
  await examples.getByRole('button', { name: 'Try again' }).click()
  await examples.getByRole('alert').waitFor({ state: 'detached' })
  await examples.locator('dt').getByText('w', { exact: true }).first().waitFor()
  assert.equal(await examples.getByRole('listitem').count(), inCell(1, 0))
  await assertAccessible(page)
  await examples.getByRole('button', { name: 'Back to the matrix' }).press('Escape')
  await cell.and(page.locator(':focus')).waitFor()
})

test('a statement is asked by Ctrl+Enter, refused in one sentence, and cancelled', async () => {
  const { page } = window
  await window.go("/sql?q=SELECT name FROM runs_view WHERE name IN ('first', 'second') ORDER BY name")
  const editor = page.getByRole('textbox', { name: 'SQL statement' })
  await editor.focus()
  await page.keyboard.press('Control+Enter')
  await page.getByRole('cell', { name: 'second', exact: true }).waitFor()
  assert.equal(await page.locator('.sql-keyword').first().innerText(), 'SELECT')
  await assertAccessible(page)
  await editor.fill('DELETE FROM runs')
  await page.keyboard.press('Control+Enter')
  await page
    .getByRole('alert')
    .getByText(/^While reading SQL: a statement must begin with .*\.$/)
    .waitFor()
  await editor.fill('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('status').getByText('Cancelled.').waitFor()
})
