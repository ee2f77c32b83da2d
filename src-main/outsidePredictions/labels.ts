import { show, UserError } from '../../shared/errors.ts'
import { openTables, type Table } from '../readers/index.ts'

/** Examples and classes that a file of predictions may have together: 1 GiB in memory as they are stored. */
export const MAX_VALUES = 1 << 28

/** The numbers of some columns of a table, row by row. @throws UserError */
export async function readNumbers(
  table: Table,
  names: readonly string[],
  width: number,
): Promise<Float64Array> {
  const pieces: Float64Array[] = []
  let count = 0
  for await (const { columns, rows } of table.batches(names)) {
    const widths = columns.map((column) => column.length / rows)
    count += rows * width
    if (count > MAX_VALUES)
      throw new UserError(
        `While reading ${table.file}: it has more than ${MAX_VALUES} numbers; give fewer examples.`,
      )
    const piece = new Float64Array(rows * width)
    let at = 0
    for (const [c, column] of columns.entries()) {
      const own = widths[c] ?? 1
      for (let row = 0; row < rows; row++)
        for (let w = 0; w < own; w++) piece[row * width + at + w] = Number(column[row * own + w])
      at += own
    }
    pieces.push(piece)
  }
  if (pieces.length === 1 && pieces[0]) return pieces[0]
  const all = new Float64Array(count)
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}

/** Numbers of classes. @throws UserError at the first that is none */
export async function readLabels(table: Table, name: string): Promise<Uint16Array<ArrayBuffer>> {
  const column = table.columns.find((each) => each.name === name)
  if (column?.kind !== 'number' || column.width !== 1)
    throw new UserError(
      `While reading ${table.file}: ${show(name)} holds no numbers of classes, one an example; give labels from 0, as the columns of the predictions are counted.`,
    )
  const numbers = await readNumbers(table, [name], 1)
  const stray = numbers.findIndex((value) => !Number.isInteger(value) || value < 0 || value > 65_535)
  if (stray !== -1)
    throw new UserError(
      `While reading ${table.file}: row ${stray} (from 0) has the label ${show(numbers[stray])}, and labels are whole numbers from 0; mend it.`,
    )
  return Uint16Array.from(numbers)
}

/** Labels in a file of their own: its only column, or the one that is called so. */
export async function readLabelFile(path: string): Promise<Uint16Array<ArrayBuffer>> {
  const all = (await openTables(path)).flatMap((table) => table.columns.map(({ name }) => ({ table, name })))
  const chosen =
    all.length === 1 ? all[0] : all.find(({ name }) => /^(labels?|targets?|y|y_true)$/i.test(name))
  if (chosen === undefined)
    throw new UserError(
      `While reading ${path}: it has ${all.length} columns and none is called label; give a file with the labels alone.`,
    )
  return readLabels(chosen.table, chosen.name)
}

/** @throws UserError at the first example where they differ */
export function refuseOtherLabels(
  own: Uint16Array,
  ownName: string,
  others: Uint16Array,
  othersName: string,
): void {
  if (own.length !== others.length)
    throw new UserError(
      `While reading predictions: ${ownName} has ${own.length} examples and ${othersName} ${others.length}; give predictions of the same examples in the same order.`,
    )
  const at = own.findIndex((label, row) => label !== others[row])
  if (at !== -1)
    throw new UserError(
      `While reading predictions: row ${at} (from 0) has the label ${own[at]} in ${ownName} and ${others[at]} in ${othersName}; give predictions of the same examples in the same order.`,
    )
}
