import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { cloudsCsv } from '../lab.ts'
import { assertAccessible, eventually, makeWindowLab } from './support.ts'

/* Studies in the window: a sweep of 2 × 3 settings on a small table, from its question to what is done with its answer. */

const lab = await makeWindowLab()
const host = await lab.serve()
const csv = lab.write('clouds.csv', cloudsCsv(240))
const imported = await lab.run('datasets', 'import', csv, '--format', 'csv', '--label', 'cloud')
assert.equal(imported.code, 0, imported.stderr)
const trained = await lab.run(
  'train',
  '--json',
  '--spec',
  lab.write(
    'base.json',
    JSON.stringify({
      name: 'the base',
      dataset: { name: 'clouds', validation: 0.2 },
      model: { kind: 'softmax' },
      optimizer: { kind: 'sgd', momentum: 0.5 },
      schedule: { kind: 'cosine', lrStart: 0.1 },
      batchSize: 16,
      budget: { steps: 12 },
      device: 'cpu',
    }),
  ),
)
assert.equal(trained.code, 0, trained.stderr)
const { runId } = z.object({ runId: z.string() }).parse(JSON.parse(trained.stdout))

const { page, go, problems } = await lab.open(host)
const settings = page.getByRole('region', { name: 'Settings', exact: true })
const rowsShown = () => settings.getByRole('button', { name: /^Show / })

test('without studies there is one sentence and one button, which opens the form', async () => {
  await go('/')
  await page.getByRole('link', { name: 'the base', exact: true }).waitFor()
  await page.keyboard.press('s')
  await page.getByRole('heading', { name: 'No studies yet' }).waitFor()
  await assertAccessible(page)
  await page.getByRole('main').getByRole('link', { name: 'New study' }).click()
  await page.getByRole('heading', { name: 'New study' }).waitFor()
})

test('a run is swept from its row: two axes, and what that comes to beside Start', async () => {
  await go('/')
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'the base', exact: true }) })
  // Drawn in two parts, where it may be cut, the name is one text: it is copied and found as it is.
  const name = row.getByRole('link', { name: 'the base', exact: true })
  const taken = await name.evaluate((link) => {
    const selection = link.ownerDocument.getSelection()
    selection?.selectAllChildren(link)
    return String(selection)
  })
  assert.equal(taken, 'the base')
  await row.click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Sweep this…' }).click()
  await page.getByText('clouds · Softmax', { exact: false }).waitFor()
  assert.ok(page.url().includes(`from=${runId}`))
  const first = page.getByRole('radiogroup', { name: 'Axis 1: values' })
  await first.getByText('List').click()
  await page.getByRole('textbox', { name: 'Values' }).fill('0.003, 0.3')
  await page.getByRole('button', { name: 'Add an axis' }).click()
  await page.getByRole('combobox', { name: 'Axis 2: field' }).fill('optimizer.mom')
  await page.getByRole('option', { name: 'optimizer.momentum' }).click()
  await page.getByRole('textbox', { name: 'Values' }).nth(1).fill('0, 0.5, 2')
  // A value outside of its field's limits: nothing can be started, and a sentence says why.
  await page
    .getByText(/optimizer\.momentum.*must be below 1.*2/)
    .first()
    .waitFor()
  await page.getByRole('textbox', { name: 'Values' }).nth(1).fill('0, 0.5, 0.9')
  await page.getByRole('textbox', { name: 'Seeds' }).fill('1')
  await page.getByText(/^6\s+runs, 72\s+steps/).waitFor()
  await assertAccessible(page)
})

test('the same study stands in the JSON view, and what is written there in the form', async () => {
  await page.getByText('JSON', { exact: true }).first().click()
  const editor = page.getByRole('textbox', { name: 'Study as JSON' })
  await editor.waitFor()
  await editor.press('ControlOrMeta+a')
  await page.keyboard.insertText('{"kind": ')
  await page
    .getByText(/^This is not JSON/)
    .first()
    .waitFor()
  await page.getByRole('button', { name: 'Back to what the form says' }).click()
  await page.getByText('Form', { exact: true }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('rate and momentum')
  await page.getByText(/^6\s+runs, 72\s+steps/).waitFor()
})

test('optimizers and tasks of a budget study are rows of fields, by keyboard and with the same list as JSON', async () => {
  const kinds = page.getByRole('radiogroup', { name: 'Kind of study' })
  await kinds.getByText('Budget study').click()
  const optimizers = page.getByRole('region', { name: 'Optimizers', exact: true })
  await optimizers.getByRole('combobox', { name: 'Add an optimizer' }).fill('Adam')
  await page.getByRole('option', { name: 'Adam', exact: true }).click()
  // The base's own stays beside the one that is added.
  assert.equal(await optimizers.getByRole('listitem').count(), 2)
  const beta = optimizers.getByRole('textbox', { name: 'Beta1' })
  await beta.fill('3')
  await optimizers.getByText('Beta1 must be below 1 (received 3).').waitFor()
  await optimizers.getByRole('button', { name: 'Optimizers as JSON' }).press('Enter')
  const json = optimizers.getByRole('textbox', { name: 'Optimizers, a JSON list' })
  await json.fill((await json.inputValue()).replace('"beta1":3', '"beta1":0.8'))
  assert.equal(await beta.inputValue(), '0.8')
  await beta.fill('0.7')
  assert.match(await json.inputValue(), /"beta1":0\.7/)
  const list = await json.inputValue()
  await json.fill(list.slice(0, -1))
  await page.getByText(/^Optimizers as JSON: This is not JSON/).waitFor()
  assert.ok(await page.getByRole('button', { name: 'Start', exact: true }).isDisabled())
  // The text stays open until it is mended.
  await optimizers.getByRole('button', { name: 'Optimizers as JSON' }).press('Enter')
  assert.equal(await json.inputValue(), list.slice(0, -1))
  await json.fill(list)
  // What lies below moves up as the sentence goes: a press of a moment before would meet something else there.
  await page.getByText(/^Optimizers as JSON: This is not JSON/).waitFor({ state: 'hidden' })
  await optimizers.getByRole('button', { name: /^Move Adam.* up$/ }).press('Enter')
  // The focus goes with the entry, which now stands first.
  assert.match((await page.locator(':focus').getAttribute('aria-label')) ?? '', /^Move Adam.* up$/)
  assert.match(await json.inputValue(), /"adam".*"sgd"/s)
  const tasks = page.getByRole('region', { name: 'Tasks', exact: true })
  await tasks.getByRole('combobox', { name: 'Add a task' }).fill('MLP')
  // The list hangs in a form that may still move as it is pressed: the press is the option's, wherever that is by then.
  await page.getByRole('option', { name: 'MLP', exact: true }).dispatchEvent('click')
  await tasks.getByRole('textbox', { name: 'Hidden layers' }).fill('8')
  // 4 schedules, 2 optimizers, 2 tasks, 3 seeds, at the one budget that is left: of 12 steps.
  await page.getByRole('textbox', { name: /^Budgets/ }).fill('100')
  await page.getByText(/^48\s+runs, 576\s+steps/).waitFor()
  await assertAccessible(page)
  // The sweep that was asked before stands as it was: it is started next.
  await kinds.getByText('Sweep').click()
})

test('it is watched to its end: one row a setting, the best marked, and that one run each tells little', async () => {
  await page.getByRole('button', { name: 'Start' }).click()
  await page.getByRole('heading', { name: 'rate and momentum' }).waitFor()
  await page.getByText('6 of 6', { exact: false }).first().waitFor({ timeout: 120_000 })
  await page.getByText('finished', { exact: true }).waitFor()
  await eventually('six rows', async () => (await rowsShown().count()) === 6 || undefined)
  const stored = lab.look(({ read }) => read.runs({}).filter(({ studyId }) => studyId !== null))
  assert.equal(stored.length, 6)
  assert.match(await settings.getByRole('row').nth(1).innerText(), /best/)
  assert.equal(await settings.getByText('best', { exact: true }).count(), 1)
  await page
    .getByText('One run a setting: no telling how sure the differences are.', { exact: false })
    .waitFor()
  await assertAccessible(page)
})

test('the table is sorted by any of its numbers, and the order lies in the address', async () => {
  const rates = async (): Promise<string[]> =>
    settings
      .getByRole('row')
      .evaluateAll((all) => all.slice(1).map((one) => one.querySelector('th')?.textContent?.trim() ?? ''))
  await settings.getByRole('columnheader', { name: 'lrStart' }).getByRole('button').click()
  await eventually('the lowest rate first', async () => (await rates())[0] === '0.003' || undefined)
  assert.deepEqual(await rates(), ['0.003', '0.003', '0.003', '0.3', '0.3', '0.3'])
  assert.equal(
    await settings.getByRole('columnheader', { name: 'lrStart' }).getAttribute('aria-sort'),
    'ascending',
  )
  await page.reload()
  await eventually('six rows', async () => (await rowsShown().count()) === 6 || undefined)
  assert.equal((await rates())[0], '0.003')
})

test('the table of settings is one stop for the tab key: arrows go from row to row, Enter chooses', async () => {
  const stop = settings.locator('button[tabindex="0"]')
  assert.equal(await stop.count(), 1)
  await rowsShown().first().focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  const second = rowsShown().nth(1)
  await eventually(
    'the second row',
    async () => (await second.getAttribute('aria-pressed')) === 'true' || undefined,
  )
  assert.equal(await second.getAttribute('tabindex'), '0')
  assert.equal(await stop.count(), 1)
})

test('the heatmap is read and used by keyboard: a cell shows the runs of its setting', async () => {
  const map = page.getByRole('table', { name: /^Mean validation accuracy by/ })
  assert.equal(await map.getByRole('button').count(), 6)
  assert.equal(await map.locator('button[tabindex="0"]').count(), 1)
  await map.getByRole('button').first().focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  const chosen = page.getByRole('region', { name: 'Chosen setting' })
  await chosen.getByRole('heading', { name: 'lrStart 0.3, momentum 0.5' }).waitFor()
  assert.equal(await chosen.getByRole('link', { name: /^seed / }).count(), 1)
  await chosen.getByRole('figure', { name: /^Validation accuracy/ }).waitFor()
})

test('brushing an axis by its keys keeps what passes, in the table and the plots', async () => {
  const low = page.getByRole('slider', { name: 'lrStart: lower end of the brush' })
  await low.press('ArrowUp')
  await page.getByText(/^3 of 6\s+settings pass the brushes$/).waitFor()
  await eventually('three rows', async () => (await rowsShown().count()) === 3 || undefined)
  assert.equal(await low.getAttribute('aria-valuetext'), '0.3')
  await page.getByRole('button', { name: 'Clear the brushes' }).click()
  await eventually('six rows', async () => (await rowsShown().count()) === 6 || undefined)
})

test('seeds are added to the best: the study goes on, and its rows then have a mean and a deviation of n runs', async () => {
  await page.getByRole('button', { name: 'Add seeds to the best five…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'More seeds for each' }).fill('1')
  await assertAccessible(page)
  await dialog.getByRole('button', { name: /^Add 5\s+runs$/ }).click()
  await page.getByText('11 of 11', { exact: false }).first().waitFor({ timeout: 120_000 })
  await settings
    .getByText(/\d ± \d/)
    .first()
    .waitFor()
  assert.equal(await rowsShown().count(), 6)
})

test('values around the best are proposed', async () => {
  await page.getByRole('button', { name: 'Add values around the best…' }).click()
  const dialog = page.getByRole('dialog')
  const rate = dialog.getByRole('textbox', { name: /^lrStart, best/ })
  assert.match(await rate.inputValue(), /\d/)
  await page.keyboard.press('Escape')
})

test('a new run starts from the best setting', async () => {
  await go('/studies')
  await page.getByRole('link', { name: 'rate and momentum' }).click()
  await page.getByRole('button', { name: 'New run from this' }).click()
  await page.getByRole('heading', { name: 'New run' }).waitFor()
  assert.match(page.url(), /\/new\?from=/)
  await page.getByText(/^from /).waitFor()
})

test('the list says kind, progress and the best so far, and the finder opens a study', async () => {
  await go('/studies')
  const row = page.getByRole('row').filter({ hasText: 'rate and momentum' })
  assert.match(await row.innerText(), /Sweep.*finished.*11 of 11.*validation accuracy/s)
  await assertAccessible(page)
  await page.keyboard.press('ControlOrMeta+k')
  await page.keyboard.type('rate and mom')
  await page
    .getByRole('option', { name: /rate and momentum/ })
    .or(page.getByRole('button', { name: /rate and momentum/ }))
    .first()
    .click()
  await page.getByRole('heading', { name: 'rate and momentum' }).waitFor()
  // The one value that was refused.
  assert.deepEqual(
    problems.filter((problem) => !problem.includes('400 (Bad Request)')),
    [],
  )
})
