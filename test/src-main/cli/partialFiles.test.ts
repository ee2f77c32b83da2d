import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { writeFileWhole } from '../../../src-main/cli/files.ts'

async function tempFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'anneal-out-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A program that writes a file without end, and ends as the command line does at Ctrl+C. */
const endless = (file: string): string => `
  import { writeFileWhole } from ${JSON.stringify(new URL('../../../src-main/cli/files.ts', import.meta.url).href)}
  process.on('SIGINT', () => process.exit(130))
  function* chunks() { for (;;) yield 'x'.repeat(65536) }
  await writeFileWhole(${JSON.stringify(file)}, chunks(), false)`

test('an interrupt leaves no half-written file', { skip: process.platform === 'win32' }, async (t) => {
  const folder = await tempFolder(t)
  const file = path.join(folder, 'out.csv')
  const child = spawn(process.execPath, ['--input-type=module', '--eval', endless(file)])
  while ((await readdir(folder)).length === 0) await new Promise(setImmediate)
  child.kill('SIGINT')
  assert.deepEqual(await once(child, 'exit'), [130, null])
  assert.deepEqual(await readdir(folder), [])
})

test('what a killed process left of a file goes when it is written again; that of a living one stays', async (t) => {
  const folder = await tempFolder(t)
  const file = path.join(folder, 'out.csv')
  const { pid: dead } = spawnSync(process.execPath, ['--version'])
  const living = `out.csv.${process.ppid}.partial`
  const others = [`other.csv.${dead}.partial`, 'out.csv.x.partial']
  for (const name of [`out.csv.${dead}.partial`, living, ...others])
    await writeFile(path.join(folder, name), 'half')
  await writeFileWhole(file, ['whole'], false)
  assert.deepEqual((await readdir(folder)).sort(), ['out.csv', living, ...others].sort())
})
