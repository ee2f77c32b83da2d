import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { invokeHere } from '../testTerminal.ts'

test('a picture that could not be written is refused before anything is trained', async (t) => {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-cli-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const there = path.join(home, 'there.svg')
  const folder = path.join(home, 'folder')
  writeFileSync(there, '')
  mkdirSync(folder)
  const cases = [
    [/exists already; .*--force/, '--out', there],
    [/it is a folder/, '--out', folder, '--force'],
    [/not a folder/, '--out', path.join(there, 'plot.svg')],
  ] as const
  for (const [wanted, ...args] of cases) {
    const { code, out, err } = await invokeHere(home, ['demo', ...args])
    assert.deepEqual([code, out], [2, ''])
    assert.match(err, /^[^\n]+\n$/)
    assert.match(err, wanted)
  }
  assert.equal(existsSync(path.join(home, 'anneal.db')), false)
})
