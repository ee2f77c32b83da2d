import { basename } from 'node:path'
import type { NumpyOptions, OnProgress } from '../../../shared/data/importOptions.ts'
import { UserError } from '../../../shared/errors.ts'
import type { Table } from '../../readers/table.ts'
import type { DatasetWriter } from '../writer.ts'
import type { CsvRow } from './csvLayout.ts'
import { type ArrayPair, nameOf, openArrays } from './numpyArrays.ts'
import { cellText, labelText } from './numpyCells.ts'
import { frameOf } from './numpyFrame.ts'
import type { PixelOptions } from './pixelRows.ts'
import { importRows } from './rows.ts'
import type { TableSource } from './table.ts'

/** Rows after which it is told how far the reading is. */
const ROWS_PER_STEP = 1000

const place = (row: number): string => `example ${row} (counted from 0)`

/** @throws UserError for anything wrong with the files, naming the example */
export async function importNumpy(
  options: NumpyOptions,
  writer: DatasetWriter,
  onProgress: OnProgress,
): Promise<void> {
  const { source, rows, notes } = await numpySource(options)
  for (const note of notes) writer.note(note)
  await importRows(source, rows, writer, onProgress)
}

interface NumpySource {
  readonly source: TableSource
  readonly rows: PixelOptions & Required<Pick<NumpyOptions, 'as'>>
  readonly notes: readonly string[]
}

/** The arrays as rows: the numbers of an example, and its label last. @throws UserError where they do not fit together */
export async function numpySource(options: NumpyOptions): Promise<NumpySource> {
  const { train, test, unused } = await openArrays(options)
  const axes = train.examples.shape?.slice(1) ?? []
  const testAxes = test?.examples.shape?.slice(1)
  if (test && testAxes?.join() !== axes.join())
    throw new UserError(
      `While reading ${nameOf(test.examples)}: its examples are ${testAxes?.join(' × ')}, those of ${nameOf(train.examples)} ${axes.join(' × ')}; both parts need one size.`,
    )
  const as = options.as ?? (axes.length > 1 ? 'images' : 'table')
  const { layout, frame } =
    as === 'images' ? frameOf(nameOf(train.examples), axes, options.layout) : { layout: options.layout }
  const pairs = test === undefined ? [train] : [train, test]
  const files = await Promise.all(
    pairs.map(async (pair) => ({ pair, toText: await cellText(pair.examples, as === 'images') })),
  )
  const source: TableSource = {
    files: files.map(({ pair, toText }) => ({
      name: nameOf(pair.examples),
      rows: (advance) => readRows(pair, toText.write, advance),
    })),
    total: pairs.reduce((sum, { examples }) => sum + (examples.rows ?? 0), 0),
    unit: 'examples',
    place,
  }
  const rows = {
    label: train.examples.columns[0]?.width ?? 0,
    header: true,
    namesAreSure: true,
    categorical: [],
    without: [],
    maxCategories: 100,
    as,
    layout,
    ...(frame && { frame }),
  }
  const left =
    unused.length === 0
      ? []
      : [`Arrays of ${basename(options.path)} that are not used: ${unused.join(', ')}.`]
  return { source, rows, notes: [...left, ...new Set(files.flatMap(({ toText }) => toText.notes))] }
}

/** Names as of a table without a header, and then the rows. */
async function* readRows(
  { examples, labels }: ArrayPair,
  write: (value: number, row: number) => string,
  advance: (done: number) => void,
): AsyncGenerator<CsvRow> {
  const width = examples.columns[0]?.width ?? 0
  yield { cells: [...Array.from({ length: width }, (_, c) => `column ${c}`), 'label'], line: 0 }
  await using own = numbersOf(labels)
  let row = 0
  for await (const { rows, columns } of examples.batches()) {
    const [values] = columns
    for (let at = 0; at < rows; at++) {
      const cells = new Array<string>(width + 1)
      for (let c = 0; c < width; c++) cells[c] = write(Number(values?.[at * width + c]), row)
      cells[width] = labelText(await own.next(), labels, row)
      yield { cells, line: row }
      row += 1
      if (row % ROWS_PER_STEP === 0) advance(ROWS_PER_STEP)
    }
  }
  advance(row % ROWS_PER_STEP)
}

/** The numbers of an array one after the other. */
function numbersOf(table: Table) {
  const batches = table.batches()
  let batch: ArrayLike<number | string> = []
  let at = 0
  return {
    async next(): Promise<number> {
      while (at >= batch.length) {
        const { done, value } = await batches.next()
        if (done === true) return Number.NaN
        ;[batch, at] = [value.columns[0] ?? [], 0]
      }
      return Number(batch[at++])
    },
    [Symbol.asyncDispose]: async () => void (await batches.return(undefined)),
  }
}
