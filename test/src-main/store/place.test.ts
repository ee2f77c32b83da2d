import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { z } from 'zod'
import { connect } from '../../../src-main/store/database.ts'
import { openStore } from '../../../src-main/store/index.ts'
import { migrations } from '../../../src-main/store/migrations/index.ts'
import { afterwards, claimedRun, ended, openFor, snapshot, tempFolder } from './fixtures.ts'

/* What may stand in the place of a database, and who may look at it. */

const mode = (path: string): number => statSync(path).mode & 0o777

test('a new lab is for its user alone: file, log and folder', (t) => {
  if (process.platform === 'win32') return
  const folder = join(tempFolder(t), 'home')
  const path = join(folder, 'anneal.db')
  const store = openFor(t, path)
  claimedRun(store)
  assert.equal(mode(folder), 0o700)
  for (const end of ['', '-wal', '-shm', '-reserve']) assert.equal(mode(path + end), 0o600, end)
  store.close()
  // What a user has opened to others stays so.
  chmodSync(path, 0o644)
  openStore(path).close()
  assert.equal(mode(path), 0o644)
})

test('a pipe or a device in the place of a database is refused at once', (t) => {
  if (process.platform === 'win32') return
  const pipe = join(tempFolder(t), 'lab.db')
  execFileSync('mkfifo', [pipe])
  for (const path of [pipe, '/dev/null'])
    assert.throws(() => openStore(path), {
      name: 'UserError',
      message: /it is a pipe, a socket or a device and no file/,
    })
})

test('a database of 0 bytes, or none, beside a log is refused, and the log kept', (t) => {
  const folder = tempFolder(t)
  const [path, kept] = [join(folder, 'lab.db'), join(folder, 'kept.db')]
  const store = openFor(t, path)
  claimedRun(store)
  for (const end of ['', '-wal']) copyFileSync(path + end, kept + end)
  const log = readFileSync(`${kept}-wal`)
  assert.ok(log.byteLength > 0)
  const whole = readFileSync(kept)
  const lone = {
    name: 'UserError',
    message: /it is empty or gone, but its log .*kept\.db-wal holds \d+ bytes/,
  }
  writeFileSync(kept, '')
  assert.throws(() => openStore(kept), lone)
  rmSync(kept)
  assert.throws(() => openStore(kept), lone)
  assert.deepEqual(readFileSync(`${kept}-wal`), log)
  // As the sentence says: with a copy of the database back in its place, all is there.
  writeFileSync(kept, whole)
  assert.equal(openFor(t, kept).read.runs().length, 1)
})

test('a version that is not that of the tables is told, whichever way it is wrong', (t) => {
  for (const version of [0, 2, migrations.length - 1]) {
    const path = join(tempFolder(t), 'lab.db')
    openStore(path).close()
    const db = connect(path)
    db.pragma(`user_version = ${version}`)
    db.close()
    const before = readFileSync(path)
    assert.throws(() => openStore(path), {
      name: 'UserError',
      message: new RegExp(`of database version ${version}, but its tables are not those of that version`),
    })
    assert.deepEqual(readFileSync(path), before)
  }
  const path = join(tempFolder(t), 'lab.db')
  const db = connect(path)
  db.exec(readFileSync(new URL('versions/3.sql', import.meta.url), 'utf8'))
  db.pragma(`user_version = ${migrations.length}`)
  db.close()
  assert.throws(() => openStore(path), /its tables are not those of that version \(no column/)
})

test('what a deletion that was killed has left free is given back when the file is opened again', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const store = openFor(t, path)
  const run = claimedRun(store)
  store.record([...Array.from({ length: 20 }, (_, i) => snapshot(run, i, i + 1, i, 50_000)), ended(run, 20)])
  store.close()
  const full = statSync(path).size
  const db = connect(path)
  db.exec('DELETE FROM snapshot_tensors')
  assert.ok(Number(db.pragma('freelist_count')) > 400)
  db.close()
  assert.equal(statSync(path).size, full)
  openStore(path).close()
  assert.ok(statSync(path).size < full / 5)
  openFor(t, path).read.snapshots(run.id)
})

test('a slow statement is logged once, with its text and time', (t) => {
  const lines: string[] = []
  const db = connect(':memory:', { log: (line) => lines.push(line) })
  afterwards(t, () => db.close())
  const slow = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000)
    SELECT count(*) AS count FROM n`
  const count = z.object({ count: z.number() })
  db.run('CREATE TABLE quick (x)')
  for (let i = 0; i < 2; i++) assert.deepEqual(db.get(count, slow), { count: 3_000_000 })
  assert.equal(lines.length, 1)
  assert.match(lines[0] ?? '', /^A statement took \d+ ms: WITH RECURSIVE n\(i\)/)
})
