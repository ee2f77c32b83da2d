import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceName } from '../../../shared/run/spec.ts'
import { openStore } from '../../../src-main/store/index.ts'
import { cloudsCsv } from '../lab.ts'
import { assertAccessible, makeWindowLab } from './support.ts'

/*
 * Settings, and what stands around every page: the theme, the finder, the sheet of shortcuts.
 */

const lab = await makeWindowLab()
const data = lab.write('clouds.csv', cloudsCsv(90))
const imported = await lab.run('datasets', 'import', data, '--format', 'csv', '--label', 'cloud')
assert.equal(imported.code, 0, imported.stderr)
const runNames = ['quiet cosine', 'loud constant']
for (const name of runNames) {
  const spec = lab.write(
    `${name}.json`,
    JSON.stringify({
      name,
      dataset: { name: 'clouds' },
      model: { kind: 'softmax' },
      optimizer: { kind: 'sgd' },
      schedule: { kind: 'constant', lr: 0.1 },
      batchSize: 30,
      budget: { epochs: 2 },
      device: 'cpu',
    }),
  )
  const trained = await lab.run('train', '--spec', spec)
  assert.equal(trained.code, 0, trained.stderr)
}
const timed = await lab.run('devices', '--model', 'softmax', '--dataset', 'mnist-shape', '--batch', '16')
assert.equal(timed.code, 0, timed.stderr)
const host = await lab.serve()
const window = await lab.open(host)
const { page } = window

test('devices are listed, each with its reason, and one of them is what auto takes', async () => {
  await window.go('/settings')
  const devices = page.getByRole('region', { name: 'Devices' }).getByRole('listitem')
  await devices.first().waitFor()
  const lines = await devices.allTextContents()
  assert.equal(lines.length, deviceName.exclude(['auto']).options.length)
  assert.match(lines[0] ?? '', /^●simd.*WebAssembly.*taken by “auto”.*kernels/)
  assert.ok(lines.some((line) => /^●cpu.*JavaScript.*reference/.test(line)))
  for (const line of lines) assert.match(line, /^●\w+.+|^○\w+not available.+/)
  await assertAccessible(page)
})

test('what was measured of the devices is told by model', async () => {
  await window.go('/settings')
  const devices = page.getByRole('region', { name: 'Devices' })
  await devices.getByText('softmax, 28×28×1, batch 16').waitFor()
  const times = await devices.getByRole('definition').allTextContents()
  assert.equal(times.length, 1)
  assert.match(times[0] ?? '', /^simd [\d.]+ ms$/)
  await assertAccessible(page)
})

test('how many runs train at once is kept for every door, and a number that cannot be is said', async () => {
  await window.go('/settings')
  const slots = page.getByRole('region', { name: 'Runs at once' })
  const processor = slots.getByRole('textbox', { name: 'Processor' })
  const save = slots.getByRole('button', { name: 'Save' })
  await processor.fill('0')
  await slots.getByText('A whole number, 1 to 64').waitFor()
  assert.ok(await save.isDisabled())
  await processor.fill('2')
  await assertAccessible(page)
  await save.click()
  await page.getByText('it holds for the next run to start').waitFor()
  assert.deepEqual(
    lab.look(({ read }) => read.slots()),
    { processor: 2, graphics: 1 },
  )
  await page.reload()
  await processor.waitFor()
  assert.equal(await processor.inputValue(), '2')
})

test('folders, storage and versions are those of the lab', async () => {
  await window.go('/settings')
  const folders = page.getByRole('region', { name: 'Folders' })
  await folders.getByText(lab.database, { exact: true }).waitFor()
  await folders.getByText(lab.home, { exact: true }).waitFor()
  const storage = page.getByRole('region', { name: 'Storage' })
  await storage.getByText('MB').first().waitFor()
  const stored = lab.look(({ read }) => read.storage())
  const facts = await storage.getByRole('definition').allTextContents()
  assert.deepEqual(facts.slice(-4), [
    String(stored.runs),
    String(stored.snapshots),
    String(stored.metricPoints),
    'none',
  ])
  await page.getByText(process.versions.node, { exact: true }).waitFor()
})

test('a deleted run is deleted for good after a question', async () => {
  await window.go('/settings')
  const [run] = lab.look(({ read }) => read.runs())
  assert.ok(run)
  lab.look(({ write }) => write.trashRuns([run.id]))
  await page.reload()
  await page.getByRole('button', { name: 'Delete for good…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('cannot be undone').waitFor()
  await dialog.getByRole('button', { name: 'Delete for good' }).click()
  await page.getByRole('region', { name: 'Storage' }).getByText('none').waitFor()
  assert.equal(
    lab.look(({ read }) => read.storage().deletedRuns),
    0,
  )
})

test('the chosen theme is there before the first paint of the next visit', async () => {
  await window.go('/settings')
  await page.emulateMedia({ colorScheme: 'light' })
  await page.getByRole('radiogroup', { name: 'Theme' }).getByText('Dark').click()
  const attribute = 'data-mantine-color-scheme'
  const scheme = () => page.locator('html').getAttribute(attribute)
  assert.equal(await scheme(), 'dark')
  // Every value that the page ever had is noted, from before its first script.
  await page.addInitScript({
    content: `globalThis.seen = []
      new MutationObserver(() => seen.push(document.documentElement.getAttribute('${attribute}')))
        .observe(document, { subtree: true, attributes: true, attributeFilter: ['${attribute}'] })`,
  })
  await page.reload()
  await page.getByRole('radiogroup', { name: 'Theme' }).waitFor()
  assert.equal(await scheme(), 'dark')
  assert.deepEqual(await page.evaluate('[...new Set(seen)]'), ['dark'])
  await page.getByRole('radiogroup', { name: 'Theme' }).getByText('As the system').click()
  assert.equal(await scheme(), 'light')
})

test('the finder opens a run by a few letters, with the keyboard alone', async () => {
  await window.go('/settings')
  const [left] = lab.look(({ read }) => read.runs())
  assert.ok(left)
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  await page.keyboard.press('Control+k')
  const search = page.getByRole('textbox', { name: 'Find anything: a run, a data set, a command' })
  await search.waitFor()
  await page.getByRole('dialog').getByText(left.name).waitFor()
  await assertAccessible(page)
  await page.keyboard.type(left.name.slice(0, 4))
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/runs/${left.id}`)
})

test('the finder knows commands and things of every kind, and a slip of the finger', async () => {
  const [run] = lab.look(({ read }) => read.runs())
  assert.ok(run)
  const found = async (query: string): Promise<string[]> => {
    await window.go('/')
    await page.getByRole('link', { name: run.name, exact: true }).waitFor()
    await page.keyboard.press('Control+k')
    const search = page.getByRole('textbox', { name: 'Find anything: a run, a data set, a command' })
    await search.fill(query)
    const options = page.getByRole('dialog').locator('[data-action]')
    await options.first().waitFor()
    return options.allTextContents()
  }
  assert.deepEqual((await found('inport'))[0], 'Import a data set')
  assert.ok((await found('clouds')).some((text) => text.startsWith('clouds')))
  assert.ok((await found(`clone ${run.name}`)).includes(`Clone ${run.name}`))
  assert.ok((await found('settings sto')).includes('Settings: Storage'))
  assert.ok((await found('1cycle')).some((text) => text.startsWith('1cycle')))
  await found('inport')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: /import/i }).waitFor()
})

test('the sheet of shortcuts opens with ?, and closes', async () => {
  await window.go('/data')
  await page.getByRole('link', { name: /clouds/ }).waitFor()
  await page.keyboard.press('?')
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await sheet.getByText('Import a data set').waitFor()
  await assertAccessible(page)
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'detached' })
})

test('the way past the frame is the first stop of the Tab key', async () => {
  await window.go('/settings')
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate('document.activeElement.id'), 'page')
})

test('a run whose devices are being measured says so on its page, until it has ended', async () => {
  const { read, write, close } = openStore(lab.database)
  try {
    const [{ spec, datasetId, planned, totalSteps } = assert.fail('no run is left')] = read.runs()
    const { id } = write.claimRun(write.createRun({ spec, datasetId, plan: planned.plan, totalSteps }).id)
    write.saySetup(id, 'Measuring devices: webgpu and simd')
    await window.go(`/runs/${id}`)
    const setup = page.getByRole('status').getByText('Measuring devices: webgpu and simd')
    await setup.waitFor()
    await assertAccessible(page)
    write.setStatus(id, 'stopped', 'It was stopped.')
    await setup.waitFor({ state: 'detached' })
  } finally {
    close()
  }
})

test('a lost host is said in one line, what was known stays, and it goes when the host is back', async () => {
  await window.go('/settings')
  await page.getByText(lab.database, { exact: true }).waitFor()
  await host.kill()
  await page.getByText('Not connected to Anneal').waitFor()
  await page.getByText(lab.database, { exact: true }).waitFor()
  await lab.serve(host.port)
  await page.getByText('Not connected to Anneal').waitFor({ state: 'detached' })
})
