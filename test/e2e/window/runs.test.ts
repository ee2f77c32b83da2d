import assert from 'node:assert/strict'
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { z } from 'zod'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { isActive } from '../../../shared/run/state.ts'
import { seedLab } from '../../bench/seedLab.ts'
import { assertAccessible, eventually, makeWindowLab } from './support.ts'

/*
 * Home and compare over a lab of a few dozen runs. What stands in the tables is compared with what stands in the database
 * and in the specs, worked out here once more.
 */

const lab = await makeWindowLab()
const host = await lab.serve()
const window = await lab.open(host)
const { page, go } = window

const grid = page.getByRole('grid', { name: 'Runs' })
const filter = page.getByRole('combobox', { name: 'Filter runs' })
const tray = page.getByRole('region', { name: 'Selected runs' })
const rowOf = (name: string) =>
  grid.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })
const tick = (name: string) => page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).click()
const stored = (of: 'current' | 'archived' | 'deleted' = 'current'): RunSummary[] =>
  lab.look(({ read }) => read.summaries(of))

/** Names of the rows drawn, from the top. */
const drawn = async (): Promise<string[]> => {
  const rows = await page.evaluate(`[...document.querySelectorAll('[data-run]')].map((row) =>
    [Number(row.getAttribute('aria-rowindex')), row.querySelector('a').textContent])`)
  return z
    .array(z.tuple([z.number(), z.string()]))
    .parse(rows)
    .sort(([a], [b]) => a - b)
    .map(([, name]) => name)
}

/** Waits until the rows begin with these, and the table has so many. */
async function untilRows(what: string, names: readonly string[]): Promise<void> {
  await eventually(what, async () => {
    const [found, count] = [await drawn(), await grid.getAttribute('aria-rowcount')]
    const shown = found.slice(0, Math.min(found.length, names.length))
    const same = shown.length > 0 === names.length > 0 && shown.every((name, i) => name === names[i])
    return same && Number(count) === names.length + 1 ? true : undefined
  })
}

const bestOf = (run: RunSummary): number =>
  Math.max(
    ...lab
      .look(({ read }) => read.epochs(run.id))
      .map(({ valAccuracy }) => valAccuracy ?? Number.NEGATIVE_INFINITY),
  )

describe('home', () => {
  test('a first start offers the demo, and the button starts it', async () => {
    await go('/')
    await page.getByRole('heading', { name: 'No runs yet' }).waitFor()
    await page.getByRole('link', { name: 'New run' }).last().waitFor()
    await assertAccessible(page)
    await page.getByRole('button', { name: 'Run the demo' }).click()
    await page.waitForURL(/\/runs\/[^/]+$/)
    const id = page.url().split('/').at(-1) ?? ''
    const run = await lab.watch('the demo to train', ({ read }) => {
      const found = read.summary(id)
      return found.status === 'running' || !isActive(found.status) ? found : undefined
    })
    assert.equal(run.spec.dataset.name, 'fashion-mnist-12k')
    await lab.run('stop', id)
    await lab.watch('the demo to stop', ({ read }) => !isActive(read.summary(id).status) || undefined)
    await go('/')
    await grid.getByRole('link', { name: run.name, exact: true }).waitFor()
  })

  test('runs that another door stores come in by themselves', async () => {
    await seedLab(lab.home, { runs: 60, longRunSteps: 20_000 })
    await untilRows(
      'all runs, newest first',
      stored().map(({ name }) => name),
    )
  })

  test('filter, order and columns survive a reload', async () => {
    const expected = stored()
      .filter((run) => run.spec.schedule.kind === 'snapshot' && bestOf(run) > 0.8)
      .sort((a, b) => bestOf(b) - bestOf(a))
      .map(({ name }) => name)
    assert.ok(expected.length > 2)
    await filter.fill('schedule:snapshot best>80%')
    await grid.getByRole('button', { name: 'Best validation', exact: true }).click()
    await untilRows('the filtered rows, best first', expected)
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('checkbox', { name: 'Seed' }).check()
    await page.getByRole('checkbox', { name: 'Accuracy by epoch' }).uncheck()
    await page.getByRole('button', { name: 'Move Seed to the left' }).click()
    await page.keyboard.press('Escape')
    const width = grid.getByRole('separator', { name: 'Width of Run' })
    const before = Number(await width.getAttribute('aria-valuenow'))
    await width.press('ArrowRight')
    const headers = await grid.getByRole('columnheader').allTextContents()
    assert.ok(headers.includes('Seed') && !headers.includes('Accuracy'))
    await page.waitForURL(/q=.*sort=|sort=.*q=/)
    await page.reload()
    await untilRows('the same rows', expected)
    assert.equal(await filter.inputValue(), 'schedule:snapshot best>80%')
    assert.deepEqual(await grid.getByRole('columnheader').allTextContents(), headers)
    assert.equal(Number(await width.getAttribute('aria-valuenow')), before + 10)
    assert.equal(
      await grid.getByRole('columnheader', { name: 'Best validation' }).getAttribute('aria-sort'),
      'descending',
    )
  })

  test('a second order decides where the first ties, and what is missing goes last either way', async () => {
    await go('/')
    await grid.getByRole('button', { name: 'Model', exact: true }).click()
    await grid.getByRole('button', { name: 'Best validation', exact: true }).click({ modifiers: ['Shift'] })
    const model = { cnn: 'a', mlp: 'b', resnet: 'c', sequence: 'd' } as const
    const rank = (run: RunSummary): string =>
      Object.entries(model).find(([kind]) => kind === run.spec.model.kind)?.[1] ?? 'z'
    const cnns = stored().filter((run) => rank(run) === 'a' && run.name.startsWith('study'))
    await filter.fill('model:"CNN 8-16" study')
    await untilRows(
      'one model, best first',
      cnns.sort((a, b) => bestOf(b) - bestOf(a)).map(({ name }) => name),
    )
    await filter.fill('')
    for (const direction of ['descending', 'ascending']) {
      await grid.getByRole('button', { name: 'Ensemble test', exact: true }).click()
      await grid.locator(`[role=columnheader][aria-sort=${direction}]`).waitFor()
      assert.equal((await drawn()).length > 10, true)
    }
  })

  test('a filter that cannot be read is told where it stands, and the last good one stays', async () => {
    await go('/')
    await filter.fill('study 2')
    const good = stored().filter(({ name }) => name.startsWith('study 2'))
    const names = stored()
      .filter(({ name, id }) => `${name}${id}`.includes('study') && `${name}\n${id}`.includes('2'))
      .map(({ name }) => name)
    assert.ok(good.length > 0 && names.length >= good.length)
    const count = await eventually('the filter', async () => {
      const rows = await grid.getAttribute('aria-rowcount')
      // Before the list has come, there is the row of headings alone.
      return Number(rows) > good.length && Number(rows) < stored().length + 1 ? rows : undefined
    })
    await filter.fill('study 2 bset>0.8')
    await page.getByText('There is no field "bset".').waitFor()
    assert.equal(await filter.getAttribute('aria-invalid'), 'true')
    assert.equal(await grid.getAttribute('aria-rowcount'), count)
    assert.equal(await page.locator('[class*=wrong]').textContent(), 'bset>0.8')
    await filter.fill('study 2 (')
    await page.getByText('Something is still missing at the end.').waitFor()
    assert.equal(await grid.getAttribute('aria-rowcount'), count)
    await filter.fill('')
  })

  test('completions are taken by keyboard', async () => {
    await go('/')
    await filter.pressSequentially('sta')
    await page.getByRole('option', { name: /^status:/ }).waitFor()
    await filter.press('ArrowDown')
    await filter.press('Enter')
    await filter.pressSequentially('comp')
    await page.getByRole('option', { name: 'status:completed' }).waitFor()
    await filter.press('ArrowDown')
    await filter.press('Tab')
    assert.equal(await filter.inputValue(), 'status:completed ')
    await filter.press('Escape')
    await filter.press('Escape')
    assert.equal(await filter.inputValue(), '')
  })

  test('deleting, archiving and restoring can be taken back; for good is asked first', async () => {
    const [name, other] = ['study 1, run 7', 'study 1, run 8']
    const find = (of: 'current' | 'archived' | 'deleted', wanted: string) =>
      stored(of).find((run) => run.name === wanted)
    await go('/')
    await filter.fill('"study 1, run 7"')
    await tick(name)
    await tray.getByRole('button', { name: 'Delete' }).click()
    await rowOf(name).waitFor({ state: 'detached' })
    assert.ok(find('deleted', name))
    await page.getByRole('button', { name: 'Undo' }).click()
    await rowOf(name).waitFor()
    assert.ok(find('current', name))
    await tick(name)
    await tray.getByRole('button', { name: 'Archive' }).click()
    await rowOf(name).waitFor({ state: 'detached' })
    await page.getByText('Archived', { exact: true }).click()
    await rowOf(name).waitFor()
    assert.ok(find('archived', name))
    await tick(name)
    await tray.getByRole('button', { name: 'Unarchive' }).click()
    await rowOf(name).waitFor({ state: 'detached' })
    assert.ok(find('current', name))
    await page.getByText('Current', { exact: true }).click()
    await filter.fill('"study 1, run 7" OR "study 1, run 8"')
    await tick(name)
    await tick(other)
    await page.keyboard.press('Delete')
    await page.getByText('Deleted', { exact: true }).click()
    await rowOf(other).waitFor()
    await tick(other)
    await tray.getByRole('button', { name: 'Restore' }).click()
    await rowOf(other).waitFor({ state: 'detached' })
    assert.ok(find('current', other))
    await tick(name)
    await tray.getByRole('button', { name: 'Delete for good…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete for good' }).click()
    await rowOf(name).waitFor({ state: 'detached' })
    assert.equal(find('deleted', name) ?? find('current', name), undefined)
  })

  test('favourites and tags are stored, for one run and for many', async () => {
    await go('/?q=%22study+2%22')
    const names = ['study 2, run 1', 'study 2, run 2']
    await page.getByRole('button', { name: 'Favourite: study 2, run 1', exact: true }).click()
    for (const name of names) await tick(name)
    await tray.getByRole('button', { name: 'Tag' }).click()
    await page
      .getByRole('combobox', { name: 'Add tags' })
      .or(page.getByLabel('Add tags'))
      .first()
      .fill('paper')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await rowOf('study 2, run 2').getByText('paper').waitFor()
    const found = stored().filter(({ name }) => names.includes(name))
    assert.deepEqual(
      found.map(({ tags }) => [...tags]),
      [['paper'], ['paper']],
    )
    assert.deepEqual(
      found.filter(({ favourite }) => favourite).map(({ name }) => name),
      ['study 2, run 1'],
    )
    await page.keyboard.press('Escape')
    await filter.fill('tag:paper is:favourite')
    await untilRows('the one that is both', ['study 2, run 1'])
  })

  test('the export holds the runs selected and no other', async () => {
    await go('/?q=%22study+2%22')
    const names = ['study 2, run 3', 'study 2, run 5']
    for (const name of names) await tick(name)
    await tray.getByRole('button', { name: 'Export' }).click()
    const coming = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: 'Table of settings and scores (CSV)' }).click()
    const file = await (await coming).path()
    const text = await readFile(file, 'utf8')
    const ids = stored()
      .filter(({ name }) => names.includes(name))
      .map(({ id }) => id)
    assert.equal(text.trim().split('\n').length, 3)
    for (const id of ids) assert.ok(text.includes(id))
  })

  test('a baseline stands first, and the others say how far they are from it', async () => {
    await go('/?q=%22study+2%22')
    const [base, other] = ['study 2, run 4', 'study 2, run 6'].map((name) => {
      const run = stored().find((one) => one.name === name)
      assert.ok(run)
      return run
    })
    assert.ok(base && other)
    await tick(base.name)
    await tray.getByRole('button', { name: 'Set as baseline' }).click()
    await page.keyboard.press('Escape')
    await eventually('the baseline on top', async () => ((await drawn())[0] === base.name ? true : undefined))
    const difference = 100 * (bestOf(other) - bestOf(base))
    const words = `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(1)}\u202fpp`
    assert.ok((await rowOf(other.name).textContent())?.includes(words))
    assert.ok((await rowOf(base.name).textContent())?.includes('baseline'))
  })

  test('nothing serious keeps anybody out, with runs selected too', async () => {
    // A few rows: each is like the others, and looking at all of them takes a minute.
    await go('/?q=%22study+2%2C+run+1%22')
    await rowOf('study 2, run 10').waitFor()
    await tick('study 2, run 10')
    await tray.waitFor()
    await assertAccessible(page)
  })
})

type Json = null | string | number | boolean | readonly Json[] | { readonly [key: string]: Json }

/** Every leaf of a spec by its path: "/optimizer/weightDecay". */
function leaves(value: Json, path: string, into = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, part] of Object.entries(value)) leaves(part, `${path}/${key}`, into)
  } else into.set(path, JSON.stringify(value))
  return into
}

/** Paths in which two specs differ, within the four parts that have a heading of their own. */
function differences(a: RunSummary, b: RunSummary): string[] {
  const [left, right] = [a, b].map(({ spec: { name: _, ...spec } }) =>
    leaves(JSON.parse(JSON.stringify(spec)), ''),
  )
  assert.ok(left && right)
  const paths = new Set([...left.keys(), ...right.keys()])
  return [...paths]
    .filter((path) => left.get(path) !== right.get(path))
    .map((path) => path.replace(/^\/(dataset|model|optimizer|schedule)\//, '').replaceAll('/', ''))
}

const squeezed = (text: string): string => text.toLowerCase().replace(/ /g, '')

describe('compare', () => {
  test('from the filter to a comparison by keyboard alone', async () => {
    await go('/')
    // The keys speak of rows: those must have come.
    await grid.getByRole('row').nth(1).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('"study 1, run 2"')
    await page.keyboard.press('Enter')
    await page.keyboard.press('x')
    await page.keyboard.press('/')
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('study 1')
    await page.keyboard.press('Enter')
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    // The next page comes slowly: until it does, this one must not write what was typed into the address.
    await page.route(/ComparePage.*\.js$/, async (route) => {
      await page.evaluate(() => new Promise((done) => setTimeout(done, 250)))
      await route.continue()
    })
    await page.keyboard.press('c')
    await page.waitForURL(/\/compare\?/)
    await page.getByRole('list', { name: 'Runs compared' }).getByRole('listitem').nth(1).waitFor()
  })

  test('the settings shown are those that differ, and the values those of the database', async () => {
    const [a, b] = ['study 1, run 11', 'study 1, run 12'].map((name) => {
      const run = stored().find((one) => one.name === name)
      assert.ok(run)
      return run
    })
    assert.ok(a && b)
    await go(`/compare?ids=${encodeURIComponent(JSON.stringify([a.id, b.id]))}&baseline=${a.id}`)
    const settings = page.getByRole('region', { name: 'Settings' })
    await settings.locator('table').waitFor()
    // Fields of different kinds of one thing are one difference until they are asked for.
    for (const fold of await settings.getByRole('button', { name: /fields?$/ }).all()) await fold.click()
    const all = await settings.locator('tbody th[scope=row]').allTextContents()
    // What the schedule comes to stands beside its own fields.
    const shown = all.filter((label) => label !== 'highest rate')
    const expected = differences(a, b)
    assert.deepEqual(shown.map(squeezed).sort(), expected.map(squeezed).sort())
    await settings.getByRole('checkbox', { name: 'Only differences' }).uncheck()
    await eventually('the other settings', async () =>
      (await settings.locator('tbody th[scope=row]').count()) > expected.length ? true : undefined,
    )
    const scores = page.getByRole('region', { name: 'Table of scores' })
    for (const run of [a, b]) {
      const text = await scores.getByRole('row').filter({ hasText: run.name }).textContent()
      assert.ok(text?.includes(`${(100 * bestOf(run)).toFixed(1)}\u202f%`))
    }
    await compareCurves([a, b])
  })

  async function compareCurves(runs: readonly RunSummary[]): Promise<void> {
    const chart = page.getByRole('figure', { name: /^Learning rate/ })
    // What is out of sight is not drawn.
    await chart.scrollIntoViewIfNeeded()
    await eventually('two curves', async () =>
      (await chart.locator('path[data-line][d^=M]').count()) === 2 ? true : undefined,
    )
    await page.getByRole('button', { name: 'Validation accuracy: table of values' }).click()
    await page.getByRole('region', { name: 'Validation accuracy: values' }).waitFor()
    const cells = await page.evaluate(`[...document.querySelectorAll(
      '[aria-label="Validation accuracy: values"] tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent))`)
    const rows = z.array(z.array(z.string())).parse(cells)
    const epochs = runs.map(({ id }) => lab.look(({ read }) => read.epochs(id)))
    for (const [place, own] of epochs.entries()) {
      const found = rows.filter((row) => row[place + 1] !== '')
      assert.deepEqual(
        found.map((row) => plainNumber(row[0])),
        own.map(({ step }) => step + 1),
        'steps done',
      )
      for (const [i, { valAccuracy }] of own.entries()) {
        const shown = found[i]?.[place + 1] ?? ''
        const decimals = shown.split('.')[1]?.length ?? 0
        const difference = Math.abs(plainNumber(shown) - 100 * (valAccuracy ?? 0))
        assert.ok(difference <= 0.5 * 10 ** -decimals + 1e-9, `${shown} of ${valAccuracy}, in percent`)
      }
    }
  }

  /** Thousands are parted by thin spaces. */
  const plainNumber = (text = ''): number => Number(text.replaceAll(/\s/g, ''))

  test('runs are added, hidden and taken out in place, and the address keeps it all', async () => {
    const list = page.getByRole('list', { name: 'Runs compared' })
    await page
      .getByRole('combobox', { name: 'Add a run' })
      .or(page.getByLabel('Add a run'))
      .first()
      .fill('study 1, run 13')
    await page.getByRole('option', { name: /^study 1, run 13 / }).click()
    await list.getByRole('listitem').nth(2).waitFor()
    await page.getByRole('button', { name: 'Curves of study 1, run 12' }).click()
    await page.getByText('Part of plan', { exact: true }).click()
    await page.waitForURL(/x=part/)
    await page.reload()
    await list.getByRole('listitem').nth(2).waitFor()
    assert.equal(
      await page.getByRole('button', { name: 'Curves of study 1, run 12' }).getAttribute('aria-pressed'),
      'false',
    )
    await page.getByRole('button', { name: 'Remove study 1, run 13' }).click()
    await list.getByRole('listitem').nth(2).waitFor({ state: 'detached' })
  })

  test('with more runs than can be told apart, it says which are drawn', async () => {
    const ids = stored()
      .slice(0, 34)
      .map(({ id }) => id)
    await go(`/compare?ids=${encodeURIComponent(JSON.stringify(ids))}`)
    await page.getByText('Curves of the first 30 runs are drawn; 4 more are in the tables only.').waitFor()
    assert.equal(await page.getByText('not drawn', { exact: true }).count(), 4)
  })

  test('nothing serious keeps anybody out', async () => {
    const ids = stored()
      .filter(({ name }) => name.startsWith('study 1'))
      .slice(0, 3)
      .map(({ id }) => id)
    await go(`/compare?ids=${encodeURIComponent(JSON.stringify(ids))}`)
    await page.getByRole('region', { name: 'Table of scores' }).waitFor()
    await assertAccessible(page)
  })

  test('no page had an error', () => assert.deepEqual(window.problems, []))
})

test('a log and predictions of other programs come in through their dialogs, refusals beside their field', async () => {
  const log = join(lab.home, 'restart')
  await cp(new URL('../../fixtures/tensorboard/restart', import.meta.url), log, { recursive: true })
  // Few rows behind the dialogs: they are all looked through for what keeps people out.
  await go('/?q=restart')
  await page.getByRole('button', { name: 'Import…' }).click()
  await page.getByRole('menuitem', { name: 'A TensorBoard log' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Folder or event file' }).fill(log)
  await page.keyboard.press('Enter')
  const role = dialog.getByRole('combobox', { name: 'What lr-SGD is' })
  await role.waitFor()
  assert.equal(await role.inputValue(), 'Learning rate')
  const before = stored().length
  await dialog.getByRole('button', { name: /^Import 1\srun$/ }).click()
  await dialog.getByRole('link', { name: 'restart' }).click()
  assert.equal(stored().length, before + 1)
  await page.getByText(/^trained elsewhere, by tensorboard's writer, as of PyTorch/).waitFor()
  for (const chart of ['Learning rate', 'Loss', 'Accuracy'])
    await page.getByRole('figure', { name: new RegExp(`^${chart}`) }).waitFor()
  const best = page.getByRole('region', { name: 'Epochs' }).locator('tr[data-best=true]')
  assert.deepEqual((await best.getByRole('cell').allTextContents()).slice(1, 3), ['71', '0.07042'])
  assert.equal(await page.getByRole('button', { name: /^(Resume|Branch|Ensemble)/ }).count(), 0)
  await go('/?q=restart')

  const csv = lab.write('cycle.csv', 'p0,p1\n0.9,0.3\n0.2,0.8\n')
  const labels = lab.write('labels.csv', 'label\n0\n1\n')
  await page.getByRole('button', { name: 'Import…' }).click()
  await page.getByRole('menuitem', { name: 'Predictions' }).click()
  await dialog.getByRole('textbox', { name: 'File of predictions' }).fill(csv)
  await page.keyboard.press('Enter')
  await dialog.getByText(/1 of the first 2\srows not to 1/).waitFor()
  await dialog.getByText('A file of labels').click()
  await dialog.getByRole('textbox', { name: 'File of labels' }).fill(labels)
  await page.keyboard.press('Enter')
  const form = dialog.getByRole('combobox', { name: 'The numbers are' })
  await dialog.getByText(/1 of 2 rows do not sum to 1/).waitFor()
  assert.equal(await form.getAttribute('aria-invalid'), 'true')
  await form.click()
  await page.getByRole('option', { name: 'Probabilities' }).click()
  await dialog.getByRole('button', { name: 'Check' }).click()
  await dialog.getByRole('cell', { name: '100.00 %' }).waitFor()
  await assertAccessible(page)
  assert.equal(stored().length, before + 1)
  await dialog.getByRole('button', { name: /^Import 1\smember$/ }).click()
  await dialog.getByRole('link', { name: 'Open the workbench' }).click()
  await page.waitForURL(/\/ensembles/)
  assert.equal(stored().length, before + 2)
  const predicted = stored().find(({ elsewhere }) => elsewhere?.from === 'predictions')
  await go(`/runs/${predicted?.id}`)
  await page.getByRole('region', { name: 'Members' }).getByRole('row', { name: 'cycle.csv 100.0' }).waitFor()
})
