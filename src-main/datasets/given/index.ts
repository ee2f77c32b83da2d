import { basename } from 'node:path'
import type { PredictInput, PredictSource } from '../../../shared/run/predict.ts'
import type { CsvRow } from '../importers/csvLayout.ts'
import { UnusableFile } from '../importers/unusableFiles.ts'
import { exampleSize, type Values } from '../meta.ts'
import { peek } from '../userPaths.ts'
import { type GivenFile, givenFiles } from './files.ts'
import { encodeGiven, planRows, type RowPlan } from './row.ts'

/** Some of a user's own examples, as a data set would hold them. */
export interface GivenBatch {
  readonly rows: readonly { readonly name: string; readonly note: string | null }[]
  /** Raw, not normalised; as many examples as rows. */
  readonly values: Values
  readonly unusable: readonly { readonly name: string; readonly why: string }[]
  /** How far the source is read: files, or bytes of a table. */
  readonly done: number
  readonly total: number
  /** What holds of all of them, where this batch found it out. */
  readonly notes: readonly string[]
}

/** Files of images decoded at the same time. */
const AT_ONCE = 4

/**
 * Reads the examples in batches, so that a large folder needs no more memory than a small one. What cannot be read is told
 * and passed over.
 * @throws UserError where the source itself cannot be used
 */
export async function* readGiven(
  input: PredictInput,
  source: PredictSource,
  batchSize: number,
): AsyncGenerator<GivenBatch> {
  const files = source.type === 'files' ? source.files : await givenFiles(source.path)
  if (input.kind === 'image') yield* readImages(input, files, batchSize)
  else yield* readTables(input, files, batchSize, source.type === 'path' ? source.delimiter : undefined)
}

async function* readImages(
  { shape, dtype }: PredictInput,
  files: readonly GivenFile[],
  batchSize: number,
): AsyncGenerator<GivenBatch> {
  // sharp takes long to load, and a trainer has no use for it.
  const { fitImage } = await import('./image.ts')
  const size = exampleSize(shape)
  const depth = dtype === 'uint16' ? 'uint16' : 'uint8'
  for (let from = 0; from < files.length; from += batchSize) {
    const some = files.slice(from, from + batchSize)
    const values =
      depth === 'uint16' ? new Uint16Array(some.length * size) : new Uint8Array(some.length * size)
    const rows: { name: string; note: string | null }[] = []
    const unusable: { name: string; why: string }[] = []
    for (let at = 0; at < some.length; at += AT_ONCE) {
      const group = some.slice(at, at + AT_ONCE)
      const fitted = await Promise.all(group.map(({ path }) => orWhy(fitImage(path, shape, depth))))
      for (const [k, found] of fitted.entries()) {
        const name = group[k]?.name ?? ''
        if ('why' in found) unusable.push({ name, why: isTable.test(name) ? tableForImages : found.why })
        else {
          values.set(found.pixels, rows.length * size)
          rows.push({ name, note: found.note })
        }
      }
    }
    yield {
      rows,
      values: values.subarray(0, rows.length * size),
      unusable,
      done: from + some.length,
      total: files.length,
      notes: [],
    }
  }
}

const isTable = /\.(csv|tsv|parquet|npy|npz)$/i
const tableForImages =
  'it is a table, and this model answers images: give its examples as PNG or JPEG, or import it with "anneal datasets import --as images" to train on it'

const orWhy = <T>(work: Promise<T>): Promise<T | { readonly why: string }> =>
  work.catch((error: unknown) => {
    if (error instanceof UnusableFile) return { why: error.message }
    throw error
  })

async function* readTables(
  input: PredictInput,
  files: readonly GivenFile[],
  batchSize: number,
  delimiter: string | undefined,
): AsyncGenerator<GivenBatch> {
  const { readRows } = await import('../importers/csv.ts')
  const sizes = await Promise.all(files.map(async ({ path }) => (await peek(path, 0)).size))
  const total = sizes.reduce((a, b) => a + b, 0)
  let read = 0
  for (const [i, file] of files.entries()) {
    const before = sizes.slice(0, i).reduce((a, b) => a + b, 0)
    read = before
    const prefix = files.length > 1 ? `${file.name}:` : ''
    const options = { delimiter: delimiter ?? (/\.tsv$/i.test(file.name) ? '\t' : ',') }
    const advance = (bytes: number): void => {
      read += bytes
    }
    const pending = readTable(input, file, readRows(file.path, options, advance), batchSize, prefix)
    for await (const batch of pending) yield { ...batch, done: Math.min(read, total), total }
  }
}

async function* readTable(
  { columns = [], dtype }: PredictInput,
  file: GivenFile,
  lines: AsyncIterable<CsvRow>,
  batchSize: number,
  prefix: string,
): AsyncGenerator<Omit<GivenBatch, 'done' | 'total'>> {
  let plan: RowPlan | undefined
  const width = columns.length
  const fresh = () =>
    dtype === 'float64' ? new Float64Array(batchSize * width) : new Float32Array(batchSize * width)
  let values = fresh()
  let rows: { name: string; note: null }[] = []
  let unusable: { name: string; why: string }[] = []
  let notes: string[] = []
  for await (const line of lines) {
    if (plan === undefined) {
      plan = planRows(basename(file.name), columns, line)
      notes = notesOf(plan, basename(file.name))
      if (plan.header) continue
    }
    const name = `${prefix}${line.line}`
    const why = encodeGiven(plan, line, values.subarray(rows.length * width, (rows.length + 1) * width))
    if (why === undefined) rows.push({ name, note: null })
    else unusable.push({ name, why })
    if (rows.length + unusable.length < batchSize) continue
    yield { rows, values: values.subarray(0, rows.length * width), unusable, notes }
    values = fresh()
    ;[rows, unusable, notes] = [[], [], []]
  }
  if (rows.length + unusable.length + notes.length > 0)
    yield { rows, values: values.subarray(0, rows.length * width), unusable, notes }
}

function notesOf({ unused, header }: RowPlan, file: string): string[] {
  const told = unused.slice(0, 5).join(', ')
  const more = unused.length > 5 ? ` and ${unused.length - 5} more` : ''
  return [
    ...(header ? [] : [`${file}: its first line is taken for an example, as in the training table.`]),
    ...(unused.length === 0 ? [] : [`${file}: not used, since the model does not take it: ${told}${more}.`]),
  ]
}
