import { basename } from 'node:path'
import { show, UserError } from '../../shared/errors.ts'
import { readRows } from '../datasets/importers/csv.ts'
import { columnNames } from '../datasets/importers/csvLayout.ts'
import { isNumber, saysNotFinite } from '../datasets/importers/csvNumbers.ts'
import { peek } from '../datasets/userPaths.ts'
import { BATCH_CELLS, MAX_WIDTH, type Table, type TableBatch, type TableColumn } from './table.ts'

/** Rows looked at to tell columns of numbers from columns of text. */
const ROWS_LOOKED_AT = 100

/**
 * A CSV table. Its first line names the columns unless all of it are numbers. A column is of numbers where its first rows
 * are; text in it further on is refused with its line.
 * @throws UserError where it is no table
 */
export async function openCsv(path: string): Promise<Table> {
  const file = basename(path)
  await peek(path, 0)
  const { header, names, kinds } = await lookAt(path, file)
  const columns = names.map((name, c): TableColumn => ({ name, kind: kinds[c] ?? 'text', width: 1 }))
  return {
    file,
    rows: null,
    columns,
    batches: (wanted = names) =>
      readBatches({ path, file, header, columns, wanted: wanted.map((name) => names.indexOf(name)) }),
  }
}

const isCellNumber = (cell: string): boolean => isNumber(cell) || saysNotFinite(cell)

async function lookAt(path: string, file: string) {
  let header: boolean | undefined
  let names: string[] = []
  let seen = 0
  const texts = new Set<number>()
  for await (const { cells } of readRows(path, { delimiter: ',' }, () => undefined)) {
    if (header === undefined) {
      header = !cells.every((cell) => isCellNumber(cell.trim()))
      names = columnNames(cells, header)
      checkNames(names, file)
      if (header) continue
    }
    for (const [c, cell] of cells.entries()) if (!isCellNumber(cell.trim())) texts.add(c)
    seen += 1
    if (seen === ROWS_LOOKED_AT) break
  }
  if (header === undefined || seen === 0)
    throw new UserError(`While reading ${file}: there is no row of data in it; give a table with examples.`)
  return {
    header,
    names,
    kinds: names.map((_, c) => (texts.has(c) ? ('text' as const) : ('number' as const))),
  }
}

function checkNames(names: readonly string[], file: string): void {
  if (names.length > MAX_WIDTH)
    throw new UserError(
      `While reading ${file}: it has ${names.length} columns, more than ${MAX_WIDTH}; check it.`,
    )
  const known = new Set<string>()
  for (const name of names) {
    if (known.has(name))
      throw new UserError(
        `While reading ${file}: two columns are called ${show(name)}; give each its own name.`,
      )
    known.add(name)
  }
}

interface Reading {
  readonly path: string
  readonly file: string
  readonly header: boolean
  readonly columns: readonly TableColumn[]
  readonly wanted: readonly number[]
}

async function* readBatches({ path, file, header, columns, wanted }: Reading): AsyncGenerator<TableBatch> {
  const most = Math.max(1, Math.min(4096, Math.floor(BATCH_CELLS / Math.max(1, wanted.length))))
  let pending: (readonly string[])[] = []
  let lines: number[] = []
  let start = 0
  const flush = (): TableBatch => {
    const batch = toBatch(start)
    start += pending.length
    pending = []
    lines = []
    return batch
  }
  const toBatch = (at: number): TableBatch => ({
    start: at,
    rows: pending.length,
    columns: wanted.map((c) => {
      const column = columns[c]
      if (column?.kind !== 'number') return pending.map((cells) => (cells[c] ?? '').trim())
      return Float64Array.from(pending, (cells, row) =>
        toNumber(cells[c] ?? '', lines[row] ?? 0, column.name),
      )
    }),
  })
  const toNumber = (cell: string, line: number, name: string): number => {
    const text = cell.trim()
    if (isNumber(text)) return Number(text)
    if (saysNotFinite(text))
      return /nan/i.test(text) ? Number.NaN : text.startsWith('-') ? -Infinity : Infinity
    throw new UserError(
      `While reading ${file}: line ${line}, column ${show(name)}: ${show(text)} is no number, as those above are; mend the file.`,
    )
  }
  let atHeader = header
  for await (const { cells, line } of readRows(path, { delimiter: ',' }, () => undefined)) {
    if (!atHeader) {
      pending.push(cells)
      lines.push(line)
      if (pending.length === most) yield flush()
    }
    atHeader = false
  }
  if (pending.length > 0) yield flush()
}
