import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { thisMachine } from '../../../src-main/devices/machine.ts'
import { setPlainNode } from '../../../src-main/process/plainNode.ts'

const sources = path.join(import.meta.dirname, '../../../src-main')
const nodeIn = async (execPath: string): Promise<string | undefined> => {
  setPlainNode({ execPath, sources })
  return (await thisMachine(['simd'], {})).versions.node
}

test('what was measured depends on the Node that trains, not on the one that hosts', {
  skip: process.platform === 'win32' && 'a script is no program there',
}, async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'anneal-node-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const other = path.join(folder, 'node')
  writeFileSync(other, '#!/bin/sh\necho v23.4.5\n', { mode: 0o755 })
  assert.equal(await nodeIn(process.execPath), process.versions.node)
  assert.equal(await nodeIn(other), '23.4.5')
  assert.equal(await nodeIn(path.join(folder, 'none')), 'unknown')
})

test('the Node that trains is asked once', {
  skip: process.platform === 'win32' && 'a script is no program there',
}, async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'anneal-node-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const other = path.join(folder, 'node')
  writeFileSync(other, '#!/bin/sh\necho v23.4.5\n', { mode: 0o755 })
  const first = await nodeIn(other)
  writeFileSync(other, '#!/bin/sh\necho v23.4.6\n')
  assert.equal((await thisMachine(['simd'], {})).versions.node, first)
})
