import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { Terminal } from '../../../src-main/cli/terminal.ts'
import { openCore } from '../../../src-main/core.ts'
import { invokeHere } from './testTerminal.ts'

/** Ctrl+C as soon as a command listens for it. */
const atOnce: Terminal['onInterrupt'] = (listener) => {
  const timer = setImmediate(() => listener(1))
  return () => clearImmediate(timer)
}

test('Ctrl+C ends what measures, and the database is closed as after any other command', async (t) => {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-interrupted-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  // Both would take minutes.
  const commands = [
    ['devices', '--model', 'resnet56', '--batch', '512'],
    ['bench', '--model', 'resnet56', '--steps', '100000', '--device', 'cpu'],
  ]
  for (const command of commands) {
    const { code, out, err } = await invokeHere(home, command, { onInterrupt: atOnce })
    assert.deepEqual([code, out, err.split('\n').at(-2)], [130, '', 'Interrupted.'], command[0])
  }
  const core = openCore({ home, db: path.join(home, 'anneal.db') })
  const measured = await core.devices.comparisons()
  await core.close()
  assert.deepEqual(measured, [], 'nothing was kept of it')
})
