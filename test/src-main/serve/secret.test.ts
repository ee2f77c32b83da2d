import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
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

test('where no new one can be written, the old one stays or one in memory is used, and a line says so', async (t) => {
  const home = await tempFolder(t)
  const file = path.join(home, 'browser-secret')
  const first = secretOf(home)
  const long = Date.now() / 1000 - 31 * 24 * 3600
  utimesSync(file, long, long)
  // Stands where the new one would be written, and does not go: root may write to any folder.
  const beside = `${file}.${process.pid}`
  mkdirSync(path.join(beside, 'full'), { recursive: true })
  const said: string[] = []
  const secret = (isNew = false, at = home) => secretOf(at, isNew, (line) => said.push(line))
  assert.equal(secret(), first)
  assert.match(
    said.pop() ?? '',
    /browser-secret cannot be written \(E\w+\): .* stays the one of over a month ago\.$/,
  )
  const asked = secret(true)
  assert.match(asked, /^[\w-]{43}$/)
  assert.notEqual(asked, first, 'who asks for a new key signs out the old ones')
  assert.match(said.pop() ?? '', /until this server ends; .* start with --new-key\.$/)
  assert.equal(readFileSync(file, 'utf8'), first)
  // A home that can hold nothing.
  const none = path.join(file, 'below')
  assert.match(secret(false, none), /^[\w-]{43}$/)
  assert.match(said.pop() ?? '', /until this server ends; .* needs the printed address again\.$/)
  rmSync(beside, { recursive: true })
  assert.notEqual(secret(), first, 'a month-old secret is renewed once there is room')
  assert.deepEqual(said, [])
  assert.deepEqual(readdirSync(home), ['browser-secret'])
})

test('the secret of earlier versions, which was their cookie, is not taken over', async (t) => {
  const home = await tempFolder(t)
  writeFileSync(path.join(home, 'browser-session'), 's'.repeat(43))
  assert.notEqual(secretOf(home), 's'.repeat(43))
  assert.ok(!existsSync(path.join(home, 'browser-session')))
})
