import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { createServices } from '../../../src-main/api/index.ts'
import { openCore } from '../../../src-main/core.ts'
import { tempFolder } from '../datasets/fixtures.ts'

const root = path.join(import.meta.dirname, '../../..')
const places = { root, windowFolder: path.join(root, 'out', 'renderer') }

async function openLab(t: TestContext) {
  const home = await tempFolder(t)
  const core = openCore({ home, db: path.join(home, 'anneal.db') })
  t.after(() => core.close())
  return { home, core }
}

test('about names the program, its files, and another build when the window is built anew', async (t) => {
  const { home, core } = await openLab(t)
  const program = path.join(home, 'program')
  const window = path.join(home, 'served')
  await mkdir(window, { recursive: true })
  await mkdir(program)
  await writeFile(path.join(program, 'package.json'), '{"version": "1.2.3"}')
  const lab = createServices(core, 'browser', { root: program, windowFolder: window }).lab
  const none = lab.about()
  assert.equal(none.version, '1.2.3')
  assert.deepEqual([none.home, none.database], [home, path.join(home, 'anneal.db')])
  await writeFile(path.join(window, 'index.html'), '<script src="a1.js">')
  const first = lab.about().build
  assert.equal(lab.about().build, first)
  await writeFile(path.join(window, 'index.html'), '<script src="b2.js">')
  assert.equal(new Set([none.build, first, lab.about().build]).size, 3)
})

test('storage counts data sets by their files', async (t) => {
  const { core } = await openLab(t)
  const { datasetBytes, runs, databaseBytes } = await createServices(core, 'browser', places).lab.storage()
  // The embedded images and labels, from their published shape.
  assert.equal(datasetBytes, 12_000 * (28 * 28 + 2))
  assert.equal(runs, 0)
  assert.ok(databaseBytes > 0)
})

test('devices are looked for once, each with a reason, and auto takes the fastest one there', async (t) => {
  const { core } = await openLab(t)
  const lab = createServices(core, 'browser', places).lab
  const [devices, again] = await Promise.all([lab.devices(), lab.devices()])
  assert.deepEqual(devices, again)
  assert.deepEqual(devices.map(({ name }) => name).sort(), ['cpu', 'cuda', 'simd', 'wasm', 'webgpu'])
  for (const { available, device, reason } of devices) {
    assert.equal(available, device !== null)
    assert.notEqual(reason, '')
  }
  assert.deepEqual(
    devices.filter(({ chosen }) => chosen).map(({ name }) => name),
    ['simd'],
  )
})
