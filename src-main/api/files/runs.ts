import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { runDownloads } from '../../../shared/api/urls.ts'
import { parseOrExplain } from '../../../shared/errors.ts'
import type { Core } from '../../core.ts'
import { runCsv } from '../../export/runCsv.ts'
import { runJson } from '../../export/runJson.ts'
import { runParquet } from '../../export/runParquet.ts'
import { runsCsv, runsParquet } from '../../export/runsCsv.ts'
import { runTensorboard } from '../../export/runTensorboard.ts'
import { drawRun } from '../../export/svg/runPlot.ts'
import type { RunRecord, StoreReads } from '../../store/types.ts'
import { type Chunk, csvForm, download, fileNameOf, lookUp, parquetType } from './answers.ts'
import { tarOf } from './tar.ts'

const address = z.object({ run: z.string().min(1).max(64), format: z.enum(runDownloads) })

export async function runDownload(
  { store: { read } }: Core,
  groups: Readonly<Record<string, string>>,
): Promise<Response> {
  const { run: id, format } = parseOrExplain(address, groups, 'reading the address of a run')
  const looked = lookUp(() => read.run(id))
  if ('missing' in looked) return looked.missing
  const run = looked.found
  const name = fileNameOf(run.name, run.id)
  switch (format) {
    case 'csv':
      return download(`${name}.csv`, 'text/csv; charset=utf-8', runCsv(read, run.id, 'steps'))
    case 'parquet':
      return download(`${name}.parquet`, parquetType, runParquet(read, run.id, 'steps'))
    case 'json':
      return download(`${name}.json`, 'application/json', runJson(read, run))
    case 'svg':
      return download(`${name}.svg`, 'image/svg+xml', [drawRun(read, run)])
    case 'tensorboard':
      return download(`${name}-tensorboard.tar`, 'application/x-tar', tensorboardTar(read, run, name))
  }
}

/** The events are written to a file first, because a tar says how long a file is before it begins. */
async function* tensorboardTar(
  read: StoreReads,
  run: RunRecord,
  folder: string,
): AsyncGenerator<Chunk, void, undefined> {
  const { name, chunks } = runTensorboard(read, run)
  const temp = await mkdtemp(path.join(tmpdir(), 'anneal-events-'))
  try {
    const file = path.join(temp, name)
    await pipeline(Readable.from(chunks), createWriteStream(file))
    const { size } = await stat(file)
    const mtime = new Date(run.endedAt ?? run.createdAt)
    yield* tarOf([{ name: `${folder}/${name}`, bytes: size, chunks: createReadStream(file) }], mtime)
  } finally {
    await rm(temp, { recursive: true, force: true })
  }
}

const tableQuery = z.object({
  ...csvForm,
  ids: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.string().min(1).max(64)).min(1).max(10_000)),
})

export async function runTable(
  { store: { read } }: Core,
  groups: Readonly<Record<string, string>>,
  request: Request,
): Promise<Response> {
  const given = Object.fromEntries(new URL(request.url).searchParams)
  const { ids, raw } = parseOrExplain(tableQuery, given, 'reading the address of a table of runs')
  const looked = lookUp(() => ids.map((id) => read.summary(id)))
  if ('missing' in looked) return looked.missing
  if (groups.format === 'parquet') return download('runs.parquet', parquetType, runsParquet(looked.found))
  return download('runs.csv', 'text/csv; charset=utf-8', runsCsv(looked.found, { raw }))
}
