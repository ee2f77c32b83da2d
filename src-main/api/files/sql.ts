import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { sqlSeconds } from '../../../shared/api/sql.ts'
import { parseOrExplain } from '../../../shared/errors.ts'
import type { Core } from '../../core.ts'
import { askSqlFile } from '../../store/index.ts'
import { type Chunk, download, parquetType } from './answers.ts'

const query = z.object({
  sql: z.string().min(1),
  seconds: z.coerce.number().positive().max(sqlSeconds.most).default(sqlSeconds.usual),
})

/** All rows of an answer as Parquet. It is written first and sent then: what goes wrong is told in a sentence, not by half a file. */
export async function sqlParquet(
  { store }: Core,
  _groups: Readonly<Record<string, string>>,
  request: Request,
): Promise<Response> {
  const given = Object.fromEntries(new URL(request.url).searchParams)
  const question = parseOrExplain(query, given, 'reading the address of an answer to SQL')
  const folder = await mkdtemp(path.join(tmpdir(), 'anneal-sql-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  const file = path.join(folder, 'answer.parquet')
  try {
    await askSqlFile(store.file, question, file, request.signal)
  } catch (error) {
    await remove()
    throw error
  }
  return download('answer.parquet', parquetType, readThen(file, remove), remove)
}

async function* readThen(file: string, remove: () => Promise<void>): AsyncGenerator<Chunk, void, undefined> {
  try {
    yield* createReadStream(file)
  } finally {
    await remove()
  }
}
