import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator } from 'playwright-core'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { assertAccessible, eventually, makeWindowLab } from './support.ts'

/*
 * The rate of a run, found in the window: a range test is started beside the schedule, its lines are moved by pointer and
 * keys, the rates land in the schedule, and a run trains with them. The test itself stays among the runs, and is opened again.
 */

const lab = await makeWindowLab()
const host = await lab.serve()
const window = await lab.open(host)
const { page } = window

const stored = (): RunSummary[] => lab.look((store) => store.read.summaries('current'))
const tests = (): RunSummary[] => stored().filter(({ kind }) => kind === 'rateTest')
const named = (name: string): Locator => page.locator(`[name="${name}"]`)
const button = (name: string): Locator => page.getByRole('button', { name, exact: true })
const line = (name: 'Highest rate' | 'Lowest rate'): Locator =>
  page.getByRole('slider', { name, exact: true }).and(page.locator('[data-rate]'))
const rateOf = async (name: 'Highest rate' | 'Lowest rate'): Promise<number> =>
  Number(await line(name).getAttribute('aria-valuenow'))
const openedRun = async (): Promise<string> => {
  await page.waitForURL(/\/runs\/[a-z0-9]+$/)
  return new URL(page.url()).pathname.split('/').at(-1) ?? ''
}

/** Waits for the lines, which stand when the test has ended. */
async function ended(): Promise<void> {
  await line('Highest rate').waitFor()
}

test('the rate is found, dragged into the schedule, and trained with', async () => {
  await window.go('/new')
  await button('Find rate').click()
  await button('Start the test').waitFor()
  await named('model.kind').selectOption('softmax')
  await page.getByLabel('Counted in').selectOption('steps')
  await named('budget.steps').fill('12')
  await named('snapshots.at').selectOption('last')

  // What breaks a rule is told beside its field, and nothing can be started.
  await named('rateTest.from').fill('1e-4')
  await named('rateTest.to').fill('1e-6')
  await page.getByText('must rise').first().waitFor()
  assert(await button('Start the test').isDisabled())
  await named('rateTest.to').fill('10')
  await named('rateTest.steps').fill('60')
  await button('Start the test').click()
  await ended()

  const [made] = tests()
  assert.equal(tests().length, 1)
  assert.deepEqual([made?.rateTest?.from, made?.rateTest?.to, made?.rateTest?.steps], [1e-4, 10, 60])
  assert.deepEqual([made?.snapshots.length, made?.best, made?.status], [0, null, 'completed'])
  assert.equal(await page.getByRole('list', { name: 'Suggested rates' }).getByRole('listitem').count(), 6)
  await assertAccessible(page)

  // By pointer.
  const before = await rateOf('Highest rate')
  const box = await line('Highest rate').boundingBox()
  assert(box)
  await page.mouse.move(box.x + box.width / 2, box.y + 60)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width / 2 + 90, box.y + 80, { steps: 4 })
  await page.mouse.up()
  const dragged = await rateOf('Highest rate')
  assert(dragged > 1.5 * before, `dragged from ${before} to ${dragged}`)
  // By keys; never beyond the other line.
  const low = await rateOf('Lowest rate')
  await line('Lowest rate').press('ArrowRight')
  assert((await rateOf('Lowest rate')) > low)
  await line('Lowest rate').press('End')
  assert.equal(await rateOf('Lowest rate'), dragged)
  await line('Lowest rate').press('Home')
  await line('Lowest rate').press('Shift+ArrowRight')
  // By a suggestion.
  const steepest = page.getByRole('listitem').filter({ hasText: 'Steepest' })
  await steepest.getByRole('button', { name: 'Steepest: high' }).click()
  const high = await rateOf('Highest rate')
  assert(high >= 1e-4 && high <= 10)
  const lowest = await rateOf('Lowest rate')
  assert(lowest < high)

  await button('Use as highest and lowest rate').click()
  assert.equal(Number(await named('schedule.lrMax').inputValue()), high)
  assert.equal(Number(await named('schedule.lrMin').inputValue()), lowest)
  await page.getByText('In the schedule: highest rate').waitFor()

  await button('Start').click()
  const id = await openedRun()
  const run = stored().find((one) => one.id === id)
  assert.deepEqual(
    [run?.kind, run?.spec.schedule.kind, run && 'lrMax' in run.spec.schedule && run.spec.schedule.lrMax],
    ['training', 'sgdr', high],
  )
  await lab.watch('the run', ({ read }) => read.summary(id).status === 'completed' || undefined)
})

test('of a kind with one rate there is one to use, and of one without none', async () => {
  await page.goBack()
  await ended()
  // What the test was of is told where the form has become another since.
  const changed = page.getByText('The form has changed since this test: batch size')
  await named('batchSize').fill('32')
  await changed.waitFor()
  await named('batchSize').fill('64')
  await changed.waitFor({ state: 'detached' })
  const kind = page.locator('[data-path="schedule.kind"]')
  const choose = async (name: string): Promise<void> => {
    await kind.click()
    await page.getByRole('option', { name, exact: true }).click()
  }
  await choose('Constant')
  await button('Use as rate').click()
  assert.equal(Number(await named('schedule.lr').inputValue()), await rateOf('Highest rate'))
  await choose('Formula')
  await named('schedule.expression').fill('0.1 * (1 - u)')
  await page.getByText('This schedule has no field that takes a rate').waitFor()
})

test('a test is told apart among the runs, and opened again', async () => {
  const [made] = tests()
  assert(made)
  await window.go('/')
  const row = page.locator(`[data-run="${made.id}"]`)
  await row.getByText('range test', { exact: true }).waitFor()
  const filter = page.getByPlaceholder(/^Filter/)
  await filter.fill('kind:training')
  await row.waitFor({ state: 'detached' })
  await filter.fill('kind:rangetest')
  await row.waitFor()
  assert.equal(await page.locator('[data-run]').count(), 1)
  await filter.fill('')
  // Two runs are selected, of which one can be compared.
  await eventually('both rows', async () =>
    (await page.locator('[data-run]').count()) === 2 ? true : undefined,
  )
  for (const box of await page.getByRole('checkbox', { name: /^Select .+ · / }).all()) await box.check()
  const tray = page.getByRole('region', { name: 'Selected runs' })
  await tray.getByText(/^2.runs selected/).waitFor()
  assert(await tray.getByRole('button', { name: 'Compare' }).isDisabled())

  await row.getByRole('link').click()
  await ended()
  await page.getByText('from fresh weights').waitFor()
  assert.equal(await page.getByRole('region', { name: 'Snapshots' }).count(), 0)
  await assertAccessible(page)
  await line('Highest rate').press('ArrowLeft')
  const high = await rateOf('Highest rate')
  const low = await rateOf('Lowest rate')
  await page.getByRole('link', { name: 'New run with these rates' }).click()
  await named('model.kind').waitFor()
  // The formula that stands in New run takes none: an SGDR does.
  await eventually('the model of the test', async () =>
    (await named('model.kind').inputValue()) === 'softmax' ? true : undefined,
  )
  await button('Reset').click()
  await page.goBack()
  await ended()
  await line('Highest rate').press('ArrowLeft')
  await page.getByRole('link', { name: 'New run with these rates' }).click()
  const next = await eventually('the rates in the form', async () => {
    const value = Number(await named('schedule.lrMax').inputValue())
    return value === 0.05 ? undefined : value
  })
  assert(next <= high)
  assert.equal(Number(await named('schedule.lrMin').inputValue()), low)
})

test('from a snapshot on, which stays what it is', async () => {
  const run = stored().find(({ kind, snapshots }) => kind === 'training' && snapshots.length > 0)
  assert(run)
  const before = lab.look((store) => store.read.snapshots(run.id).map(({ weightsSha256 }) => weightsSha256))
  await window.go(`/runs/${run.id}`)
  await page
    .getByRole('button', { name: /^More of the snapshot of/ })
    .first()
    .click()
  await page.getByRole('menuitem', { name: 'Find rate from here' }).click()
  await page.getByText(/^begins with .+ after .+ which stays as it is$/).waitFor()
  await named('rateTest.steps').fill('30')
  await button('Start the test').click()
  await ended()
  const origin = tests().find((one) => one.origin !== null)?.origin
  assert.deepEqual([origin?.runId, origin?.weightsSha256], [run.id, before[0]])
  const after = lab.look((store) => store.read.snapshots(run.id).map(({ weightsSha256 }) => weightsSha256))
  assert.deepEqual(after, before)
  assert.deepEqual(
    window.problems.filter((one) => !one.includes('400')),
    [],
  )
})
