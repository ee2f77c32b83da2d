/** The database: everything outside this folder imports this file, and the types. */
export { openStore, type StoreOptions } from './open.ts'
