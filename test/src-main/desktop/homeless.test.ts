import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { bootDesktop, until } from './boot.ts'
import { app, BrowserWindow, dialog } from './electron.ts'

test('a home folder that cannot be made is said in a sentence', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'anneal-desktop-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'file')
  writeFileSync(file, '')
  await bootDesktop(path.join(file, 'home'))
  const said = await until('the message', () => dialog.errors[0])
  assert.equal(said.title, 'Anneal cannot start')
  assert.match(said.content, /^While opening .*anneal\.db: the file or its folder cannot be used \(ENOTDIR/)
  assert.doesNotMatch(said.content, /\n\s+at /)
  assert.deepEqual(app.exits, [1])
  assert.equal(BrowserWindow.all.length, 0)
})
