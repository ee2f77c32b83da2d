import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { secretOf } from '../../../src-main/serve/secret.ts'
import { tempFolder } from '../datasets/fixtures.ts'

test('the secret of a home folder stays the same, is its own, and its owner alone can read it', async (t) => {
  const home = path.join(await tempFolder(t), 'new')
  const first = secretOf(home)
  assert.match(first, /^[\w-]{43}$/)
  assert.equal(secretOf(home), first)
  assert.notEqual(secretOf(await tempFolder(t)), first)
  if (process.platform !== 'win32')
    assert.equal(statSync(path.join(home, 'browser-secret')).mode & 0o777, 0o600)
})

test('one cut short is replaced', async (t) => {
  const home = await tempFolder(t)
  const file = path.join(home, 'browser-secret')
  for (const damaged of ['', 'short', `${secretOf(home)}x`]) {
    writeFileSync(file, damaged)
    const secret = secretOf(home)
    assert.match(secret, /^[\w-]{43}$/)
    assert.equal(readFileSync(file, 'utf8'), secret)
  }
})

test('where it cannot be kept, that is said in a sentence', async (t) => {
  const home = await tempFolder(t)
  mkdirSync(path.join(home, 'browser-secret'))
  assert.throws(() => secretOf(home), {
    name: 'UserError',
    message:
      /^While starting the server: .*browser-secret cannot be read and written \(E\w+\), .* ANNEAL_HOME/,
  })
})

test('a start makes a new one when asked, and when the old one is over a month old', async (t) => {
  const home = await tempFolder(t)
  const file = path.join(home, 'browser-secret')
  const first = secretOf(home)
  const day = 24 * 3600
  const aged = (days: number) => utimesSync(file, Date.now() / 1000, Date.now() / 1000 - days * day)
  aged(29)
  assert.equal(secretOf(home), first)
  aged(31)
  const second = secretOf(home)
  assert.notEqual(second, first)
  assert.equal(secretOf(home), second)
  assert.notEqual(secretOf(home, true), second)
})

test('the secret of earlier versions, which was their cookie, is not taken over', async (t) => {
  const home = await tempFolder(t)
  writeFileSync(path.join(home, 'browser-session'), 's'.repeat(43))
  assert.notEqual(secretOf(home), 's'.repeat(43))
  assert.ok(!existsSync(path.join(home, 'browser-session')))
})
