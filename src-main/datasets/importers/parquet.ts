import { basename } from 'node:path'
import type { TableColumn } from '../../../shared/api/datasets.ts'
import type { OnProgress, ParquetOptions } from '../../../shared/data/importOptions.ts'
import { openParquetCells, type ParquetCells } from '../../readers/parquetCells.ts'
import type { DatasetWriter } from '../writer.ts'
import { type CsvRow, findColumn } from './csvLayout.ts'
import { createColumnsLook } from './csvPreview.ts'
import { importRows } from './rows.ts'
import type { TableSource } from './table.ts'

/** Rows after which it is told how far the reading is. */
const ROWS_PER_STEP = 1000

/** Rows have no lines; they are counted as pandas counts them. */
const place = (row: number): string => `row ${row} (counted from 0)`

/** Names stand apart from the rows. */
export const parquetNames = { header: true, namesAreSure: true } as const

/** @throws UserError for anything wrong with the files, naming row and column */
export async function importParquet(
  { format: _, ...options }: ParquetOptions,
  writer: DatasetWriter,
  onProgress: OnProgress,
): Promise<void> {
  await importRows(await parquetSource(options), { ...options, ...parquetNames }, writer, onProgress)
}

type SourceOptions = Pick<ParquetOptions, 'path' | 'testPath' | 'without'>

/** The files of a Parquet table. The columns that are left out are not read. @throws UserError where one is none */
export async function parquetSource({ path, testPath, without }: SourceOptions): Promise<TableSource> {
  const paths = testPath === undefined ? [path] : [path, testPath]
  const tables = await Promise.all(
    paths.map(async (each) => ({ name: basename(each), cells: await openParquetCells(each) })),
  )
  return {
    files: tables.map(({ name, cells }) => ({
      name,
      rows: (advance) => readRows(name, cells, without, advance),
    })),
    total: tables.reduce((sum, { cells }) => sum + cells.rows, 0),
    unit: 'examples',
    place,
  }
}

/** @throws UserError where the file or its first rows cannot be read */
export async function previewParquet(path: string): Promise<TableColumn[]> {
  const { names, readable, read } = await openParquetCells(path)
  const look = createColumnsLook(names)
  for await (const cells of read(readable)) if (!look.add(cells)) break
  return look.columns()
}

/** The names, and then the rows. */
async function* readRows(
  file: string,
  { names, read }: ParquetCells,
  without: ParquetOptions['without'],
  advance: (done: number) => void,
): AsyncGenerator<CsvRow> {
  yield { cells: names, line: 0 }
  const left = without.map((name) => findColumn(file, names, name))
  let row = 0
  for await (const cells of read([...names.keys()].filter((at) => !left.includes(at)))) {
    yield { cells, line: row }
    row += 1
    if (row % ROWS_PER_STEP === 0) advance(ROWS_PER_STEP)
  }
  advance(row % ROWS_PER_STEP)
}
