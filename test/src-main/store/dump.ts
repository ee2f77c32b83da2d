import { z } from 'zod'
import { connect } from '../../../src-main/store/database.ts'

const schemaRow = z.object({ type: z.string(), name: z.string(), sql: z.string() })
const columnRow = z.object({ name: z.string() })
const lineRow = z.object({ line: z.string() })

/** The statements that made the database's tables, indexes and triggers, by name. */
export function schemaOf(path: string): z.infer<typeof schemaRow>[] {
  const db = connect(path, { readonly: true })
  try {
    return db.all(
      schemaRow,
      `SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, name`,
    )
  } finally {
    db.close()
  }
}

/** The whole database as SQL, marks in its header included. Triggers come last: rows are put back as they were. */
export function dumpDatabase(path: string): string {
  const schema = schemaOf(path)
  const db = connect(path, { readonly: true })
  const pragma = (name: string): string => `PRAGMA ${name} = ${String(db.pragma(name))};`
  const rowsOf = (table: string): string[] => {
    const columns = db
      .all(columnRow, `SELECT name FROM pragma_table_info('${table}')`)
      .map(({ name }) => name)
    const values = columns.map((name) => `quote(${name})`).join(" || ', ' || ")
    return db
      .all(
        lineRow,
        `SELECT 'INSERT INTO ${table} (${columns.join(', ')}) VALUES (' || ${values} || ');' AS line FROM ${table}`,
      )
      .map(({ line }) => line)
  }
  try {
    return [
      'PRAGMA foreign_keys = OFF;',
      ...['page_size', 'auto_vacuum'].map(pragma),
      'BEGIN;',
      ...schema.filter(({ type }) => type !== 'trigger').map(({ sql }) => `${sql};`),
      ...schema.filter(({ type }) => type === 'table').flatMap(({ name }) => rowsOf(name)),
      ...schema.filter(({ type }) => type === 'trigger').map(({ sql }) => `${sql};`),
      ...['application_id', 'user_version'].map(pragma),
      'COMMIT;',
      '',
    ].join('\n')
  } finally {
    db.close()
  }
}
