import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { extractAll, extractFile, listPackage, statFile } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { build } from '../../.ci/build.ts'
import { pack } from '../../.ci/pack.ts'
import { bundleOf } from '../../src-main/workers/appBundle.ts'

/*
 * The desktop app as electron-builder packs it, around a stand-in for Electron that carries its fuses: what is in it, what
 * is not, and that what is in it trains, on the Node in it. Nothing is downloaded.
 */

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const elsewhere = process.platform !== 'linux' && 'the stand-in for Electron has the form it has on Linux'

const folder = mkdtempSync(path.join(tmpdir(), 'anneal-pack-'))
const app = path.join(folder, 'dist', `linux-${process.arch === 'x64' ? '' : `${process.arch}-`}unpacked`)
const resources = path.join(app, 'resources')
const archive = path.join(resources, 'app.asar')
const beside = path.join(resources, 'app.asar.unpacked')
const packedNode = path.join(resources, 'node')
const spec = {
  dataset: { name: 'fashion-mnist-12k' },
  model: { kind: 'softmax' },
  schedule: { kind: 'constant', lr: 0.1 },
  batchSize: 500,
  budget: { steps: 3 },
}
const { dependencies, devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
let files: string[]

describe('the packed app', { skip: elsewhere }, () => {
  before(async () => {
    assert.ok(build(), 'the bundles could not be built')
    const electronDist = path.join(folder, 'electron')
    makeElectron(electronDist)
    await pack({ folderOnly: true, output: path.join(folder, 'dist'), electronDist })
    files = listPackage(archive, { isPack: false }).map((file) => file.replaceAll('\\', '/').slice(1))
  })
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }))

  test('its fuses make it this app and nothing else', async () => {
    const wire = await getCurrentFuseWire(path.join(app, 'anneal'))
    const off = [
      FuseV1Options.RunAsNode,
      FuseV1Options.EnableNodeOptionsEnvironmentVariable,
      FuseV1Options.EnableNodeCliInspectArguments,
      FuseV1Options.GrantFileProtocolExtraPrivileges,
    ]
    const on = [
      FuseV1Options.EnableCookieEncryption,
      FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
      FuseV1Options.OnlyLoadAppFromAsar,
    ]
    const burnt = (fuse: FuseV1Options): string => String.fromCharCode(Number(wire[fuse]))
    for (const fuse of off) assert.equal(burnt(fuse), '0', FuseV1Options[fuse])
    for (const fuse of on) assert.equal(burnt(fuse), '1', FuseV1Options[fuse])
  })

  test('it brings the Node of the lock file', async () => {
    const { stdout } = await run(packedNode, ['--version'])
    assert.equal(stdout.trim(), `v${devDependencies.node}`)
  })

  test('Electron loads its bundles from the archive; what a plain Node runs lies beside it', () => {
    const isBeside = (file: string): boolean => {
      const found = statFile(archive, file)
      return 'unpacked' in found && found.unpacked === true
    }
    for (const file of [
      'package.json',
      'out/main/main.js',
      'out/preload/preload.cjs',
      'out/renderer/index.html',
    ])
      assert.ok(!isBeside(file), file)
    for (const file of ['src-main/trainer/entry.ts', 'shared/schedule/index.ts', 'resources/demo.json'])
      assert.ok(isBeside(file), file)
    const { main } = JSON.parse(extractFile(archive, 'package.json').toString())
    assert.ok(files.includes(main))
    assert.equal(JSON.parse(readFileSync(path.join(beside, 'package.json'), 'utf8')).type, 'module')
  })

  test('no tests, no sources of the window, no development files', () => {
    assert.deepEqual([...new Set(files.map((file) => file.split('/')[0]))].sort(), [
      'LICENSE',
      'node_modules',
      'out',
      'package.json',
      'resources',
      'shared',
      'src-main',
    ])
    const ours = files.filter((file) => !file.startsWith('node_modules/'))
    const unwanted = ours.filter((file) =>
      /\.(test\.ts|tsx|map|d\.ts)$|tsconfig|^src-main\/(main|window|preload|desktop)/.test(file),
    )
    assert.deepEqual(unwanted, [])
    const description = JSON.parse(extractFile(archive, 'package.json').toString())
    assert.equal(description.devDependencies, undefined)
  })

  test('all packages it needs, and none of development', () => {
    const names = new Set(files.map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]))
    assert.deepEqual(
      Object.keys(dependencies).filter((name) => !names.has(name)),
      [],
    )
    assert.deepEqual(
      Object.keys(devDependencies).filter((name) => names.has(name)),
      [],
    )
  })

  test("better-sqlite3's binary of this system is there, those of others and its C sources are not", () => {
    const home = path.join(beside, 'node_modules', 'better-sqlite3')
    assert.deepEqual(readdirSync(path.join(home, 'prebuilds')), [`linux-${process.arch}.node`])
    assert.deepEqual(
      readdirSync(home).filter((name) => name === 'deps' || name === 'src'),
      [],
    )
    const binaries = files.filter((file) => file.endsWith('.node'))
    assert.ok(
      binaries.every((file) => file.includes(`linux-${process.arch}`)),
      binaries.join(),
    )
  })

  test('the command line beside the archive trains, on its own Node and from its own files', async () => {
    const home = path.join(folder, 'home-cli')
    mkdirSync(home)
    const file = path.join(home, 'spec.json')
    writeFileSync(file, JSON.stringify(spec))
    const main = path.join(beside, 'src-main', 'cli', 'main.ts')
    const env = { ANNEAL_HOME: home, PATH: '' }
    const { stdout } = await run(packedNode, [main, 'train', '--spec', file, '--json'], { cwd: home, env })
    const { status, steps, snapshots } = JSON.parse(stdout)
    assert.deepEqual([status, steps, snapshots.length], ['completed', 3, 1])
  })

  test('its workers run the build that those of the checkout run', async () => {
    assert.equal((await bundleOf(beside)).build, (await bundleOf(root)).build)
  })

  test("Electron's bundle opens the lab and trains on the Node in the package", async () => {
    // A plain Node reads no archive; all else is as Electron would find it.
    const opened = path.join(folder, 'opened')
    extractAll(archive, opened)
    const home = path.join(folder, 'home-app')
    const env = { ANNEAL_HOME: home, PATH: '', STAND_IN_APP: opened, STAND_IN_RESOURCES: resources }
    const child = path.join(root, 'test', 'e2e', 'packedDesktop.ts')
    const { stdout } = await run(process.execPath, [child, opened, JSON.stringify(spec)], {
      cwd: folder,
      env,
    })
    const { stepsDone, title, about, trainers } = JSON.parse(stdout)
    assert.equal(stepsDone, 3)
    assert.equal(title, 'Anneal')
    assert.equal(about.door, 'desktop')
    assert.deepEqual(trainers, [realpathSync(packedNode)])
    assert.ok(existsSync(path.join(home, 'anneal.db')))
  })
})

/** The form of an unpacked Electron: its program carries the sentinel that marks the fuses, all of them unburnt. */
function makeElectron(home: string): void {
  const fuses = Buffer.concat([
    Buffer.from('#!/bin/sh\nexit 0\n'),
    Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX', 'ascii'),
    Buffer.from([1, 8]),
    Buffer.from('10110010'),
    Buffer.alloc(64),
  ])
  mkdirSync(path.join(home, 'resources'), { recursive: true })
  mkdirSync(path.join(home, 'locales'))
  for (const [name, content] of [
    ['electron', fuses],
    ['chrome-sandbox', ''],
    ['chrome_crashpad_handler', ''],
    ['version', devDependencies.electron],
    ['LICENSE', ''],
    ['LICENSES.chromium.html', ''],
    ['locales/en-US.pak', ''],
  ] as const)
    writeFileSync(path.join(home, name), content)
  chmodSync(path.join(home, 'electron'), 0o755)
}
