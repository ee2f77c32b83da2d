import type { Services } from '../../shared/api/services.ts'
import type { SqlTable } from '../../shared/api/sql.ts'
import type { Core } from '../core.ts'
import { NoAnswer } from '../process/noAnswer.ts'
import { askSql, describeSchema } from '../store/index.ts'

export function createSqlServices({ store }: Core): Services['sql'] {
  let tables: SqlTable[] | undefined
  return {
    schema() {
      tables ??= describeSchema()
      return tables
    },
    async *ask(question, signal) {
      const cancel = new AbortController()
      const abort = (): void => cancel.abort()
      signal?.addEventListener('abort', abort, { once: true })
      if (signal?.aborted) abort()
      try {
        yield await askSql(store.file, question, cancel.signal)
      } catch (error) {
        // Whoever cancelled it does not wait for words.
        if (!(error instanceof NoAnswer && error.why === 'cancelled')) throw error
      } finally {
        signal?.removeEventListener('abort', abort)
        abort()
      }
    },
  }
}
