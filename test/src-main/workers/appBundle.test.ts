import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { appBundle, buildId, bundleOf } from '../../../src-main/workers/appBundle.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const content = z.array(z.tuple([z.string(), z.union([z.string(), z.strictObject({ base64: z.string() })])]))

describe('the program that a host hands to its workers', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'anneal-bundle-'))
  let files: Map<string, Buffer>
  before(async () => {
    const json = gunzipSync((await appBundle()).gzip)
    assert.equal(createHash('sha256').update(json).digest('hex'), await buildId())
    files = new Map(
      content
        .parse(JSON.parse(json.toString()))
        .map(([name, what]) => [
          name,
          typeof what === 'string' ? Buffer.from(what) : Buffer.from(what.base64, 'base64'),
        ]),
    )
    for (const [name, bytes] of files) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
      writeFileSync(path.join(folder, name), bytes)
    }
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('has the sources as they are, and nothing of window, tests and tools', () => {
    for (const name of ['src-main/trainer/entry.ts', 'src-main/engine/simd/kernels-wide.wasm'])
      assert.deepEqual(files.get(name), readFileSync(path.join(root, name)), name)
    const others = [...files.keys()].filter((name) => !/^(src-main|shared)\/.+\.(ts|mjs|wasm)$/.test(name))
    assert.deepEqual(others, ['package.json', 'package-lock.json'])
    assert.deepEqual(
      [...files.keys()].filter((name) =>
        /desktop\/|^src-main\/(main|window|preload)\.ts|\.d\.ts$/.test(name),
      ),
      [],
    )
  })

  it('is the same build when a worker makes it from its own files', async () => {
    assert.equal((await bundleOf(folder)).build, await buildId())
  })

  it('wants every package that it runs on, as locked, the pinned Node, and no tool', () => {
    const read = (name: string) => JSON.parse(files.get(name)?.toString() ?? '')
    const { dependencies, optionalDependencies, devDependencies } = read('package.json')
    const own = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
    const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages
    assert.deepEqual(dependencies, { ...own.dependencies, node: own.devDependencies.node })
    assert.deepEqual(optionalDependencies, own.optionalDependencies)
    assert.equal(devDependencies, undefined)
    const { packages } = read('package-lock.json')
    for (const [place, { version, integrity }] of Object.entries<Record<string, string>>(packages)) {
      if (place === '') continue
      assert.equal(version, lock[place].version, place)
      assert.equal(integrity, lock[place].integrity, place)
    }
    // npm marks what only development needs; what it leaves unmarked must all be there.
    const runtime = Object.entries<{ dev?: boolean; devOptional?: boolean; peer?: boolean }>(lock)
      .filter(([, { dev, devOptional, peer }]) => !dev && !devOptional && !peer)
      .map(([place]) => place)
    assert.deepEqual(
      runtime.filter((place) => !(place in packages)),
      [],
    )
    for (const tool of ['electron', 'vite', '@biomejs/biome', 'react', 'recharts', 'playwright-core'])
      assert.ok(!(`node_modules/${tool}` in packages), tool)
  })

  it('runs, from a folder that has nothing else', async () => {
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
    const env = { ANNEAL_HOME: path.join(folder, 'home'), PATH: '' }
    const main = path.join(folder, 'src-main', 'cli', 'main.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [main, '--help'], { env })
    assert.match(stdout, /Usage: anneal/)
  })
})
