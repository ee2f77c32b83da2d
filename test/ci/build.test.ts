import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { build } from '../../.ci/build.ts'

/* When the window is built anew: a checkout of a few files, and a bundler that only counts. */

const roots: string[] = []
after(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true })
})

function checkout(end = ''): string {
  const root = mkdtempSync(path.join(tmpdir(), 'anneal-build-'))
  roots.push(root)
  const tool = path.join(root, 'node_modules', 'electron-vite', 'bin')
  mkdirSync(tool, { recursive: true })
  writeFileSync(
    path.join(tool, 'electron-vite.js'),
    `require('fs').appendFileSync('builds', 'x')\nAtomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)\n${end}`,
  )
  for (const folder of ['src-renderer/pages', 'shared', 'src-main']) {
    mkdirSync(path.join(root, folder), { recursive: true })
    writeFileSync(path.join(root, folder, 'a.ts'), `export const place = '${folder}'\n`)
  }
  return root
}

const builds = (root: string): number =>
  existsSync(path.join(root, 'builds')) ? readFileSync(path.join(root, 'builds'), 'utf8').length : 0

test('it builds once for the sources there are, and again for others', () => {
  const root = checkout()
  assert.equal(build(root), true)
  assert.equal(build(root), true)
  assert.equal(builds(root), 1)
  const changes = [
    () => appendFileSync(path.join(root, 'src-renderer', 'pages', 'a.ts'), '\n'),
    () => writeFileSync(path.join(root, 'shared', 'b.ts'), ''),
    () => rmSync(path.join(root, 'src-main', 'a.ts')),
    () => writeFileSync(path.join(root, 'electron.config.ts'), ''),
    () => writeFileSync(path.join(root, 'package-lock.json'), '{}'),
  ]
  for (const [i, change] of changes.entries()) {
    change()
    assert.equal(build(root), true)
    assert.equal(build(root), true)
    assert.equal(builds(root), i + 2)
  }
})

test('a build that failed is tried again', () => {
  const root = checkout('process.exit(1)')
  assert.equal(build(root), false)
  assert.equal(build(root), false)
  assert.equal(builds(root), 2)
})

test('two processes at once build once, and a lock of a dead one holds nobody up', async () => {
  const root = checkout()
  const module = pathToFileURL(path.join(import.meta.dirname, '..', '..', '.ci', 'build.ts')).href
  const code = `const { build } = await import('${module}'); process.exitCode = build(${JSON.stringify(root)}) ? 0 : 1`
  mkdirSync(path.join(root, 'out'))
  writeFileSync(path.join(root, 'out', '.building'), '999999999')
  const children = [1, 2, 3].map(() =>
    spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' }),
  )
  const ends = await Promise.all(children.map((child) => once(child, 'exit')))
  assert.deepEqual(
    ends.map(([status]) => status),
    [0, 0, 0],
  )
  assert.equal(builds(root), 1)
})
