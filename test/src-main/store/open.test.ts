import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import { random } from '../../../shared/random.ts'
import { connect } from '../../../src-main/store/database.ts'
import { openStore } from '../../../src-main/store/index.ts'
import { migrations } from '../../../src-main/store/migrations/index.ts'
import { afterwards, claimedRun, ended, epoch, metrics, openFor, snapshot, tempFolder } from './fixtures.ts'
import { startChild } from './processes.ts'

const sha = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

/** Asserts that opening is refused with such a message, and that file and folder stay as they are. */
function refuses(path: string, message: RegExp): void {
  const folder = join(path, '..')
  const before = [sha(path), readdirSync(folder)]
  assert.throws(() => openStore(path), { name: 'UserError', message })
  assert.deepEqual([sha(path), readdirSync(folder)], before)
}

test('a database is made where there is none, its folder too', (t) => {
  const path = join(tempFolder(t), 'a', 'b', 'lab.db')
  openStore(path).close()
  const header = readFileSync(path)
  assert.equal(header.readUInt32BE(68), 0x416e6e6c)
  assert.equal(header.readUInt32BE(60), migrations.length)
  const db = connect(path)
  afterwards(t, () => db.close())
  assert.deepEqual(
    ['page_size', 'auto_vacuum', 'journal_mode'].map((name) => db.pragma(name)),
    [16_384, 2, 'wal'],
  )
  const loose = db.all(
    z.object({ name: z.string() }),
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND NOT strict AND name NOT LIKE 'sqlite_%'",
  )
  assert.deepEqual(loose, [])
})

test('an empty file is taken as a new one', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  writeFileSync(path, '')
  openStore(path).close()
  assert.ok(statSync(path).size > 0)
})

test('what is not ours is refused and left alone', (t) => {
  const folder = tempFolder(t)
  const text = join(folder, 'notes.txt')
  writeFileSync(text, 'SQLite format 3 is what this is about, but it is a text.'.repeat(10))
  refuses(text, /not an Anneal database/)
  const short = join(folder, 'short.db')
  writeFileSync(short, 'SQLite format 3\u0000')
  refuses(short, /not an Anneal database/)
  const other = join(folder, 'other.db')
  const db = connect(other)
  db.exec("CREATE TABLE songs (title TEXT); INSERT INTO songs VALUES ('a');")
  db.close()
  refuses(other, /SQLite database of another program/)
  assert.throws(() => openStore(folder), { name: 'UserError', message: /it is a folder/ })
  const beneath = join(text, 'lab.db')
  assert.throws(() => openStore(beneath), UserError)
})

test('a database of a newer version is refused and left alone', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  openStore(path).close()
  const db = connect(path)
  db.pragma(`user_version = ${migrations.length + 1}`)
  db.close()
  refuses(path, new RegExp(`newer Anneal \\(database version ${migrations.length + 1}`))
})

test('a place that cannot be written to is a clear error', (t) => {
  if (process.platform === 'linux') {
    // Nobody may make files there, not even root.
    assert.throws(() => openStore('/proc/lab.db'), { name: 'UserError', message: /\/proc\/lab.db/ })
    assert.throws(() => openStore('/proc/nowhere/lab.db'), { name: 'UserError', message: /\/proc\/nowhere/ })
  }
  if (process.getuid === undefined || process.getuid() === 0) {
    t.diagnostic('Permissions do not bind this user.')
    return
  }
  const folder = join(tempFolder(t), 'locked')
  mkdirSync(folder)
  const path = join(folder, 'lab.db')
  openStore(path).close()
  chmodSync(folder, 0o555)
  chmodSync(path, 0o444)
  afterwards(t, () => chmodSync(folder, 0o755))
  assert.throws(() => openStore(path).write.heartbeat(), UserError)
})

test('opening and reading change no byte', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const first = openFor(t, path)
  const run = claimedRun(first)
  first.record([metrics(run, 0, 0, 5000), snapshot(run, 1, 1, 4999), ended(run, 2)])
  first.close()
  const before = sha(path)
  const store = openFor(t, path)
  store.read.run(run.id)
  store.read.series({ runId: run.id, series: 'loss', points: 100 })
  store.read.checkpoint(run.id)
  store.close()
  assert.equal(sha(path), before)
  assert.deepEqual(readdirSync(join(path, '..')), ['lab.db', 'lab.db-reserve'])
})

/** A database of some megabytes whose host was killed, with its log folded in, as after a power cut. */
async function uncleanDatabase(t: test.TestContext): Promise<string> {
  const path = join(tempFolder(t), 'lab.db')
  const child = await startChild(t, path, 'claim')
  await child.kill()
  const db = connect(path)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
  return path
}

test('damage is found after an unclean end, told, and left as it is', async (t) => {
  const path = await uncleanDatabase(t)
  const bytes = readFileSync(path)
  // Every page from the second on: the schema stays readable.
  bytes.fill(0xa5, 16_384 * 2)
  writeFileSync(path, bytes)
  const before = sha(path)
  for (let tries = 0; tries < 2; tries++)
    assert.throws(() => openStore(path), {
      name: 'UserError',
      message: /is damaged .*left as it is.*recover/,
    })
  assert.equal(sha(path), before)
})

test('damage that only quick_check sees is found after an unclean end, and not looked for after a clean one', async (t) => {
  const path = await uncleanDatabase(t)
  const clean = `${path}-clean`
  copyFileSync(path, clean)
  openStore(clean).close()
  for (const file of [path, clean]) {
    const db = connect(file)
    // A page too many, which no tree leads to.
    const pages = Number(db.pragma('page_count'))
    db.close()
    const bytes = readFileSync(file)
    bytes.writeUInt32BE(pages + 1, 28)
    writeFileSync(file, Buffer.concat([bytes, Buffer.alloc(16_384)]))
  }
  assert.throws(() => openStore(path), { name: 'UserError', message: /is damaged .*[Pp]age/ })
  openStore(clean).close()
})

test('whoever is there may sweep the crashed host and close: the file is still looked at, until it is found sound', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  let crashed = ''
  const isAlive = ({ id }: { id: string }): boolean => id !== crashed
  const first = openFor(t, path, { isAlive })
  const run = claimedRun(first)
  for (let n = 0; n < 20; n++) first.record([snapshot(run, n, n + 1, n * 10, 5000)])
  const second = openFor(t, path, { isAlive })
  second.write.heartbeat()
  crashed = first.hostId
  assert.deepEqual(second.write.sweepDeadRuns(), [run.id])
  second.close()
  // Its row is gone already, so closing changes nothing.
  first.close()
  const whole = readFileSync(path)
  const damage = (): void => {
    const bytes = readFileSync(path)
    // Snapshots stand at the end of the file; before them is what every opening reads.
    writeFileSync(path, bytes.fill(0x5a, bytes.length - 350_000, bytes.length - 50_000))
  }
  damage()
  const before = sha(path)
  for (let tries = 0; tries < 2; tries++)
    assert.throws(() => openStore(path), { name: 'UserError', message: /is damaged/ })
  assert.equal(sha(path), before)
  writeFileSync(path, whole)
  openStore(path).close()
  // Found sound, it is not looked at again.
  damage()
  openStore(path).close()
})

test('whatever byte is wrong: a clear sentence or a working store, never a crash', async (t) => {
  const path = await uncleanDatabase(t)
  const whole = readFileSync(path)
  for (let seed = 1; seed <= 60; seed++) {
    const rng = random(seed, 'damage')
    const bytes = Buffer.from(whole)
    for (let n = 0; n < 8; n++) bytes[rng.below(seed % 2 === 0 ? bytes.length : 16_384)] = rng.below(256)
    writeFileSync(path, bytes)
    try {
      const store = openStore(path)
      try {
        for (const run of store.read.runs()) {
          store.read.epochs(run.id)
          store.read.series({ runId: run.id, series: 'loss', points: 10 })
        }
      } finally {
        store.close()
      }
    } catch (error) {
      assert.ok(error instanceof UserError, `seed ${seed}: ${String(error)}`)
    }
    for (const side of ['-wal', '-shm', '-journal'])
      if (existsSync(path + side)) writeFileSync(path + side, '')
  }
})

test('several programs may make the file at the same moment', async (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const children = await Promise.all(Array.from({ length: 3 }, () => startChild(t, path, 'claim')))
  const store = openFor(t, path)
  for (const { runId } of children) assert.equal(store.read.run(runId).status, 'running')
  await Promise.all(children.map((child) => child.end()))
  assert.deepEqual(
    store.read.runs().map(({ status }) => status),
    ['interrupted', 'interrupted', 'interrupted'],
  )
})

test('one program sees what the other stores, whole', async (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const store = openFor(t, path)
  const child = await startChild(t, path, 'write')
  let version = store.read.version()
  for (let batch = 1; batch <= 50; batch++) {
    const answer = child.next()
    child.process.send('go')
    await answer
    assert.ok(store.read.version() > version)
    version = store.read.version()
    assert.equal(store.read.run(child.runId).stepsDone, batch * 100)
    const views = ['lr', 'loss'].map((series) => store.read.series({ runId: child.runId, series }))
    for (const { total } of views) assert.equal(total, batch * 100)
  }
  const own = claimedRun(store)
  store.record([metrics(own, 0, 0, 10), epoch(own, 1, 1)])
  await child.end()
  assert.equal(store.read.run(own.id).status, 'running')
})
