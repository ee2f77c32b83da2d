import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { joinAnswer, workerProtocol } from '../../../shared/worker/protocol.ts'
import { post } from '../../src-main/workers/client.ts'
import { cloudsCsv } from '../lab.ts'
import { assertAccessible, eventually, makeWindowLab } from './support.ts'

/* The page Workers and what the other pages say of places, with a real host that listens. */

process.env.ANNEAL_WORKERS_PORT = '0'
const lab = await makeWindowLab()
const data = lab.write('clouds.csv', cloudsCsv(300))
const imported = await lab.run('datasets', 'import', data, '--format', 'csv', '--label', 'cloud')
assert.equal(imported.code, 0, imported.stderr)
const host = await lab.serve()
const { page, go, problems } = await lab.open(host)

const table = page.getByRole('region', { name: 'All workers' })
const invitation = z.object({ port: z.int(), pin: z.string(), code: z.string() })
const slot = { id: 0, classes: ['processor' as const], device: 'processor, 2 threads' }
const about = {
  hostname: 'attic.example',
  platform: 'linux x64',
  processor: 'Some processor',
  cores: 2,
  memory: 8e9,
  node: '24.1.0',
  load: 0.25,
  diskFree: 9e9,
  slots: [slot],
}

/** As the machine's agent would say it now. */
const speak = (id: string): void =>
  lab.look(({ workers }) => workers.seen(id, { about, protocol: workerProtocol, build: 'f'.repeat(64) }))

test('without workers the page says what one is, and that nothing listens', async () => {
  await go('/settings')
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  await page.keyboard.press('w')
  await page.getByRole('heading', { name: 'No workers yet' }).waitFor()
  await page.getByText('Nothing listens on the network until the first worker is added.').waitFor()
  await assertAccessible(page)
  await go('/new')
  const add = page.getByRole('link', { name: 'Add a worker' })
  await add.waitFor()
  assert.equal(await page.getByLabel('Where it trains').count(), 0, 'local use gets no menu')
  await add.click()
  await page.getByRole('dialog', { name: 'Add a worker' }).waitFor()
})

let id = ''

test('adding one shows the command to paste, and turns to joined by itself', async () => {
  await go('/workers')
  await page.getByRole('heading', { name: 'No workers yet' }).waitFor()
  await page.keyboard.press('a')
  const dialog = page.getByRole('dialog', { name: 'Add' })
  const make = dialog.getByRole('button', { name: 'Make the command' })
  await dialog.getByLabel('Name').fill('The Attic')
  await make.click()
  await dialog.getByText('It must be up to 40 of a-z').waitFor()
  await dialog.getByLabel('Name').fill('attic')
  await dialog.getByLabel('Address of this machine').fill('127.0.0.1')
  await make.click()
  const command = await dialog.getByRole('region').getByRole('code').textContent()
  const [, json = ''] = /^const invitation = (.*)$/m.exec(command ?? '') ?? []
  const { port, pin, code } = invitation.parse(JSON.parse(json))
  await dialog.getByText(/1[45].min/).waitFor()
  await assertAccessible(page)
  const answer = await post({ port, pin }, '/v1/join', { code, protocol: workerProtocol })
  id = joinAnswer.parse(answer.value()).workerId
  await dialog.getByText('attic has joined').waitFor()
  await dialog.getByRole('button', { name: 'Done' }).click()
  await table.getByRole('rowheader', { name: 'attic joined' }).waitFor()
  await page.getByText(`https://`).waitFor()
  await page.getByText('anneal workers serve-queue').waitFor()
})

test('what the machine says of itself stands in its row', async () => {
  speak(id)
  await table.getByText('attic.example').waitFor()
  await table.getByText(/Some processor · 2.cores · 8\.0.GB memory/).waitFor()
  await table.getByText('idle', { exact: true }).waitFor()
  await table.getByRole('cell', { name: /^25.%$/ }).waitFor()
  await assertAccessible(page)
})

test('a run is placed on it from the form, and every page says where it waits', async () => {
  speak(id)
  await go('/new?data=clouds')
  const where = page.getByLabel('Where it trains')
  await where.waitFor()
  const choices = await where.locator('option').allTextContents()
  assert.deepEqual(choices, ['here', 'any worker', 'attic: processor, 2 threads'])
  await where.selectOption('attic: processor, 2 threads')
  await page.getByText('There is no queue yet').waitFor()
  await assertAccessible(page)
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await page.waitForURL('**/runs/*')
  const note = page.getByRole('region', { name: 'State of the run' })
  await note.getByText('Offered to attic, 1st in the queue').waitFor()
  await note.getByText('There is no queue that could offer it').waitFor()
  for (const place of ['any worker', 'attic: processor, 2 threads']) {
    await note.getByRole('button', { name: 'Train it elsewhere' }).click()
    await page.getByRole('menuitem', { name: place }).click()
    await note.getByText(`Offered to ${place.split(':')[0]}`).waitFor()
  }
  await go('/')
  await page.getByRole('columnheader', { name: 'Where' }).waitFor()
  await page.getByRole('gridcell', { name: 'attic', exact: true }).waitFor()
  const [run] = lab.look(({ read }) => read.runs())
  assert.deepEqual(run?.place?.placement, { at: 'worker', workerId: id })
})

test('a clone keeps the place, and the draft keeps it through a reload', async () => {
  const [run] = lab.look(({ read }) => read.runs())
  assert.ok(run)
  await go(`/new?from=${run.id}`)
  const chosen = () => page.getByLabel('Where it trains').inputValue()
  await eventually('the place of the run', async () => (await chosen()) === `worker ${id}` || undefined)
  await page.reload()
  assert.equal(await chosen(), `worker ${id}`)
})

test('a worker is drained and takes runs again; meanwhile nothing can be placed on it', async () => {
  speak(id)
  await go('/workers')
  await table.getByRole('button', { name: 'Drain attic' }).click()
  await table.getByRole('rowheader', { name: 'attic draining' }).waitFor()
  assert.equal(
    lab.look(({ workers }) => workers.find(id)?.state),
    'draining',
  )
  await go('/studies/new')
  const option = page.getByLabel('Where it trains').locator('option', { hasText: 'attic: draining' })
  await option.waitFor({ state: 'attached' })
  assert.ok(await option.isDisabled())
  await go('/workers')
  await table.getByRole('button', { name: 'Let attic take runs again' }).click()
  await table.getByRole('rowheader', { name: 'attic joined' }).waitFor()
})

test('one that is out of touch is told with what it means, and until when it is waited for', async () => {
  const [run] = lab.look(({ read }) => read.runs())
  assert.ok(run)
  const silent = Date.now() - 60_000
  lab.look(({ workers }) => workers.claim(run.id, { workerId: id }))
  lab.look(({ workers }) => workers.touch([{ runId: run.id, attempt: 1 }], silent))
  await go('/workers')
  await table.getByRole('link', { name: run.name }).waitFor()
  await go(`/runs/${run.id}`)
  await page.getByRole('link', { name: 'on attic' }).waitFor()
  await page.getByText(/last heard \d+.s ago/).waitFor()
  await page.getByRole('button', { name: 'Pause' }).click()
  const orders = page.getByRole('status', { name: `Orders of ${run.name}` })
  await orders.getByText('The pause waits').waitFor()
  await assertAccessible(page)
})

test('patience is set in the unit it is read in', async () => {
  await go('/workers')
  const patience = page.getByRole('textbox', { name: 'Patience' })
  await patience.fill('soon')
  await page.getByText('A time, such as 90 s').waitFor()
  await patience.fill('100 s')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Kept: workers are waited for').waitFor()
  assert.equal(
    lab.look(({ workers }) => workers.settings().patience),
    100_000,
  )
})

test('removing asks once, says that nothing stored is lost, and what waits for it says so', async () => {
  await page.getByRole('button', { name: 'More of attic' }).click()
  await page.getByRole('menuitem', { name: 'Remove…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Remove attic?' })
  await dialog.getByText('Nothing stored is lost').waitFor()
  await assertAccessible(page)
  await dialog.getByRole('button', { name: 'Remove it' }).click()
  await page.getByRole('heading', { name: 'No workers yet' }).waitFor()
  assert.equal(
    lab.look(({ workers }) => workers.find(id)?.state),
    'removed',
  )
  assert.deepEqual(problems, [])
})
