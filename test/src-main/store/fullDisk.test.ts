import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { UserError } from '../../../shared/errors.ts'
import { StoreError } from '../../../src-main/store/faults.ts'
import { explainSqlite } from '../../../src-main/store/sqliteErrors.ts'
import { tempFolder } from './fixtures.ts'

const sqlite = (code: string) => new Database.SqliteError('disk I/O error', code)
const place =
  (freeBytes: number | undefined, isOthers = false) =>
  () => ({ freeBytes, isOthers })

function kindOf(code: string, freeBytes: number | undefined, isOthers = false): string | undefined {
  const explained = explainSqlite('/lab/anneal.db', sqlite(code), place(freeBytes, isOthers))
  assert.ok(explained instanceof Error)
  return explained instanceof StoreError ? explained.kind : undefined
}

test('what SQLite calls a broken disk is a full one when nothing is free', () => {
  for (const code of ['SQLITE_IOERR_SHMSIZE', 'SQLITE_IOERR_WRITE', 'SQLITE_CANTOPEN', 'SQLITE_FULL'])
    assert.equal(kindOf(code, 0), 'diskFull', code)
  assert.equal(kindOf('SQLITE_IOERR_SHMSIZE', 40_000), 'diskFull', 'less than a -shm and a page of the log')
  assert.equal(kindOf('SQLITE_FULL', 1e9), 'diskFull', 'a quota')
  assert.equal(kindOf('SQLITE_IOERR_WRITE', 1e9), 'broken')
  assert.equal(kindOf('SQLITE_IOERR_READ', undefined), 'broken', 'where the system does not say')
})

test("a place that takes no writes is told from another user's", () => {
  assert.equal(kindOf('SQLITE_READONLY_DIRECTORY', 1e9), 'readOnly')
  assert.equal(kindOf('SQLITE_CANTOPEN', 1e9), 'readOnly')
  assert.equal(kindOf('SQLITE_READONLY', 1e9, true), 'notYours')
  assert.equal(kindOf('SQLITE_BUSY_SNAPSHOT', 1e9), 'locked')
  assert.equal(kindOf('SQLITE_CORRUPT_VTAB', 1e9), 'damaged')
  assert.equal(kindOf('SQLITE_CONSTRAINT', 1e9), undefined, 'a mistake of ours stays one')
  assert.ok(explainSqlite('/lab/anneal.db', sqlite('SQLITE_FULL'), place(0)) instanceof UserError)
})

/* A disk of its own, in a name space of its own: no rights are needed where the system allows that. */

const child = fileURLToPath(new URL('fullDiskChild.ts', import.meta.url))

for (const scenario of [
  'filled by another',
  'filled by a run',
  'without a reserve',
  'full from the start',
  'read-only',
])
  test(`a disk that is ${scenario}`, (t) => {
    const folder = tempFolder(t)
    const inside = `mount -t tmpfs -o size=24m tmpfs "$0" || exit 77; exec "$@"`
    const command = ['-rm', 'sh', '-c', inside, folder, process.execPath, child, folder, scenario]
    const { status, stderr } = spawnSync('unshare', command, { encoding: 'utf8' })
    if (status === null || status === 77 || /unshare failed/.test(stderr)) {
      t.skip('This system lets nobody mount a disk of their own.')
      return
    }
    assert.equal(status, 0, stderr)
  })
