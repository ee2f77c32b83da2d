import { basename } from 'node:path'
import type { OnProgress, ParquetOptions } from '../../../shared/data/importOptions.ts'
import { openParquetCells, type ParquetCells } from '../../readers/parquetCells.ts'
import type { DatasetWriter } from '../writer.ts'
import { type CsvRow, createLayout, type TableOptions } from './csvLayout.ts'
import { importRows } from './rows.ts'
import type { TableSource } from './table.ts'

/** Rows after which it is told how far the reading is. */
const ROWS_PER_STEP = 1000

/** Rows have no lines; they are counted as pandas counts them. */
const place = (row: number): string => `row ${row} (counted from 0)`

/** @throws UserError for anything wrong with the files, naming row and column */
export async function importParquet(
  { format: _, ...given }: ParquetOptions,
  writer: DatasetWriter,
  onProgress: OnProgress,
): Promise<void> {
  const paths = given.testPath === undefined ? [given.path] : [given.path, given.testPath]
  const tables = await Promise.all(
    paths.map(async (path) => ({ name: basename(path), cells: await openParquetCells(path) })),
  )
  const options = { ...given, header: true, namesAreSure: true }
  const source: TableSource = {
    files: tables.map(({ name, cells }) => ({
      name,
      rows: (advance) => readRows(name, cells, options, advance),
    })),
    total: tables.reduce((sum, { cells }) => sum + cells.rows, 0),
    unit: 'examples',
    place,
  }
  await importRows(source, options, writer, onProgress)
}

/** The names, and then the rows; the columns that are left out are not read. */
async function* readRows(
  file: string,
  { names, read }: ParquetCells,
  options: TableOptions,
  advance: (done: number) => void,
): AsyncGenerator<CsvRow> {
  const first = { cells: names, line: 0 }
  yield first
  const { kept } = createLayout(file, first, options)
  let row = 0
  for await (const cells of read(kept)) {
    yield { cells, line: row }
    row += 1
    if (row % ROWS_PER_STEP === 0) advance(ROWS_PER_STEP)
  }
  advance(row % ROWS_PER_STEP)
}
