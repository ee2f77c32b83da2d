import type { z } from 'zod'
import type {
  lookAtPredictions,
  PredictionsColumn,
  PredictionsLook,
  RowCheck,
} from '../../shared/api/outsidePredictions.ts'
import { UserError } from '../../shared/errors.ts'
import { openTables, type Table } from '../readers/index.ts'
import { findColumns, type PredictionColumns } from './columns.ts'
import { ROUNDING } from './form.ts'

const rowsShown = 5
const columnsShown = 24
/** Numbers of a row of an array that are shown. */
const numbersShown = 10

/**
 * What is in a file of predictions, from its first rows: nothing is judged that only the whole file tells.
 * @throws UserError where it is no table that can be read
 */
export async function lookAt({ path, labels }: z.infer<typeof lookAtPredictions>): Promise<PredictionsLook> {
  const tables = await openTables(path)
  const found = await findColumns(path, labels).catch(asProblem)
  const isFound = !('problem' in found)
  const all = tables.flatMap((table) => table.columns.map((column) => ({ table, column })))
  const useOf = (table: Table, name: string): PredictionsColumn['use'] => {
    if (!isFound) return 'unused'
    if (found.labels?.name === name && isSame(found.labels.table, table)) return 'label'
    return isSame(found.table, table) && found.names.includes(name) ? 'prediction' : 'unused'
  }
  const firsts = await firstCells(tables)
  const columns = all.map(
    ({ table, column }): PredictionsColumn => ({
      name: column.name,
      width: column.width,
      use: useOf(table, column.name),
      first: firsts.get(table)?.get(column.name) ?? [],
    }),
  )
  const inOrder = (['prediction', 'label', 'unused'] as const).flatMap((use) =>
    columns.filter((column) => column.use === use),
  )
  return {
    file: tables[0]?.file ?? path,
    rows: (isFound ? found.table.rows : tables[0]?.rows) ?? null,
    classes: isFound ? Math.max(2, found.width) : 0,
    problem: isFound ? null : found.problem,
    columns: inOrder.slice(0, columnsShown),
    moreColumns: Math.max(0, inOrder.length - columnsShown),
    labelColumns: all
      .filter(({ column }) => column.kind === 'number' && column.width === 1)
      .map(({ column }) => column.name)
      .slice(0, 1000),
    check: isFound ? await checkRows(found) : null,
  }
}

const asProblem = (error: unknown): { readonly problem: string } => {
  if (error instanceof UserError) return { problem: error.message }
  throw error
}

/** Each look opens the file anew. */
const isSame = (a: Table, b: Table): boolean => a.file === b.file && a.columns[0]?.name === b.columns[0]?.name

async function firstBatch(table: Table, names?: readonly string[]) {
  for await (const batch of table.batches(names)) return batch
  return undefined
}

async function firstCells(tables: readonly Table[]): Promise<Map<Table, Map<string, string[]>>> {
  const cells = new Map<Table, Map<string, string[]>>()
  for (const table of tables.slice(0, columnsShown)) {
    const names = table.columns.slice(0, 4 * columnsShown).map(({ name }) => name)
    const batch = await firstBatch(table, names)
    const shown = Math.min(rowsShown, batch?.rows ?? 0)
    const own = names.map((name, c): [string, string[]] => [
      name,
      Array.from({ length: shown }, (_, row) => cellText(batch?.columns[c], row, batch?.rows ?? 1)),
    ])
    cells.set(table, new Map(own))
  }
  return cells
}

function cellText(column: Float64Array | readonly string[] | undefined, row: number, rows: number): string {
  if (column === undefined) return ''
  const width = column.length / rows
  const own = Array.from({ length: Math.min(width, numbersShown) }, (_, w) => {
    const cell = column[row * width + w] ?? ''
    return typeof cell === 'number' ? String(Number(cell.toPrecision(4))) : cell.slice(0, 60)
  })
  return `${own.join(', ')}${width > numbersShown ? ', …' : ''}`
}

/** Of the rows of the first batch. */
async function checkRows({ table, names, width }: PredictionColumns): Promise<RowCheck | null> {
  const batch = await firstBatch(table, names)
  if (batch === undefined) return null
  const { rows, columns } = batch
  let [leastSum, mostSum, off] = [Infinity, -Infinity, 0]
  let isOutside = false
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (const column of columns) {
      const own = column.length / rows
      for (let w = 0; w < own; w++) {
        const value = Number(column[row * own + w])
        isOutside ||= value < 0 || value > 1 + 1e-6
        sum += value
      }
    }
    leastSum = Math.min(leastSum, sum)
    mostSum = Math.max(mostSum, sum)
    off += Number(width > 1 && !(Math.abs(sum - 1) <= ROUNDING))
  }
  return { rows, leastSum, mostSum, off, as: isOutside ? 'logits' : off > 0 ? null : 'probabilities' }
}
