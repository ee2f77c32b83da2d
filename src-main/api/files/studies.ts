import { z } from 'zod'
import { parseOrExplain } from '../../../shared/errors.ts'
import type { Core } from '../../core.ts'
import { studyCsv, studyParquet } from '../../export/studyCsv.ts'
import { csvForm, download, fileNameOf, lookUp, parquetType } from './answers.ts'

const query = z.object({ ...csvForm, study: z.string().min(1).max(64), format: z.enum(['csv', 'parquet']) })

export async function studyTable(
  { store: { read } }: Core,
  groups: Readonly<Record<string, string>>,
  request: Request,
): Promise<Response> {
  const given = { ...Object.fromEntries(new URL(request.url).searchParams), ...groups }
  const { study: id, format, raw } = parseOrExplain(query, given, 'reading the address of a study')
  const looked = lookUp(() => read.study(id))
  if ('missing' in looked) return looked.missing
  const { study, cells } = looked.found
  const name = `${fileNameOf(study.name, study.id)}.${format}`
  if (format === 'parquet') return download(name, parquetType, studyParquet(cells))
  return download(name, 'text/csv; charset=utf-8', studyCsv(cells, { raw }))
}
