import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { bootDesktop, until } from './boot.ts'
import { app, BrowserWindow, dialog } from './electron.ts'

/* Starts that must not become a window. */

const homes: string[] = []
const home = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'anneal-desktop-'))
  homes.push(folder)
  return folder
}
after(() => {
  for (const folder of homes) rmSync(folder, { recursive: true, force: true })
})

test('a second program of the same home folder leaves, without touching the database', async () => {
  const folder = home()
  app.isFirst = false
  await bootDesktop(folder)
  assert.equal(app.hasQuit, true)
  assert.equal(BrowserWindow.all.length, 0)
  assert.throws(() => readFileSync(path.join(folder, 'anneal.db')))
  app.isFirst = true
  app.hasQuit = false
})

test('a database that cannot be opened is said in its own sentence, and left as it is', async () => {
  const folder = home()
  const file = path.join(folder, 'anneal.db')
  writeFileSync(file, 'not a database, but long enough to look like one '.repeat(100))
  const before = readFileSync(file)
  await bootDesktop(folder)
  const said = await until('the message', () => dialog.errors[0])
  assert.equal(said.title, 'Anneal cannot start')
  assert.match(said.content, /anneal\.db/)
  assert.doesNotMatch(said.content, /\n\s+at /)
  assert.deepEqual(app.exits, [1])
  assert.equal(BrowserWindow.all.length, 0)
  assert.deepEqual(readFileSync(file), before)
})

test('an error nobody caught is logged with its stack, told in a sentence, and ends the program', async () => {
  dialog.errors.length = 0
  app.exits.length = 0
  const folder = homes.at(-1) ?? ''
  const error = new Error('the disk is gone')
  const listener = process.listeners('uncaughtException').at(-1)
  listener?.(error, 'uncaughtException')
  assert.match(
    readFileSync(path.join(folder, 'desktop', 'anneal.log'), 'utf8'),
    /Uncaught: Error: the disk is gone\n\s+at /,
  )
  assert.match(
    dialog.errors[0]?.content ?? '',
    /^the disk is gone\. Runs in progress are interrupted; Resume/,
  )
  assert.deepEqual(app.exits, [1])
})
