import type { ImportProgress, OnProgress } from '../../../shared/data/importOptions.ts'
import { looksLikePixels, pixelWords } from '../../../shared/data/pixels.ts'
import type { Part } from '../contentWriter.ts'
import type { DatasetWriter } from '../writer.ts'
import { type ColumnPlan, createSurvey, encodeRow } from './csvColumns.ts'
import type { Place } from './csvFacts.ts'
import { type CsvRow, type TableOptions, tidy } from './csvLayout.ts'

const ROWS_PER_WRITE = 256

/** Rows by which it is told whether a table may be images. */
const LOOKED_AT = 20

/** A table that can be read more than once, in whatever files it stands. Its cells come as a CSV file would write them. */
export interface TableSource {
  /** The training part, and the test part where there is one. */
  readonly files: readonly TableFile[]
  /** What reading all of it once advances by. */
  readonly total: number
  readonly unit: ImportProgress['unit']
  readonly place: Place
}

export interface TableFile {
  readonly name: string
  /** All rows in their order; the first names the columns where the options say so. */
  rows(advance: (done: number) => void): AsyncGenerator<CsvRow>
}

/** Progress of work that reads a source `passes` times: a share of that is what people see of its size. */
export function advanceOver({ total, unit }: TableSource, passes: number, onProgress: OnProgress) {
  let read = 0
  return (done: number): void => {
    read += done
    onProgress({ done: Math.floor(read / passes), total, unit })
  }
}

/**
 * Imports a table in two passes over its files: the first finds the kind of each column and the values of the categories,
 * the second writes numbers. Neither holds more than a few rows.
 * @param mayBeImages whether to say so of rows that look like pixels
 * @throws UserError for anything wrong with the files, naming row and column
 */
export async function importTable(
  source: TableSource,
  options: TableOptions,
  writer: DatasetWriter,
  onProgress: OnProgress,
  mayBeImages = false,
): Promise<void> {
  const advance = advanceOver(source, 2, onProgress)
  const first: (readonly string[])[] = []
  const survey = createSurvey(options, source.place)
  for (const file of source.files) {
    survey.startFile(file.name)
    for await (const row of file.rows(advance)) {
      survey.add(row)
      if (first.length <= LOOKED_AT) first.push(row.cells)
    }
  }
  const plan = survey.finish()
  const note = mayBeImages && pixelNote(plan, first.slice(Number(options.header)))
  if (note) writer.note(note)
  await writer.begin(
    {
      kind: 'table',
      dtype: plan.dtype,
      shape: [plan.features.length],
      columns: plan.features,
      classes: plan.classes,
    },
    plan.rows,
  )
  for (const [index, file] of source.files.entries()) {
    const writing = { plan, place: source.place, hasHeader: options.header }
    await writeRows(file, writing, index === 0 ? 'train' : 'test', writer, advance)
  }
}

function pixelNote({ kept, label }: ColumnPlan, rows: readonly (readonly string[])[]): string | undefined {
  const features = kept.filter((_, c) => c !== label)
  const shape = looksLikePixels(rows.map((cells) => features.map((at) => tidy(cells[at] ?? ''))))
  if (shape === undefined) return undefined
  return `The ${features.length} columns look like images of ${pixelWords(shape)}, and were imported as a table; to import them as images say as: images (--as images).`
}

interface Writing {
  readonly plan: ColumnPlan
  readonly place: Place
  readonly hasHeader: boolean
}

/** Its rows after the one with the names. */
export async function* rowsOf(
  file: TableFile,
  hasHeader: boolean,
  advance: (done: number) => void,
): AsyncGenerator<CsvRow> {
  let isHeader = hasHeader
  for await (const row of file.rows(advance)) {
    if (!isHeader) yield row
    isHeader = false
  }
}

async function writeRows(
  file: TableFile,
  { plan, place, hasHeader }: Writing,
  part: Part,
  writer: DatasetWriter,
  advance: (done: number) => void,
): Promise<void> {
  const width = plan.features.length
  const size = ROWS_PER_WRITE * width
  const values = plan.dtype === 'float64' ? new Float64Array(size) : new Float32Array(size)
  const labels = new Uint16Array(ROWS_PER_WRITE)
  let filled = 0
  const flush = async (): Promise<void> => {
    await writer.append(part, values.subarray(0, filled * width), labels.subarray(0, filled))
    filled = 0
  }
  for await (const row of rowsOf(file, hasHeader, advance)) {
    const out = values.subarray(filled * width, (filled + 1) * width)
    labels[filled] = encodeRow(plan, row, file.name, out, place)
    filled += 1
    if (filled === ROWS_PER_WRITE) await flush()
  }
  await flush()
}
