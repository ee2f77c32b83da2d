import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { answerSql } from '../../../src-main/store/sql/answer.ts'
import { commentsOf, describeSchema, schemaPage } from '../../../src-main/store/sql/schemaDoc.ts'
import { tempStore } from './fixtures.ts'

test('docs/schema.md is what the migrations say', () => {
  const page = readFileSync(new URL('../../../docs/schema.md', import.meta.url), 'utf8')
  assert.ok(page === schemaPage(), 'docs/schema.md is old: run node .ci/makeSchemaPage.ts')
})

test('every table, view and column that is described can be asked for, and no table of a lab is missing', (t) => {
  const { file } = tempStore(t)
  const described = describeSchema()
  for (const { name, kind, columns } of described) {
    const from = kind === 'function' ? `${name}(NULL, NULL)` : name
    const sql = `SELECT ${columns.map((column) => `"${column.name}"`).join(', ')} FROM ${from}`
    assert.equal(answerSql(file, sql, 10).columns.length, columns.length, name)
  }
  const { rows } = answerSql(
    file,
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
    100,
  )
  const tables = described.filter(({ kind }) => kind === 'table').map(({ name }) => name)
  assert.deepEqual(rows.flat().sort(), tables.sort())
})

test('a comment belongs to the line below it, however many lines it has', () => {
  const sql = `
    -- Of a table,
    -- in two lines.
    CREATE TABLE a (
      id INTEGER PRIMARY KEY,
      -- Of a column.
      b TEXT NOT NULL
    ) STRICT;
    -- Of an index.
    CREATE INDEX i ON a (b);
    ALTER TABLE a ADD COLUMN c REAL;
    -- Of a later one.
    ALTER TABLE a ADD COLUMN d REAL;`
  assert.deepEqual(
    [...commentsOf([sql])],
    [
      ['a', 'Of a table, in two lines.'],
      ['a.b', 'Of a column.'],
      ['a.d', 'Of a later one.'],
    ],
  )
})
