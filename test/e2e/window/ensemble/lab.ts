import assert from 'node:assert/strict'
import type { Locator } from 'playwright-core'
import { z } from 'zod'
import { combine, score } from '../../../../shared/ensemble/index.ts'
import { cloudsCsv } from '../../lab.ts'
import { makeWindowLab } from '../support.ts'

/* Two stored runs of four snapshots, and a window: made once for all tests of the ensemble. */

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

export const lab = await makeWindowLab()
const csv = lab.write('clouds.csv', cloudsCsv(1500))
const imported = await lab.run('datasets', 'import', csv, '--format', 'csv', '--label', 'cloud')
assert.equal(imported.code, 0, imported.stderr)
export const first = await train('first', 1)
export const second = await train('second', 2)
export const window = await lab.open(await lab.serve())

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

export async function printed(...args: readonly string[]): Promise<Report> {
  const { code, stdout, stderr } = await lab.run('ensemble', '--run', first, ...args, '--json')
  assert.equal(code, 0, stderr)
  return report.parse(JSON.parse(stdout))
}

export const shown = (accuracy: number): string => `${(100 * accuracy).toFixed(2)}\u202f%`

export const panel = (): Locator => window.page.getByRole('region', { name: 'Ensemble', exact: true })
export const headline = (): Locator => panel().getByRole('heading', { name: /test accuracy of/ })
export const box = (name: string): Locator =>
  panel().getByRole('checkbox', { name: `Member ${name}`, exact: true })

export async function assertShows(want: Report, members: number): Promise<void> {
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

export async function openPanel(): Promise<void> {
  await window.go(`/runs/${first}`)
  await window.page.getByRole('button', { name: /^Ensemble 4/ }).click()
  await headline().waitFor()
}

export async function lastThree(): Promise<number[]> {
  return lab.look(({ read }) =>
    read
      .snapshots(first)
      .map(({ id }) => id)
      .slice(-3),
  )
}

export function partOf(snapshotId: number, part: 'validation' | 'test') {
  const found = lab.look(({ read }) => read.predictions(snapshotId, part))
  assert.ok(found)
  return found
}

export function scoreOf(members: readonly ReturnType<typeof partOf>[]) {
  const [one] = members
  assert.ok(one)
  return score(combine(members, one.classes), { labels: one.labels, classes: one.classes })
}
