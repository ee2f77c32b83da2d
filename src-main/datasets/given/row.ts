import { show, UserError } from '../../../shared/errors.ts'
import { type CsvRow, columnNames, tidy } from '../importers/csvLayout.ts'
import { saysMissing } from '../importers/csvMissing.ts'
import { isNumber, numberKey, saysNotFinite } from '../importers/csvNumbers.ts'
import { counted } from '../words.ts'

/** One column of the file: a number, or a category that is one feature for each of its values. */
type Part =
  | { readonly at: number; readonly name: string; readonly feature: number }
  | { readonly at: number; readonly name: string; readonly values: ReadonlyMap<string, number> }

/** How the rows of a file become the features of a data set. */
export interface RowPlan {
  /** Whether the first line names the columns. */
  readonly header: boolean
  readonly cells: number
  readonly features: number
  readonly parts: readonly Part[]
  /** Columns of the file that the models do not take, such as the class. */
  readonly unused: readonly string[]
}

/**
 * Finds the columns by their names, in whatever order they stand; a file without a header has them where the table of
 * the training had them.
 * @param features names as the import made them: "age", or "colour=red" for one value of the column colour
 * @throws UserError where one is not there
 */
export function planRows(file: string, features: readonly string[], first: CsvRow): RowPlan {
  const named = place(features, columnNames(first.cells, true))
  const positions = place(features, columnNames(first.cells, false))
  const wasUnnamed = features.every((name) => /^column \d+(=|$)/.test(name))
  if (named.missing.length === 0)
    return { ...named, header: true, cells: first.cells.length, features: features.length }
  if (wasUnnamed && positions.missing.length === 0)
    return { ...positions, header: false, cells: first.cells.length, features: features.length }
  const shown = named.missing.slice(0, 5).map((name) => show(name))
  const more = named.missing.length > shown.length ? ` and ${named.missing.length - shown.length} more` : ''
  throw new UserError(
    `While reading ${file}: its first line does not name the column${named.missing.length === 1 ? '' : 's'} ${shown.join(', ')}${more} that the model was trained on; name every column as in the training table.`,
  )
}

/** A feature has the name of its column, or begins with it and "=". */
function place(features: readonly string[], columns: readonly string[]) {
  const parts: Part[] = []
  const unused: string[] = []
  const found = new Set<number>()
  for (const [at, name] of columns.entries()) {
    const own = features.indexOf(name)
    if (columns.indexOf(name) !== at) continue
    if (own >= 0) {
      parts.push({ at, name, feature: own })
      found.add(own)
      continue
    }
    const values = new Map<string, number>()
    for (const [feature, text] of features.entries()) {
      if (text.startsWith(`${name}=`)) values.set(text.slice(name.length + 1), feature)
    }
    if (values.size === 0) unused.push(name)
    else parts.push({ at, name, values })
    for (const feature of values.values()) found.add(feature)
  }
  const missing = features.filter((_, feature) => !found.has(feature))
  return { parts, unused, missing }
}

/**
 * Writes the features of a row to `out`, by the rules of the import: what is missing or unknown is not guessed.
 * @returns why the row cannot be used, undefined where it can
 */
export function encodeGiven(
  { cells: width, parts }: RowPlan,
  { cells }: CsvRow,
  out: Float32Array | Float64Array,
): string | undefined {
  if (cells.length !== width)
    return `it has ${counted(cells.length, 'cell')} where the first line has ${width}`
  out.fill(0)
  for (const part of parts) {
    const text = tidy(cells[part.at] ?? '')
    if ('feature' in part) {
      const why = notANumber(text)
      if (why !== undefined) return `column ${show(part.name)}: ${why}`
      out[part.feature] = Number(text)
      if (!Number.isFinite(out[part.feature]))
        return `column ${show(part.name)}: ${text} is too large a number`
      continue
    }
    const feature = part.values.get(text) ?? sameNumber(part.values, text)
    if (feature === undefined) return `column ${show(part.name)}: ${unknownValue(part.values, text)}`
    out[feature] = 1
  }
  return undefined
}

function notANumber(text: string): string | undefined {
  if (isNumber(text)) return undefined
  if (text === '') return 'the cell is empty'
  if (saysNotFinite(text)) return `${text} is no finite number`
  return saysMissing(text) ? `${text} says that the value is missing` : `${show(text)} is no number`
}

/** "1.0" is the value "1". */
function sameNumber(values: ReadonlyMap<string, number>, text: string): number | undefined {
  if (!isNumber(text)) return undefined
  const key = numberKey(text)
  return [...values].find(([value]) => isNumber(value) && numberKey(value) === key)?.[1]
}

const mostNamed = 5

function unknownValue(values: ReadonlyMap<string, number>, text: string): string {
  if (text === '') return 'the cell is empty'
  const known = [...values.keys()]
  const named = known.slice(0, mostNamed).map((value) => show(value))
  const more = known.length > mostNamed ? ` and ${known.length - mostNamed} more` : ''
  return `the training had no ${show(text)} (it had ${named.join(', ')}${more})`
}
