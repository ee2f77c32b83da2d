import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { findElectron, findOrFetchElectron } from '../../.ci/electronBinary.ts'

/* The package "electron" of a checkout, with installers that do what real ones do on good and bad days. */

const notHere = process.platform !== 'linux' && 'the program has another name here'
const homes: string[] = []
after(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

/** @param installer body of install.js */
function checkout(installer: string): string {
  const root = mkdtempSync(path.join(tmpdir(), 'anneal-checkout-'))
  homes.push(root)
  const home = path.join(root, 'node_modules', 'electron')
  mkdirSync(home, { recursive: true })
  writeFileSync(path.join(home, 'install.js'), installer)
  return root
}

const modules = "const fs = require('fs'), os = require('os'), path = require('path')\n"
const installs = `${modules}
fs.mkdirSync(path.join(__dirname, 'dist'))
fs.writeFileSync(path.join(__dirname, 'dist', 'electron'), '')
fs.writeFileSync(path.join(__dirname, 'path.txt'), 'electron')`

test('one that is there is taken, without a look at the network', { skip: notHere }, async () => {
  const root = checkout('process.exit(9)')
  const dist = path.join(root, 'node_modules', 'electron', 'dist')
  mkdirSync(dist)
  assert.equal(findElectron(root, {}), undefined)
  writeFileSync(path.join(dist, 'electron'), '')
  assert.deepEqual(await findOrFetchElectron(root, {}), { program: path.join(dist, 'electron') })
})

test('one that is missing is fetched by its own installer', { skip: notHere }, async () => {
  const root = checkout(installs)
  const program = path.join(root, 'node_modules', 'electron', 'dist', 'electron')
  assert.deepEqual(await findOrFetchElectron(root, process.env), { program })
})

test('a download that hangs is ended, and leaves nothing', { skip: notHere }, async () => {
  const root = checkout(`${modules}
fs.writeFileSync(path.join(os.tmpdir(), 'part'), 'the first bytes')
fs.writeFileSync(path.join(__dirname, 'pid'), String(process.pid))
setInterval(() => undefined, 1000)`)
  const found = await findOrFetchElectron(root, process.env, 600)
  assert.match('missing' in found ? found.missing : '', /^Electron cannot be fetched: nothing came for 1 s$/)
  assert.deepEqual(readdirSync(path.join(root, 'node_modules', '.cache')), [])
})

test('a slow download is left to go on', { skip: notHere }, async () => {
  const root = checkout(`${installs.replace("'electron'), '')", "'electron.part'), '')")}
let n = 0
setInterval(() => {
  fs.appendFileSync(path.join(os.tmpdir(), 'part'), 'more')
  if (++n < 30) return
  fs.writeFileSync(path.join(__dirname, 'dist', 'electron'), '')
  process.exit(0)
}, 100)`)
  const found = await findOrFetchElectron(root, process.env, 1500)
  assert.ok('program' in found, JSON.stringify(found))
})

test('what went wrong is told in a clause', { skip: notHere }, async () => {
  const says = async (stack: string): Promise<string> => {
    const root = checkout(`console.error(${JSON.stringify(stack)}); process.exit(1)`)
    const found = await findOrFetchElectron(root, process.env)
    return 'missing' in found ? found.missing : ''
  }
  assert.equal(
    await says('TypeError: fetch failed\n    at node:internal/x:1:2'),
    'Electron cannot be fetched: where it is published cannot be reached',
  )
  assert.equal(
    await says('HTTPError: Response code 404 (Not Found) for https://example.org/electron.zip\n    at x'),
    'Electron cannot be fetched: Response code 404 (Not Found) for https://example.org/electron.zip',
  )
  assert.equal(await says(''), 'Electron cannot be fetched: its installer failed')
})

test('a person who forbids or replaces the download is heard', { skip: notHere }, async () => {
  const root = checkout("require('fs').writeFileSync(__dirname + '/ran', '')")
  const skipped = await findOrFetchElectron(root, { ELECTRON_SKIP_BINARY_DOWNLOAD: '1' })
  assert.match('missing' in skipped ? skipped.missing : '', /ELECTRON_SKIP_BINARY_DOWNLOAD/)
  const empty = await findOrFetchElectron(root, { ELECTRON_OVERRIDE_DIST_PATH: root })
  assert.match('missing' in empty ? empty.missing : '', /ELECTRON_OVERRIDE_DIST_PATH/)
  writeFileSync(path.join(root, 'electron'), '')
  assert.deepEqual(await findOrFetchElectron(root, { ELECTRON_OVERRIDE_DIST_PATH: root }), {
    program: path.join(root, 'electron'),
  })
  assert.ok(!existsSync(path.join(root, 'node_modules', 'electron', 'ran')))
})
