import type { Services } from '../../shared/api/services.ts'
import type { SqlTable } from '../../shared/api/sql.ts'
import type { Core } from '../core.ts'
import { askSql, describeSchema } from '../store/index.ts'
import { whileWanted } from './whileWanted.ts'

export function createSqlServices({ store }: Core): Services['sql'] {
  let tables: SqlTable[] | undefined
  return {
    schema() {
      tables ??= describeSchema()
      return tables
    },
    ask: (question, signal) =>
      whileWanted(signal, async function* (ended) {
        yield await askSql(store.file, question, ended)
      }),
  }
}
