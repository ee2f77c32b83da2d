import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator } from 'playwright-core'
import { z } from 'zod'
import { cloudsCsv } from '../lab.ts'
import { assertAccessible, makeWindowLab } from './support.ts'

/*
 * Studies that another door started, watched to their end in the window. What it shows is computed here anew from what the
 * command line prints of their runs.
 */

const shown = z.object({
  status: z.string(),
  cells: z.array(
    z.object({
      status: z.string(),
      role: z.string(),
      settings: z.object({ schedule: z.string() }),
      budget: z.number(),
      steps: z.number(),
      validationAccuracy: z.number(),
      testAccuracy: z.number(),
    }),
  ),
})
type Shown = z.infer<typeof shown>
type Part = 'validationAccuracy' | 'testAccuracy'

const lab = await makeWindowLab()
const csv = lab.write('clouds.csv', cloudsCsv(600))
const imported = await lab.run('datasets', 'import', csv, '--format', 'csv', '--label', 'cloud')
assert.equal(imported.code, 0, imported.stderr)
const base = {
  dataset: { name: 'clouds' },
  model: { kind: 'softmax' },
  optimizer: { kind: 'sgd' },
  schedule: { kind: 'constant', lr: 0.01 },
  batchSize: 16,
  budget: { epochs: 4 },
}

/** Stores a study that trains nothing before it is resumed. @returns its id */
async function storePaused(study: Record<string, unknown>): Promise<string> {
  const file = lab.write('study.json', JSON.stringify({ base, ...study }))
  const { code, stdout, stderr } = await lab.run('study', '--spec', file, '--queue', '--json')
  assert.equal(code, 0, stderr)
  const { studyId } = z.object({ studyId: z.string() }).parse(JSON.parse(stdout))
  const paused = await lab.run('studies', 'pause', studyId)
  assert.equal(paused.code, 0, paused.stderr)
  return studyId
}

// Before there is a host that could train: what the window says of a study without a value is there to be seen.
const budgetId = await storePaused({
  kind: 'budget',
  name: 'Warm restarts',
  schedules: [
    { label: 'SGDR', spec: { kind: 'sgdr', lrMax: 0.3, t0: 0.5, unit: 'budget' } },
    { label: 'slow', spec: { kind: 'constant', lr: 0.0001 } },
  ],
  budgets: [0.25, 1],
  seeds: [1, 2],
})
const trunkId = await storePaused({
  ...{ kind: 'trunk', name: 'One trunk', lr: 0.1, budgets: [0.5, 1], seeds: [1, 2] },
  base: { ...base, budget: { steps: 100 } },
})
const window = await lab.open(await lab.serve())
const { page } = window

async function printed(id: string): Promise<Shown> {
  const { code, stdout, stderr } = await lab.run('studies', 'show', id, '--json')
  assert.equal(code, 0, stderr)
  return shown.parse(JSON.parse(stdout))
}

/** Its runs take a second or two each, more where other tests run beside. */
async function untilFinished(): Promise<void> {
  await page.getByText('finished', { exact: true }).waitFor({ timeout: 180_000 })
}

/** "91.20 ± 0.42" of two seeds, by hand. */
function spread(cells: Shown['cells'], part: Part): string {
  const [first = Number.NaN, second = Number.NaN] = cells.map((cell) => 100 * cell[part])
  assert.equal(cells.length, 2)
  // Of two values the deviation of the sample is their difference over √2.
  return `${((first + second) / 2).toFixed(2)} ± ${(Math.abs(first - second) / Math.SQRT2).toFixed(2)}`
}

const rowOf = (table: string, name: string): Locator =>
  page.getByRole('region', { name: table }).getByRole('row', { name: new RegExp(`^${name}`) })

test('a budget study is watched to its end: table, ranks with their diagram, and anytime curves', async () => {
  const id = budgetId
  await window.go(`/studies/${trunkId}`)
  await page.getByText('is drawn here when the first cool-down has ended', { exact: false }).waitFor()
  await window.go(`/studies/${id}`)
  await page.getByText('No budget has been trained with every schedule yet', { exact: false }).waitFor()
  await page.getByRole('button', { name: 'Resume', exact: true }).click()
  await untilFinished()
  const { cells } = await printed(id)
  const assertTable = async (part: Part): Promise<void> => {
    for (const schedule of ['SGDR', 'slow'])
      for (const [column, budget] of [0.25, 1].entries()) {
        const own = cells.filter((cell) => cell.settings.schedule === schedule && cell.budget === budget)
        const cell = rowOf('Schedules by budgets: table', schedule).getByRole('cell').nth(column)
        await cell.getByText(spread(own, part), { exact: true }).waitFor()
      }
  }
  await assertTable('validationAccuracy')
  await page.getByText('SGDR came first most often', { exact: false }).waitFor()
  // Two comparisons of two schedules: ranks 1 and 2 both times, χ² 2, which is p 0.157 with one degree of freedom.
  await page.getByRole('figure', { name: /χ² 2\.00, p 0\.16\. It finds no difference/ }).waitFor()
  await rowOf('Ranks of the schedules: table', 'SGDR')
    .getByRole('cell', { name: '1.00', exact: true })
    .waitFor()
  await page.getByRole('figure', { name: /SGDR, one run’s cycles/ }).waitFor()
  await page.getByRole('radiogroup', { name: 'Scores of which part' }).getByText('Test').click()
  await assertTable('testAccuracy')
  await assertAccessible(page)
  assert.deepEqual(window.problems, [])
})

test('a trunk is told by what it saves in steps, and what that costs', async () => {
  const id = trunkId
  await window.go(`/studies/${id}`)
  await page.getByRole('button', { name: 'Resume', exact: true }).click()
  await untilFinished()
  const { cells } = await printed(id)
  // 80 steps of trunk and 10 + 20 of cool-downs, against 50 + 100.
  await page.getByText('for 110 steps a seed; trained separately they take 150', { exact: false }).waitFor()
  const full = (role: string) => cells.filter((cell) => cell.role === role && cell.budget === 1)
  const row = rowOf('Trunk with 1-sqrt cool-downs: table', '100')
  await row.getByRole('cell', { name: spread(full('cooldown'), 'validationAccuracy') }).waitFor()
  await row.getByRole('cell', { name: spread(full('separate'), 'validationAccuracy') }).waitFor()
  await page.getByRole('figure', { name: /^Learning rate, seed 1/ }).waitFor()
  await assertAccessible(page)
  assert.deepEqual(window.problems, [])
})
