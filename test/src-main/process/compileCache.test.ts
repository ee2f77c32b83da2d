import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { forkPlain, setPlainNode } from '../../../src-main/process/plainNode.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const ofCheckout = path.join(root, 'node_modules/.cache/anneal-compiled')

test('a program of a checkout keeps what it compiled beside the packages, unless its user says otherwise', () => {
  const { NODE_COMPILE_CACHE: _, ...env } = process.env
  const file = JSON.stringify(new URL('../../../src-main/process/compileCache.ts', import.meta.url))
  const code = `import module from 'node:module'
    const { keepCompiled } = await import(${file})
    keepCompiled()
    console.log(module.getCompileCacheDir() ?? 'none')`
  const folder = (more: NodeJS.ProcessEnv): string =>
    execFileSync(process.execPath, ['--input-type=module', '-e', code], {
      env: { ...env, ...more },
      encoding: 'utf8',
    }).trim()
  assert.equal(path.dirname(folder({})), ofCheckout)
  assert.equal(folder({ NODE_COMPILE_CACHE: '' }), 'none')
  assert.equal(folder({ NODE_DISABLE_COMPILE_CACHE: '1' }), 'none')
})

test('child processes keep it there, or where their door says, or where the user says', async (t) => {
  const sources = mkdtempSync(path.join(tmpdir(), 'anneal-compiled-'))
  const own = process.env.NODE_COMPILE_CACHE
  t.after(() => {
    rmSync(sources, { recursive: true, force: true })
    if (own !== undefined) process.env.NODE_COMPILE_CACHE = own
  })
  writeFileSync(path.join(sources, 'entry.mjs'), 'process.send(process.env.NODE_COMPILE_CACHE)')
  const told = async (compiled?: string): Promise<unknown> => {
    setPlainNode({ execPath: process.execPath, sources, ...(compiled !== undefined && { compiled }) })
    const child = forkPlain('entry.mjs', {})
    const [folder] = await once(child, 'message')
    child.disconnect()
    return folder
  }
  delete process.env.NODE_COMPILE_CACHE
  const desktop = path.join(sources, 'compiled')
  assert.equal(await told(), ofCheckout)
  assert.equal(await told(desktop), desktop)
  process.env.NODE_COMPILE_CACHE = sources
  assert.equal(await told(desktop), sources)
})
