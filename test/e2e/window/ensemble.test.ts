import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Download, Locator } from 'playwright-core'
import { z } from 'zod'
import { combine, score } from '../../../shared/ensemble/index.ts'
import { cloudsCsv } from '../lab.ts'
import { assertAccessible, eventually, makeWindowLab } from './support.ts'

/* From the snapshots of a stored run to an ensemble: what the window shows is what the command line prints. */

const report = z.object({
  members: z.array(
    z.object({
      snapshotId: z.int(),
      cycle: z.int(),
      weight: z.number(),
      valAccuracy: z.number(),
      testAccuracy: z.number(),
    }),
  ),
  valAccuracy: z.number(),
  testAccuracy: z.number(),
  nll: z.number(),
  bestSingle: z.object({ cycle: z.int(), testAccuracy: z.number() }),
})
type Report = z.infer<typeof report>

const lab = await makeWindowLab()
const csv = lab.write('clouds.csv', cloudsCsv(1500))
const imported = await lab.run('datasets', 'import', csv, '--format', 'csv', '--label', 'cloud')
assert.equal(imported.code, 0, imported.stderr)
const first = await train('first', 1)
const second = await train('second', 2)
const window = await lab.open(await lab.serve())

/** Four cycles of an epoch each: four snapshots. */
async function train(name: string, seed: number): Promise<string> {
  const spec = {
    ...{ name, seed },
    dataset: { name: 'clouds' },
    model: { kind: 'mlp', hidden: [16] },
    schedule: { kind: 'sgdr', lrMax: 0.3, t0: 1 },
    batchSize: 16,
    budget: { epochs: 4 },
  }
  const trained = await lab.run('train', '--spec', lab.write(`${name}.json`, JSON.stringify(spec)), '--json')
  assert.equal(trained.code, 0, trained.stderr)
  return z.object({ runId: z.string() }).parse(JSON.parse(trained.stdout)).runId
}

async function printed(...args: readonly string[]): Promise<Report> {
  const { code, stdout, stderr } = await lab.run('ensemble', '--run', first, ...args, '--json')
  assert.equal(code, 0, stderr)
  return report.parse(JSON.parse(stdout))
}

const shown = (accuracy: number): string => `${(100 * accuracy).toFixed(2)}\u202f%`

const panel = (): Locator => window.page.getByRole('region', { name: 'Ensemble', exact: true })
const headline = (): Locator => panel().getByRole('heading', { name: /test accuracy of/ })
const box = (name: string): Locator => panel().getByRole('checkbox', { name: `Member ${name}`, exact: true })

async function assertShows(want: Report, members: number): Promise<void> {
  await headline().getByText(shown(want.testAccuracy)).waitFor()
  await headline()
    .getByText(members === 1 ? '1 snapshot' : `${members} snapshots`)
    .waitFor()
  const best = `Best snapshot: ${shown(want.bestSingle.testAccuracy)} (cycle ${want.bestSingle.cycle}, chosen on validation)`
  await panel().getByText(best).waitFor()
  await panel()
    .getByText(`Validation accuracy: ${shown(want.valAccuracy)}`)
    .waitFor()
  const scores = panel().getByRole('row', { name: /^Test\b.*ensemble/ })
  await scores.getByRole('cell', { name: want.nll.toFixed(4) }).waitFor()
}

async function openPanel(): Promise<void> {
  await window.go(`/runs/${first}`)
  await window.page.getByRole('button', { name: /^Ensemble 4/ }).click()
  await headline().waitFor()
}

test('one click answers with the numbers the command line prints', async () => {
  const want = await printed()
  assert.equal(want.members.length, 4)
  await openPanel()
  await assertShows(want, 4)
  await panel()
    .locator('h3:focus')
    .getByText(/test accuracy of/)
    .waitFor()
  for (const { cycle, valAccuracy, testAccuracy } of want.members) {
    const member = window.page.getByRole('checkbox', { name: `Member cycle ${cycle}` })
    const row = panel().getByRole('row').filter({ has: member })
    await row
      .getByRole('cell', { name: shown(valAccuracy) })
      .first()
      .waitFor()
    await row
      .getByRole('cell', { name: shown(testAccuracy) })
      .first()
      .waitFor()
  }
})

test('a member unticked, and other ways to combine, are what the command line makes of them', async () => {
  const all = await printed()
  const kept = all.members.filter(({ cycle }) => cycle !== 2).map(({ snapshotId }) => snapshotId)
  const some = ['--snapshots', kept.join(',')]
  await box('cycle 2').uncheck()
  await assertShows(await printed(...some), 3)
  await panel().getByText('Logit average', { exact: true }).click()
  await assertShows(await printed(...some, '--method', 'logit-average'), 3)
  const weighted = await printed(...some, '--method', 'weighted')
  await panel().getByText('Weighted', { exact: true }).click()
  await assertShows(weighted, weighted.members.filter(({ weight }) => weight > 0).length)
  await panel().getByText('Average', { exact: true }).click()
  await box('cycle 2').check()
  await assertShows(all, 4)
})

test('what is best on validation is ticked, and it is said that it was chosen there', async () => {
  await panel().getByRole('button', { name: 'Best on validation' }).click()
  const said = panel().getByText(/^Chosen on validation as the best of 15 subsets \(NLL [\d.]+\)/)
  const nll = Number(/NLL ([\d.]+)/.exec(await said.innerText())?.[1])
  const members = lab.look(({ read }) => read.snapshots(first)).map(({ id }) => partOf(id, 'validation'))
  const nlls = Array.from({ length: 15 }, (_, k) => {
    const subset = members.filter((_, place) => ((k + 1) >> place) % 2 === 1)
    return scoreOf(subset).nll
  })
  assert.ok(Math.abs(nll - Math.min(...nlls)) < 1e-4)
  await panel()
    .getByRole('checkbox', { name: /^(Untick|Tick) all members$/ })
    .check()
  await said.waitFor({ state: 'detached' })
})

test('the same as errors, and back', async () => {
  const want = await printed()
  await panel().getByText('Error', { exact: true }).click()
  const heading = panel().getByRole('heading', { name: /test error of/ })
  await heading.getByText(shown(1 - want.testAccuracy)).waitFor()
  await panel().getByText('Accuracy', { exact: true }).first().click()
  await assertShows(want, 4)
})

test('the panel and its ticks survive a reload, stay in sight, and never make the page taller', async () => {
  const { page } = window
  await page.setViewportSize({ width: 1440, height: 900 })
  await box('cycle 2').uncheck()
  await page.waitForURL(/members=/)
  await panel()
    .getByText(/picked with their test scores in sight/)
    .waitFor()
  await page.reload()
  await headline().getByText('3 snapshots').waitFor()
  assert.equal(await box('cycle 2').isChecked(), false)
  for (const [width, height] of [
    [1440, 900],
    [1024, 700],
    [720, 800],
  ] as const) {
    await page.setViewportSize({ width, height })
    await panel().getByRole('heading', { name: 'Diversity', exact: true }).scrollIntoViewIfNeeded()
    const over = z
      .tuple([z.number(), z.number()])
      .parse(
        await page.evaluate(
          '[document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth - innerWidth]',
        ),
      )
    assert.deepEqual(over, [0, 0], `at ${width} × ${height}`)
    await headline().waitFor()
    const place = await headline().boundingBox()
    const ticks = await box('cycle 1').boundingBox()
    for (const at of [place, ticks]) assert.ok(at && at.y >= 0 && at.y < height, `in sight at ${width}`)
  }
  await page.setViewportSize({ width: 1440, height: 900 })
  await box('cycle 2').check()
  await page.waitForURL((url) => !url.search.includes('members='))
})

test('averaged weights are asked for on their own', async () => {
  const { stdout } = await lab.run('ensemble', '--run', first, '--method', 'weights', '--json')
  const want = z.object({ testAccuracy: z.number() }).parse(JSON.parse(stdout))
  await panel()
    .getByRole('button', { name: /^Average the weights of 4/ })
    .click()
  const table = panel().getByRole('table').filter({ hasText: 'cycles 1, 2, 3, 4' })
  await table
    .getByRole('row', { name: /^Test/ })
    .getByRole('cell', { name: shown(want.testAccuracy) })
    .waitFor()
  // Whether they may be averaged at all stands beside it, and the line between the outermost members.
  await panel()
    .getByText(/^No bump between the members|^The members lie in different valleys/)
    .waitFor()
  await panel().getByRole('button', { name: 'Line from cycle 1 to cycle 4' }).click()
  await panel()
    .getByText(/: two basins\.$|^One basin, as far as/)
    .waitFor()
  await panel()
    .getByRole('figure', { name: /Loss between the two/ })
    .waitFor()
  const name = panel().getByRole('textbox', { name: 'Name of the averaged weights' })
  assert.equal(await name.inputValue(), 'first: last 4, averaged weights')
  await name.fill('one model')
  await name.press('Enter')
  await panel().getByText('Saved as one model').waitFor()
  const kept = lab.look(({ read }) => read.ensembles(first)).find(({ name }) => name === 'one model')
  assert.deepEqual([kept?.method, kept?.testAccuracy], ['weightAverage', want.testAccuracy])
  await assertAccessible(window.page)
  // It goes again, so that what follows begins with none saved.
  const row = panel().getByRole('listitem').filter({ hasText: 'one model' })
  await row.getByRole('button', { name: /^More/ }).click()
  await window.page.getByRole('menuitem', { name: 'Delete' }).click()
  await name.waitFor()
})

test('it is saved, found after a reload, renamed, deleted and brought back', async () => {
  await box('cycle 1').uncheck()
  const name = panel().getByRole('textbox', { name: 'Name of the ensemble' })
  assert.equal(await name.inputValue(), 'first: last 3')
  await name.fill(' ')
  await panel().getByText('The name must not be empty').waitFor()
  await name.fill('three of them')
  await name.press('Enter')
  await panel().getByText('Saved as three of them').waitFor()
  const [saved] = lab.look(({ read }) => read.ensembles(first))
  assert.equal(saved?.members.length, 3)
  const want = await printed('--snapshots', saved.members.map(({ snapshotId }) => snapshotId).join(','))
  assert.equal(saved.testAccuracy, want.testAccuracy)

  await openPanel()
  const row = (title: string) => panel().getByRole('listitem').filter({ hasText: title })
  await row('three of them').scrollIntoViewIfNeeded()
  const scrolled = () => window.page.evaluate<number>("document.querySelector('#page').scrollTop")
  const before = await scrolled()
  assert.ok(before > 0, 'the list is further down')
  await row('three of them').getByRole('button', { name: 'three of them', exact: true }).click()
  await assertShows(want, 3)
  await window.page.waitForURL(/members=/)
  await row('three of them').getByRole('button', { name: /^More/ }).click()
  await window.page.getByRole('menuitem', { name: 'Rename' }).click()
  const renaming = panel().getByRole('textbox', { name: 'New name of three of them' })
  await renaming.fill('the last three')
  await renaming.press('Enter')
  await panel().getByText('Saved as the last three').waitFor()
  assert.equal(await scrolled(), before, 'the page stays where it was')

  await row('the last three').getByRole('button', { name: /^More/ }).click()
  await window.page.getByRole('menuitem', { name: 'Delete' }).click()
  await row('the last three').waitFor({ state: 'detached' })
  assert.deepEqual(
    lab.look(({ read }) => read.ensembles(first)),
    [],
  )
  await window.page.getByRole('button', { name: 'Undo' }).click()
  await row('the last three').waitFor()
  assert.equal(lab.look(({ read }) => read.ensembles(first))[0]?.name, 'the last three')
})

test('models and predictions can be kept as files', async () => {
  const want = await printed('--snapshots', (await lastThree()).join(','))
  const csv = (await download('Test predictions (.csv)')).toString('utf8').trim().split('\n')
  assert.match(csv[0] ?? '', /^example,label,predicted,probability a,probability b,probability c/)
  const rows = csv.slice(1).map((line) => line.trim().split(','))
  assert.equal(rows.length, partOf((await lastThree())[0] ?? 0, 'test').labels.length)
  const right = rows.filter(([, label, predicted]) => label === predicted).length
  assert.equal(right / rows.length, want.testAccuracy)
  for (const [item, file] of [
    ['TensorFlow.js models', 'model.json'],
    ['safetensors', 'model.safetensors'],
  ] as const) {
    const names = tarNames(await download(item))
    assert.ok(names.includes('ensemble/ensemble.json'))
    for (const member of ['member-01', 'member-02', 'member-03'])
      assert.ok(names.includes(`ensemble/${member}/${file}`), names.join(' '))
    assert.ok(!names.some((name) => name.includes('member-04')))
  }
})

test('nothing keeps people out of it, in the light and in the dark', async () => {
  await assertAccessible(window.page)
})

test('predictions that cannot be read are told, and asked for again', async () => {
  await window.page.route('**/data/predictions/**', (route) =>
    route.fulfill({ status: 500, body: 'The disk is gone.' }),
  )
  await window.go(`/ensembles?runs=${JSON.stringify([first])}`)
  await panel().getByRole('alert').getByText('The disk is gone.').waitFor()
  await window.page.unroute('**/data/predictions/**')
  await panel().getByRole('button', { name: 'Try again' }).click()
  await assertShows(await printed(), 4)
})

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

async function lastThree(): Promise<number[]> {
  return lab.look(({ read }) =>
    read
      .snapshots(first)
      .map(({ id }) => id)
      .slice(-3),
  )
}

function partOf(snapshotId: number, part: 'validation' | 'test') {
  const found = lab.look(({ read }) => read.predictions(snapshotId, part))
  assert.ok(found)
  return found
}

function scoreOf(members: readonly ReturnType<typeof partOf>[]) {
  const [one] = members
  assert.ok(one)
  return score(combine(members, one.classes), { labels: one.labels, classes: one.classes })
}

async function download(item: string): Promise<Buffer> {
  const { page } = window
  const coming = page.waitForEvent('download')
  await panel().getByRole('button', { name: 'Export…' }).click()
  await page.getByRole('menuitem', { name: item }).click()
  return readFileSync(await pathOf(await coming))
}

const pathOf = (file: Download): Promise<string> =>
  eventually('the download', async () => (await file.path()) ?? undefined)

/** Names in the headers of a tar: 512 bytes each, before contents in whole blocks of 512. */
function tarNames(tar: Buffer): string[] {
  const names: string[] = []
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const text = (from: number, length: number): string =>
      tar.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '')
    const prefix = text(345, 155)
    names.push(prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`)
    at += 512 + 512 * Math.ceil(Number.parseInt(text(124, 12), 8) / 512)
  }
  return names
}

test('rows typed or in a file have the answers that the command line writes, and the dialog can be read by all', async () => {
  const [header = '', row = ''] = cloudsCsv(1500).split('\n')
  const file = lab.write('rows.csv', `${header}\n${row}\n1,many,3,4,a\n${row}\n`)
  const { id } = lab.look(({ read }) => read.snapshots(first)).at(-1) ?? { id: 0 }
  const asking = lab.run('predict', file, '--snapshot', String(id))
  await window.go(`/runs/${first}`)
  const { page } = window
  await page.getByRole('button', { name: 'More of the snapshot of cycle 4' }).click()
  await page.getByRole('menuitem', { name: 'Try it…' }).click()
  const dialog = page.getByRole('dialog', { name: /^Try cycle 4 of first/ })
  await dialog.getByLabel('Or type rows').fill(`${header}\n${row}\n`)
  await dialog.getByRole('button', { name: 'Ask', exact: true }).click()
  await dialog.getByText('1 example answered.').waitFor()
  const asked = await asking
  assert.equal(asked.code, 1, asked.stderr)
  const answered = asked.stdout.split('\n')[1]?.split(',') ?? []
  for (const p of answered.slice(2, 5)) {
    const shownValue = `${(100 * Number(p)).toFixed(2)} %`
    await dialog.getByRole('cell', { name: shownValue }).first().waitFor()
  }
  await dialog.getByLabel('Or the path of a table').fill(file)
  await page.keyboard.press('Enter')
  await dialog.getByText('2 examples answered.').waitFor()
  const leftOut = dialog.getByRole('region', { name: 'Left out' })
  await leftOut.getByText(/^line 3: /).waitFor()
  await dialog.getByRole('listbox', { name: 'Examples' }).press('ArrowDown')
  await dialog.getByRole('option', { selected: true }).getByText('line 4').waitFor()
  const coming = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Save as CSV' }).click()
  assert.equal(readFileSync(await pathOf(await coming), 'utf8'), asked.stdout)
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
