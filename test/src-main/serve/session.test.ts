import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { sessionOf } from '../../../src-main/serve/session.ts'
import { tempFolder } from '../datasets/fixtures.ts'

test('the secret of a home folder stays the same, is its own, and its owner alone can read it', async (t) => {
  const home = path.join(await tempFolder(t), 'new')
  const first = sessionOf(home)
  assert.match(first, /^[\w-]{43}$/)
  assert.equal(sessionOf(home), first)
  assert.notEqual(sessionOf(await tempFolder(t)), first)
  if (process.platform !== 'win32')
    assert.equal(statSync(path.join(home, 'browser-session')).mode & 0o777, 0o600)
})

test('one cut short is replaced', async (t) => {
  const home = await tempFolder(t)
  const file = path.join(home, 'browser-session')
  for (const damaged of ['', 'short', `${sessionOf(home)}x`]) {
    writeFileSync(file, damaged)
    const session = sessionOf(home)
    assert.match(session, /^[\w-]{43}$/)
    assert.equal(readFileSync(file, 'utf8'), session)
  }
})

test('where it cannot be kept, that is said in a sentence', async (t) => {
  const home = await tempFolder(t)
  mkdirSync(path.join(home, 'browser-session'))
  assert.throws(() => sessionOf(home), {
    name: 'UserError',
    message:
      /^While starting the server: .*browser-session cannot be read and written \(E\w+\), .* ANNEAL_HOME/,
  })
})
