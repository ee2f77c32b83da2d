import { show, UserError } from '../../shared/errors.ts'
import { openTables, type Table } from '../readers/index.ts'

/** Where in a file the predictions are, and the labels where it has some. */
export interface PredictionColumns {
  readonly table: Table
  readonly names: readonly string[]
  /** Numbers of a row. */
  readonly width: number
  readonly labels: { readonly table: Table; readonly name: string } | undefined
}

const labelNames = /^(labels?|targets?|y|y_true|truth|class)$/i
/** Numbers of an example that are no predictions: its place, or the class that was chosen. */
const otherNames = /^(id|index|example|unnamed: 0|preds?|predictions?|predicted|y_pred|argmax)$/i

/**
 * @param labels the column or array that the user named, if any
 * @throws UserError where it is not plain which numbers are meant
 */
export async function findColumns(path: string, labels: string | undefined): Promise<PredictionColumns> {
  const tables = await openTables(path)
  const all = tables.flatMap((table) => table.columns.map((column) => ({ table, column })))
  const refuse = (what: string): UserError =>
    new UserError(`While reading ${tables[0]?.file ?? path}: ${what}.`)
  const named = labels === undefined ? undefined : all.find(({ column }) => column.name === labels)
  if (labels !== undefined && named === undefined)
    throw refuse(
      `there is no column or array ${show(labels)} of labels; it has ${show(all.map(({ column }) => column.name).join(', '))}`,
    )
  const isArray = tables.length === 1 && tables[0]?.shape !== undefined
  const truth = named ?? (isArray ? undefined : all.find(({ column }) => labelNames.test(column.name)))
  const numbers = all.filter((each) => each !== truth && each.column.kind === 'number')
  const wide = numbers.filter(({ column }) => column.width > 1)
  const narrow = wide.length > 0 || isArray ? [] : withoutPlaces(numbers)
  const chosen = isArray ? numbers : wide.length > 0 ? wide : narrow
  const [first] = chosen
  if (first === undefined) throw refuse('there are no columns of numbers in it; give probabilities or logits')
  if (chosen.length > 1 && (wide.length > 1 || first.table.shape !== undefined))
    throw refuse(
      `more than one array could be the predictions (${show(chosen.map(({ column }) => column.name).join(', '))}); save one of them with its labels`,
    )
  const { shape } = first.table
  if (shape !== undefined && shape.length > 2)
    throw refuse(
      `its shape is ${shape.join(' × ')}, and predictions have examples × classes; save one array a member`,
    )
  return {
    table: first.table,
    names: chosen.map(({ column }) => column.name),
    width: chosen.reduce((sum, { column }) => sum + column.width, 0),
    labels: truth && { table: truth.table, name: truth.column.name },
  }
}

/** pandas writes the numbers of its rows in front, under no name. */
function withoutPlaces<T extends { readonly column: { readonly name: string } }>(numbers: readonly T[]): T[] {
  const isUnnamed = ({ column }: T): boolean => /^column \d+$/.test(column.name)
  const allUnnamed = numbers.every(isUnnamed)
  return numbers.filter((each) => !otherNames.test(each.column.name) && (allUnnamed || !isUnnamed(each)))
}
