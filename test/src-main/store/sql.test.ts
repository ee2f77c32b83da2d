import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { parquetReadObjects } from 'hyparquet'
import { askSql, askSqlFile } from '../../../src-main/store/index.ts'
import { answerSql } from '../../../src-main/store/sql/answer.ts'
import { writeAnswer } from '../../../src-main/store/sql/answerFile.ts'
import { claimedRun, epoch, metrics, snapshot, tempFolder, tempStore, valueAt } from './fixtures.ts'

/** A lab with a run of 5,000 steps, an epoch and a snapshot, and a run in the trash. */
function lab(t: TestContext) {
  const store = tempStore(t)
  const run = claimedRun(store)
  store.record([metrics(run, 0, 0, 5000), epoch(run, 1, 1), snapshot(run, 2, 1, 99)])
  const deleted = store.write.createRun({
    spec: run.spec,
    datasetId: run.datasetId,
    plan: run.planned.plan,
    totalSteps: 10,
  })
  store.write.trashRuns([deleted.id])
  return { store, run, deleted }
}

const endless = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c, runs'

const only = (answer: { readonly rows: readonly (readonly unknown[])[] }) => {
  assert.equal(answer.rows.length, 1)
  return answer.rows[0]
}

test('a series and the predictions of a snapshot are read as tables, as they were stored', (t) => {
  const { store, run, deleted } = lab(t)
  const points = answerSql(store.file, `SELECT * FROM metrics('${run.id}', 'momentum')`, 10_000)
  assert.deepEqual(
    points.rows,
    Array.from({ length: 5000 }, (_, step) => [step, valueAt(1, step)]),
  )
  const joined = `SELECT r.id, count(m.step) FROM runs AS r LEFT JOIN metrics(r.id, 'loss') AS m GROUP BY r.id ORDER BY 2`
  assert.deepEqual(answerSql(store.file, joined, 9).rows, [
    [deleted.id, 0],
    [run.id, 5000],
  ])
  const [saved] = store.read.snapshots(run.id)
  assert.ok(saved)
  const stored = store.read.predictions(saved.id, 'validation')
  assert.ok(stored)
  const { rows } = answerSql(
    store.file,
    `SELECT p.* FROM snapshots_view AS s, predictions(s.id, 'validation') AS p`,
    1e5,
  )
  assert.deepEqual(
    rows,
    [...stored.probs].map((p, i) => {
      const example = Math.floor(i / stored.classes)
      return [example, stored.labels[example], i % stored.classes, Number.isNaN(p) ? null : p]
    }),
  )
})

test('the views leave out what was deleted, and what only stands in for a run of another program', (t) => {
  const { store, run } = lab(t)
  assert.deepEqual(answerSql(store.file, 'SELECT id, best_val_accuracy, schedule FROM runs_view', 9).rows, [
    [run.id, 0.5, 'constant'],
  ])
  const raw = new Database(store.file)
  raw.prepare(`UPDATE runs SET kind = 'elsewhere', elsewhere = '{}' WHERE id = ?`).run(run.id)
  raw.close()
  const sql = 'SELECT schedule, total_steps, dataset, elsewhere, steps_done FROM runs_view'
  assert.deepEqual(only(answerSql(store.file, sql, 9)), [null, null, null, '{}', 5000])
})

test('numbers come as they are, blobs as their size, and what is cut says so', (t) => {
  const { file } = lab(t).store
  const sql = `SELECT 9223372036854775807, -9007199254740993, 9007199254740991, 9e999, x'0102', NULL, 'é'`
  assert.deepEqual(only(answerSql(file, sql, 9)), [
    { number: '9223372036854775807' },
    { number: '-9007199254740993' },
    9007199254740991,
    { number: 'Infinity' },
    { bytes: 2 },
    null,
    'é',
  ])
  const some = 'WITH RECURSIVE c(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM c LIMIT 10) SELECT x FROM c'
  assert.deepEqual(
    { ...answerSql(file, some, 3), milliseconds: 0 },
    {
      columns: ['x'],
      rows: [[1], [2], [3]],
      cut: 'rows',
      cutTexts: 0,
      milliseconds: 0,
    },
  )
  assert.equal(answerSql(file, some, 10).cut, null)
  const long = answerSql(file, `SELECT printf('%.*c', 1000000, 'x')`, 9)
  assert.equal(long.cutTexts, 1)
  const large = `WITH RECURSIVE c(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM c LIMIT 2000) SELECT printf('%.*c', 99999, 'x') FROM c`
  const cut = answerSql(file, large, 5000)
  assert.equal(cut.cut, 'bytes')
  assert.ok(cut.rows.length < 400)
})

test('whatever would write, reach another file or run two statements is refused, and the lab stays as it is', (t) => {
  const { store } = lab(t)
  store.close()
  const folder = tempFolder(t)
  const other = path.join(folder, 'other.db')
  writeFileSync(other, '')
  const digest = () => createHash('sha256').update(readFileSync(store.file)).digest('hex')
  const before = digest()
  const made = path.join(folder, 'made.db')
  const hostile = [
    '',
    '-- nothing',
    '/* open',
    ';',
    'DELETE FROM runs',
    'EXPLAIN DELETE FROM runs',
    'INSERT INTO settings VALUES (1, 2)',
    'UPDATE runs SET name = 1',
    'DROP TABLE runs',
    'CREATE TABLE x (a)',
    'CREATE TEMP TABLE x (a)',
    'CREATE VIRTUAL TABLE x USING fts5(a)',
    'REPLACE INTO settings VALUES (1, 2)',
    `ATTACH '${made}' AS made`,
    `/* SELECT */ ATTACH 'file:${other}?mode=rw' AS other`,
    `-- SELECT\nATTACH '${other}' AS other`,
    'DETACH main',
    `VACUUM INTO '${made}'`,
    `EXPLAIN VACUUM INTO '${made}'`,
    'VACUUM',
    'REINDEX',
    'ANALYZE',
    'BEGIN IMMEDIATE',
    'SAVEPOINT x',
    'PRAGMA writable_schema = ON',
    'PRAGMA journal_mode = DELETE',
    'PRAGMA user_version = 99',
    'SELECT 1; DELETE FROM runs',
    `SELECT 1; ATTACH '${made}' AS made`,
    'WITH x AS (SELECT 1) DELETE FROM runs',
    'WITH x AS (SELECT 1) INSERT INTO settings SELECT 1, 2',
    'WITH x AS (SELECT 1) UPDATE runs SET name = 1 RETURNING id',
    `SELECT load_extension('${other}')`,
    `SELECT readfile('${other}')`,
    `SELECT writefile('${made}', 'x')`,
    'SELECT edit(1)',
    `SELECT fts3_tokenizer('simple', x'0000000000000000')`,
    'SELECT * FROM sqlite_dbpage',
    `SELECT * FROM csv('${other}')`,
    `SELECT * FROM pragma_journal_mode('DELETE')`,
    `SELECT * FROM other.sqlite_schema`,
    'SELECT hex(zeroblob(900000000))',
    `SELECT printf('%.*c', 2000000000, 'x')`,
    `SELECT replace(hex(zeroblob(10000000)), '0', hex(zeroblob(1000)))`,
    'SELECT zeroblob(3000000000)',
    'SELECT ?',
    'SELECT \0 1',
    'SELECT * FROM metrics',
    `SELECT * FROM metrics('x')`,
  ]
  for (const sql of hostile)
    assert.throws(() => answerSql(store.file, sql, 10), { name: 'UserError', message: /^[^\n]+\.$/ }, sql)
  const harmless = [
    `EXPLAIN ATTACH '${made}' AS made`,
    `SELECT * FROM pragma_user_version`,
    'SELECT * FROM pragma_writable_schema',
    'SELECT sum(pgsize) FROM dbstat',
    ' \uFEFF-- a note\n/* another */ values (1)',
    'SELECT 1;',
    'SELECT 1; -- and no more',
    `SELECT ${'('.repeat(2000)}1${')'.repeat(2000)}`,
  ]
  for (const sql of harmless) assert.doesNotThrow(() => answerSql(store.file, sql, 10), sql)
  assert.ok(!existsSync(made))
  assert.equal(digest(), before)
})

test('a statement without end is stopped at its time, and by whoever does not wait any more; writers go on meanwhile', async (t) => {
  const { store, run } = lab(t)
  const late = assert.rejects(askSql(store.file, { sql: endless, seconds: 1 }), {
    name: 'UserError',
    message: /stopped after 1 s/,
  })
  const cancel = new AbortController()
  const cancelled = assert.rejects(
    askSql(store.file, { sql: endless, seconds: 60 }, cancel.signal),
    /cancelled/,
  )
  await assert.rejects(askSql(store.file, { sql: 'SELECT 1' }), /2 other statements/)
  store.write.annotateRuns({ ids: [run.id], note: 'written meanwhile' })
  await late
  store.record([metrics(run, 3, 5000, 5000)])
  cancel.abort()
  await cancelled
  const { rows } = await askSql(store.file, {
    sql: 'SELECT note, steps_done FROM runs WHERE trashed_at IS NULL',
  })
  assert.deepEqual(rows, [['written meanwhile', 10_000]])
})

test('one that takes too much memory is stopped before the machine suffers', async (t) => {
  const { store } = lab(t)
  const bomb = `WITH RECURSIVE c(x) AS (SELECT randomblob(9000000) UNION ALL SELECT randomblob(9000000) FROM c) SELECT * FROM c ORDER BY 1`
  await assert.rejects(askSql(store.file, { sql: bomb, seconds: 60 }), /took more than 768 MiB/)
})

test('an answer as Parquet keeps every value in the type of its column, all rows, in parts', async (t) => {
  const { store, run } = lab(t)
  const file = path.join(tempFolder(t), 'answer.parquet')
  const ask = async (sql: string, rows: number | null = null) => {
    const told = writeAnswer(store.file, sql, rows, file)
    const bytes = readFileSync(file)
    assert.equal(bytes.byteLength, told.bytes)
    return { told, found: await parquetReadObjects({ file: new Uint8Array(bytes).buffer, utf8: false }) }
  }
  const odd = await ask(`
    SELECT 9223372036854775807 AS large, 1 AS n, 1 AS real, 'a' AS mixed, x'00FF' AS bytes, NULL AS none, 'ä' AS n, 9007199254740993 AS both
    UNION ALL SELECT -9007199254740993, NULL, 2.5, x'0aff', NULL, NULL, NULL, 0.5
    UNION ALL SELECT 0, 3, 9e999, 7, x'', NULL, '', NULL`)
  assert.deepEqual(
    odd.told.columns.map(({ name, type }) => `${name} ${type}`),
    [
      'large int64',
      'n int64',
      'real double',
      'mixed text',
      'bytes binary',
      'none text',
      'n_2 text',
      'both text',
    ],
  )
  const none = null
  assert.deepEqual(odd.found, [
    {
      large: 2n ** 63n - 1n,
      n: 1n,
      real: 1,
      mixed: 'a',
      bytes: Uint8Array.of(0, 255),
      none,
      n_2: 'ä',
      both: '9007199254740993',
    },
    {
      large: -9007199254740993n,
      n: none,
      real: 2.5,
      mixed: "X'0AFF'",
      bytes: none,
      none,
      n_2: none,
      both: '0.5',
    },
    {
      large: 0n,
      n: 3n,
      real: Number.POSITIVE_INFINITY,
      mixed: '7',
      bytes: new Uint8Array(),
      none,
      n_2: '',
      both: none,
    },
  ])
  const points = await ask(`SELECT * FROM metrics('${run.id}', 'momentum')`)
  assert.deepEqual(
    points.found.map(({ step, value }) => [Number(step), value]),
    Array.from({ length: 5000 }, (_, step) => [step, valueAt(1, step)]),
  )
  const long = `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 66000) SELECT x FROM c`
  const all = await ask(long)
  assert.deepEqual([all.told.rows, all.told.isCut, all.found.at(-1)?.x], [66_000, false, 66_000n])
  const { told } = await ask(long, 10)
  assert.deepEqual([told.rows, told.isCut], [10, true])
  const empty = await askSqlFile(store.file, { sql: 'SELECT id, lr FROM snapshots WHERE 0' }, file)
  assert.deepEqual(empty.columns, [
    { name: 'id', type: 'int64' },
    { name: 'lr', type: 'double' },
  ])
})

test('an answer as Parquet is stopped as any other, and leaves no file', async (t) => {
  const { store } = lab(t)
  const file = path.join(tempFolder(t), 'answer.parquet')
  const before = createHash('sha256').update(readFileSync(store.file)).digest('hex')
  const refused: [sql: string, why: RegExp][] = [
    [endless, /stopped after 0.5 s/],
    ['DELETE FROM runs', /only be read/],
  ]
  for (const [sql, why] of refused) {
    await assert.rejects(askSqlFile(store.file, { sql, seconds: sql === endless ? 0.5 : 10 }, file), why)
    assert.ok(!existsSync(file))
  }
  assert.throws(
    () =>
      writeAnswer(
        store.file,
        `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c LIMIT abs(random() % 100000)`,
        null,
        file,
      ),
    /second time/,
  )
  assert.equal(createHash('sha256').update(readFileSync(store.file)).digest('hex'), before)
})
