import Database from 'better-sqlite3'
import { z } from 'zod'
import type { SqlTable } from '../../../shared/api/sql.ts'
import { migrations } from '../migrations/index.ts'
import { functionTables } from './tableFunctions.ts'
import { viewTables } from './views.ts'

/*
 * What the database holds, from the migrations: SQLite says which tables and columns they make, and the comments between their
 * lines say what those mean. The words live there, beside the SQL, and nowhere else.
 */

/** Words of a table under its name, of a column under "table.column". */
export function commentsOf(sql: readonly string[]): Map<string, string> {
  const words = new Map<string, string>()
  const say = (name: string, comment: readonly string[]): void => {
    if (comment.length > 0 && !words.has(name)) words.set(name, comment.join(' '))
  }
  for (const migration of sql) {
    let table: string | undefined
    let comment: string[] = []
    for (const line of migration.split('\n').map((text) => text.trim())) {
      const said = /^-- ?(.*)$/.exec(line)
      if (said !== null) {
        comment.push(said[1] ?? '')
        continue
      }
      const made = /^CREATE TABLE (\w+) \($/.exec(line)?.[1]
      const added = /^ALTER TABLE (\w+) ADD COLUMN (\w+)/.exec(line)
      const column = /^([a-z]\w*) (?:TEXT|INTEGER|REAL|BLOB)\b/.exec(line)?.[1]
      if (made !== undefined) {
        table = made
        say(made, comment)
      } else if (added !== null) say(`${added[1]}.${added[2]}`, comment)
      else if (table !== undefined && column !== undefined) say(`${table}.${column}`, comment)
      if (line.startsWith(')')) table = undefined
      comment = []
    }
  }
  return words
}

const columnRow = z.object({
  table: z.string(),
  name: z.string(),
  type: z.string(),
  isKey: z.number(),
  isRequired: z.number(),
  refersTo: z.string().nullable(),
})
const COLUMNS = `
  SELECT t.name AS "table", c.name AS name, c.type AS type, c.pk > 0 AS isKey, c."notnull" AS isRequired,
    (SELECT f."table" || '.' || f."to" FROM pragma_foreign_key_list(t.name) AS f WHERE f."from" = c.name) AS refersTo
  FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
  WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.rowid, c.cid`

/** Every table, view and table function that SQL finds in a lab. */
export function describeSchema(): SqlTable[] {
  const db = new Database(':memory:')
  try {
    for (const sql of migrations) db.exec(sql)
    return [
      ...viewTables,
      ...functionTables,
      ...tablesOf(z.array(columnRow).parse(db.prepare(COLUMNS).all())),
    ]
  } finally {
    db.close()
  }
}

function tablesOf(rows: readonly z.infer<typeof columnRow>[]): SqlTable[] {
  const words = commentsOf(migrations)
  return [...Map.groupBy(rows, ({ table }) => table)].map(([name, columns]) => ({
    name,
    kind: 'table',
    about: words.get(name) ?? '',
    columns: columns.map((column) => ({
      name: column.name,
      type: column.type,
      about: [
        column.isKey === 1 ? 'Key.' : '',
        column.refersTo === null ? '' : `Refers to ${column.refersTo}.`,
        words.get(`${name}.${column.name}`) ?? '',
        column.isRequired === 0 && column.isKey === 0 ? 'May be null.' : '',
      ]
        .filter((part) => part !== '')
        .join(' '),
    })),
  }))
}

const headings = {
  view: 'Views',
  function: 'Tables of what is stored as blobs',
  table: 'Tables of the file',
} as const

/** The same as a page of Markdown. */
export function schemaPage(): string {
  const tables = describeSchema()
  const parts = (['view', 'function', 'table'] as const).flatMap((kind) => [
    `## ${headings[kind]}`,
    ...tables.filter((table) => table.kind === kind).map(section),
  ])
  return `${[intro, ...parts].join('\n\n')}\n`
}

const intro = `# The database

Made by \`node .ci/makeSchemaPage.ts\` from the migrations in src-main/store/migrations, whose comments are the words here; do
not edit. This is version ${migrations.length} of a lab (\`PRAGMA user_version\`), an SQLite file in WAL mode.

Ask it with \`anneal sql "SELECT …"\` or on the page SQL of the window: one statement that reads, in a process of its own, with
a limit of time, of memory and of rows. The views and the tables of blobs are there only, and leave out what was deleted; in
the tables of the file, what was deleted and can be restored has \`trashed_at\`, and what is being taken away \`deleted_at\`.

Steps count from 0, epochs and cycles from 1. Times are milliseconds since 1970. Accuracies are in 0..1, losses in nats; null
where they were not measured, or not a number: SQLite has no NaN. Columns of JSON hold what shared/run (\`spec\`, \`plan\`,
\`origin\`, \`rate_test\`, \`elsewhere\`, \`initial\`, \`position\`), shared/schedule (\`edit\`), shared/study (\`spec\` and \`cell\` of studies) and
shared/worker (\`placement\`, \`about\`) define as zod schemas. Blobs are little-endian; SQL here shows them as their size.`

const cell = (text: string): string => text.replaceAll('|', '\\|')

const section = ({ name, about, columns }: SqlTable): string =>
  [
    `### ${name}`,
    '',
    ...(about === '' ? [] : [about, '']),
    '| column | type | |',
    '| --- | --- | --- |',
    ...columns.map((column) => `| ${column.name} | ${column.type} | ${cell(column.about)} |`),
  ].join('\n')
