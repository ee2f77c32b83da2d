import { UserError } from '../../shared/errors.ts'
import type { Dataset, Split, SplitOptions } from '../datasets/index.ts'
import { type CsvCell, csvLines } from './csv.ts'
import { npyRows } from './npy.ts'
import { groupsOf, type ParquetColumn, parquet } from './parquet.ts'

/*
 * A split of a data set for other programs: which examples each part has, in the order in which predictions are given back.
 * Examples are counted from 0 as they are stored, those for training first, then those of a test part of its own.
 */

export const splitFormats = ['csv', 'npy', 'parquet'] as const
export type SplitFormat = (typeof splitFormats)[number]
export const splitParts = ['train', 'validation', 'test'] as const
export type SplitPart = (typeof splitParts)[number]

export interface SplitExport {
  readonly dataset: Dataset
  readonly split: Split
  readonly options: SplitOptions
  readonly format: SplitFormat
  readonly parts: readonly SplitPart[]
  /** The examples themselves, too: pixels as they are stored, or the features of a table. */
  readonly examples: boolean
}

export interface SplitFile {
  readonly name: string
  readonly chunks: Iterable<Uint8Array>
}

/** split.json says what it is a split of, beside one table, or arrays of each part. @throws UserError */
export function splitFiles(asked: SplitExport): SplitFile[] {
  const { dataset, format, examples } = asked
  if (examples && format !== 'npy' && dataset.meta.kind === 'image')
    throw new UserError(
      `While exporting the split of ${dataset.meta.name}: pixels of images do not go into ${format === 'csv' ? 'CSV' : 'Parquet'}; ask for npy, or leave the examples out.`,
    )
  const described = Buffer.from(`${JSON.stringify(describe(asked), undefined, 2)}\n`)
  return [{ name: 'split.json', chunks: [described] }, ...filesOf(asked)]
}

function describe({ dataset: { meta }, split, options, parts }: SplitExport) {
  const { id, name, kind, shape, dtype, classes, trainCount, testCount, columns } = meta
  return {
    dataset: { id, name, kind, shape, dtype, classes, trainCount, testCount, ...(columns && { columns }) },
    split: options,
    counts: Object.fromEntries(parts.map((part) => [part, split[part].length])),
    index: 'from 0, as the data set is stored: examples for training first, then those of its own test part',
    position: 'from 0, within its part: predictions are given back in this order',
  }
}

function filesOf(asked: SplitExport): SplitFile[] {
  switch (asked.format) {
    case 'npy':
      return asked.parts.flatMap((part) => arraysOf(asked, part))
    case 'csv':
      return [{ name: 'split.csv', chunks: csvChunks(asked) }]
    case 'parquet':
      return [
        {
          name: 'split.parquet',
          chunks: parquet(columnsOf(asked), groupsOf(columnsOf(asked).length, rowsOf(asked))),
        },
      ]
  }
}

function arraysOf({ dataset, split, examples }: SplitExport, part: SplitPart): SplitFile[] {
  const places = split[part]
  const { meta, labels } = dataset
  return [
    {
      name: `${part}_index.npy`,
      chunks: npyRows(
        places,
        Uint32Array.from(places, (_, i) => i),
      ),
    },
    { name: `${part}_labels.npy`, chunks: npyRows(labels, places) },
    ...(examples
      ? [{ name: `${part}_examples.npy`, chunks: npyRows(dataset.examples, places, meta.shape) }]
      : []),
  ]
}

const featuresOf = ({ dataset: { meta }, examples }: SplitExport): readonly string[] =>
  examples ? (meta.columns ?? Array.from({ length: meta.shape[0] ?? 0 }, (_, i) => `feature ${i}`)) : []

function columnsOf(asked: SplitExport): ParquetColumn[] {
  return [
    { name: 'part', type: 'text' },
    { name: 'position', type: 'int64' },
    { name: 'index', type: 'int64' },
    { name: 'label', type: 'int64' },
    { name: 'class', type: 'text' },
    ...featuresOf(asked).map((name): ParquetColumn => ({ name, type: 'double' })),
  ]
}

function* rowsOf(asked: SplitExport): Generator<(string | number)[]> {
  const { dataset, split, parts } = asked
  const { meta, labels, examples } = dataset
  const width = featuresOf(asked).length
  for (const part of parts)
    for (const [position, index] of split[part].entries()) {
      const label = labels[index] ?? 0
      const own = Array.from(examples.subarray(index * width, (index + 1) * width))
      yield [part, position, index, label, meta.classes[label] ?? '', ...own]
    }
}

function* csvChunks(asked: SplitExport): Generator<Uint8Array> {
  let lines: CsvCell[][] = [columnsOf(asked).map(({ name }) => name)]
  // For programs, not spreadsheets: text as it is.
  const written = (): Uint8Array => Buffer.from(csvLines(lines, { raw: true }))
  for (const row of rowsOf(asked)) {
    lines.push(row)
    if (lines.length < 4096) continue
    yield written()
    lines = []
  }
  yield written()
}
