import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { sqlMegabytes, sqlRows } from '../../../shared/api/sql.ts'
import { parseOrExplain, UserError } from '../../../shared/errors.ts'
import type { JobMessage } from '../../../shared/run/jobs.ts'
import { endWithHost } from '../../process/hostWatch.ts'
import { answerSql } from './answer.ts'
import { writeAnswer } from './answerFile.ts'

/*
 * The process of one SQL statement: fork it with { serialization: 'advanced' }, send one call, and one message comes back.
 * Its host ends it when that takes too long, it ends itself when it takes too much memory.
 */

const sqlCall = z.strictObject({
  path: z.string(),
  sql: z.string(),
  rows: z.int().nullable(),
  /** Where the answer is written as Parquet. */
  file: z.string().optional(),
})

async function answer(message: unknown): Promise<JobMessage> {
  try {
    const { path, sql, rows, file } = parseOrExplain(sqlCall, message, 'reading SQL')
    const answer =
      file === undefined ? answerSql(path, sql, rows ?? sqlRows.most) : writeAnswer(path, sql, rows, file)
    return { type: 'answered', answer }
  } catch (error) {
    if (error instanceof UserError) return { type: 'refused', reason: error.message }
    throw error
  }
}

const release = endWithHost()
const memoryWatch = new Worker(new URL('./memoryWatchThread.ts', import.meta.url), {
  workerData: { megabytes: sqlMegabytes },
})
memoryWatch.unref()
const watching = once(memoryWatch, 'message')
process.once('message', async (message) => {
  await watching
  process.send?.(await answer(message), undefined, undefined, () => {
    release()
    process.disconnect?.()
  })
})
