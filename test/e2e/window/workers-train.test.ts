import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { noRedis } from '../../src-main/workers/realQueue.ts'
import { freePort } from '../../workers/queue.ts'
import { contents } from '../contents.ts'
import { cloudsCsv } from '../lab.ts'
import { type PastedWorker, paste } from './pastedWorker.ts'
import { assertAccessible, makeWindowLab } from './support.ts'

/*
 * The whole from the window: two workers are added by the command that it shows, a sweep of 2 × 3 runs is started on "any
 * worker", one of them is killed in the middle, and the sweep ends well. Times go by in a twentieth.
 */

const none = process.platform === 'linux' ? noRedis : 'processes are looked for as on Linux'
process.env.ANNEAL_WORKERS_PORT = '0'
process.env.ANNEAL_CLOCK = '0.05'

const steps = 800
/** Milliseconds that a step lasts at least: one of the workers is to be killed in the midst of a run, however busy the machine is. */
const stepTime = { attic: '2', basement: '20' }

const base = {
  dataset: { name: 'clouds', validation: 0.2 },
  model: { kind: 'mlp', hidden: [64] },
  optimizer: { kind: 'sgd', momentum: 0.5 },
  schedule: { kind: 'sgdr', lrMax: 0.1, t0: steps / 4, unit: 'step' },
  batchSize: 8,
  budget: { steps },
  device: 'simd',
}
const sweep = {
  kind: 'sweep',
  name: 'rates elsewhere',
  base,
  axes: [{ path: 'schedule.lrMax', values: [0.05, 0.1] }],
  search: { method: 'grid' },
  seeds: [1, 2, 3],
}

const lab = none === undefined ? await makeWindowLab() : undefined

test('a sweep on two workers ends well although one of them is killed', { skip: none }, async (t) => {
  assert.ok(lab)
  const data = lab.write('clouds.csv', cloudsCsv(600))
  const imported = await lab.run('datasets', 'import', data, '--format', 'csv', '--label', 'cloud')
  assert.equal(imported.code, 0, imported.stderr)
  const port = String(await freePort('127.0.0.1'))
  const queue = lab.start('workers', 'serve-queue', '--port', port, '--bind', '127.0.0.1')
  t.after(async () => {
    queue.process.kill('SIGINT')
    await queue.result
  })
  const { page, go, problems } = await lab.open(await lab.serve())
  const workers: Record<string, PastedWorker> = {}
  for (const name of ['attic', 'basement'] as const) {
    await go('/workers')
    const pasted = await paste(await invited(page, name), { ANNEAL_STEP_TIME: stepTime[name] })
    t.after(pasted.remove)
    workers[name] = pasted
    await page.getByRole('dialog').getByText(`${name} has joined`).waitFor()
  }
  await go('/workers')
  const patience = page.getByRole('textbox', { name: 'Patience' })
  await patience.fill('4 min')
  await page.getByRole('button', { name: 'Save' }).click()
  const table = page.getByRole('region', { name: 'All workers' })
  for (const name of ['attic', 'basement'])
    await table.getByRole('rowheader', { name: `${name} joined` }).waitFor()
  await page.getByText('no offer waits').waitFor()

  // The form's draft, as another visit would have left it.
  await page.evaluate((tree) => sessionStorage.setItem('anneal.newStudy', JSON.stringify({ tree })), sweep)
  await go('/studies/new')
  await page.getByLabel('Where it trains').selectOption('any worker')
  await page.getByText(/^6.runs, 4/).waitFor()
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await page.waitForURL('**/studies/*')
  await page.getByText('trains on any worker').waitFor()

  const onBasement = await lab.watch('a run in the middle on basement', ({ read }) =>
    read.runs().find(({ place, stepsDone }) => place?.worker?.name === 'basement' && stepsDone > 100),
  )
  await workers.basement?.kill('SIGKILL')
  await go(`/runs/${onBasement.id}`)
  const note = page.getByRole('region', { name: 'State of the run' })
  await note.getByText('basement is out of touch since').waitFor()
  await go('/workers')
  await table.getByRole('rowheader', { name: 'basement out of touch' }).waitFor()
  await table.getByText('basement has not been heard of since').waitFor()
  await assertAccessible(page)

  const [study] = lab.look(({ read }) => read.studies())
  assert.ok(study)
  await go(`/studies/${study.id}`)
  await page.getByText('finished').waitFor({ timeout: 60_000 })
  await page.getByText(/6 of 6.runs done/).waitFor()
  await go(`/runs/${onBasement.id}`)
  await page.getByRole('link', { name: 'on attic' }).waitFor()
  lab.look((store) => {
    for (const { id } of store.read.runs()) {
      const { status, stepsDone, series } = contents(store, id)
      assert.deepEqual([status, stepsDone], ['completed', steps])
      const each = Array.from({ length: steps }, (_, step) => step)
      assert.deepEqual(series.loss?.steps, each, 'no step is missing or doubled')
    }
    const taken = store.read.run(onBasement.id)
    assert.equal(taken.attempt, 2)
  })
  assert.deepEqual(problems, [])
})

/** Adds a worker in the window. @returns the command that it shows */
async function invited(page: Page, name: string): Promise<string> {
  await page.getByRole('button', { name: 'Add a worker' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByLabel('Address of this machine').fill('127.0.0.1')
  await dialog.getByRole('button', { name: 'Make the command' }).click()
  return (await dialog.getByRole('region').getByRole('code').textContent()) ?? ''
}
