/** The database: everything outside this folder imports this file, and the types. */
export { openStore } from './open.ts'
export type { StoreOptions } from './openToWrite.ts'
export { askSql, askSqlFile } from './sql/askSql.ts'
export { describeSchema } from './sql/schemaDoc.ts'
