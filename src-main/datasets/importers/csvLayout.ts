import type { CsvOptions } from '../../../shared/data/importOptions.ts'
import { didYouMean } from '../../../shared/didYouMean.ts'
import { show, UserError } from '../../../shared/errors.ts'
import { counted } from '../words.ts'
import { isNumber } from './csvNumbers.ts'

/** One row, and the line of the file it ends on, counted from 1. */
export interface CsvRow {
  readonly cells: readonly string[]
  readonly line: number
}

/** The columns of a table that are read, as its first line and the options tell them. */
export interface Layout {
  /** Cells that every row has, those left out among them. */
  readonly cells: number
  /** Where each column that is read stands among the cells. */
  readonly kept: readonly number[]
  readonly names: readonly string[]
  /** Position among the names, as are those of `forced`. */
  readonly label: number
  /** Columns that the options call categorical. */
  readonly forced: ReadonlySet<number>
}

const MAX_COLUMNS = 10_000

/**
 * The text of a cell: without the spaces around it, and in Unicode's composed form (NFC), because "é" as one character and
 * as two look alike and are one name to people.
 */
export const tidy = (cell: string): string => cell.trim().normalize('NFC')

/** What the options say of a table's columns. */
export interface TableOptions
  extends Pick<CsvOptions, 'label' | 'header' | 'categorical' | 'maxCategories' | 'without'> {
  /** Whether the names are names whatever they look like, as they are where a file keeps them apart from its rows. */
  readonly namesAreSure?: boolean
  /** Columns that a table may have, where these are not 10,000. */
  readonly maxColumns?: number
}

/**
 * The rules on names are for the columns that are read: one that is left out may be called as it likes.
 * @throws UserError when the first line cannot be a header, or a column that the options name is not there
 */
export function createLayout(file: string, { cells }: CsvRow, options: TableOptions): Layout {
  const { maxColumns = MAX_COLUMNS } = options
  if (cells.length < 2 || cells.length > maxColumns)
    throw new UserError(
      `While reading ${file}: the first line has ${counted(cells.length, 'cell')}, and a table needs 2 to ${maxColumns}; check the delimiter.`,
    )
  const all = columnNames(cells, options.header)
  const place = (name: string | number): number => findColumn(file, all, name)
  const kept = keptColumns(file, all, place(options.label), options.without.map(place))
  const names = kept.map((at) => all[at] ?? '')
  const label = kept.indexOf(place(options.label))
  if (options.header && options.namesAreSure !== true) checkHeaderNames(file, names, label, options.label)
  const seen = new Set<string>()
  const twice = names.find((name) => seen.size === seen.add(name).size)
  if (twice !== undefined)
    throw new UserError(
      `While reading ${file}: two columns are called ${show(twice)}; give each its own name, or say header: false (--no-header) if the first line is an example.`,
    )
  const forced = options.categorical.map((name) => {
    const at = kept.indexOf(place(name))
    if (at < 0)
      throw new UserError(
        `While reading ${file}: the column ${show(name)} is to be left out and is listed as categorical; say one of the two.`,
      )
    return at
  })
  return { cells: cells.length, kept, names, label, forced: new Set(forced) }
}

function keptColumns(file: string, all: readonly string[], label: number, left: readonly number[]): number[] {
  if (left.includes(label))
    throw new UserError(
      `While reading ${file}: the column ${show(all[label])} is to be left out, but it is the label; choose another label, or keep it.`,
    )
  const out = new Set(left)
  const kept = [...all.keys()].filter((c) => !out.has(c))
  if (kept.length < 2)
    throw new UserError(
      `While reading ${file}: every column but the label is to be left out (${all.length - 1}); keep one to learn from.`,
    )
  return kept
}

/** Before the rule on double names: a first example often has a value twice. Who names the label knows of a header. */
function checkHeaderNames(
  file: string,
  names: readonly string[],
  label: number,
  given: string | number,
): void {
  const inWords = given === names[label] && !isNumber(given)
  if (inWords || !looksLikeExample(names, label)) return
  throw new UserError(
    `While reading ${file}: the first line holds numbers and no column names (${show(names.join(', '))}), so it looks like an example; say header: false (--no-header), or give the columns names in words.`,
  )
}

/** A column without a name is called after its position. */
export function columnNames(cells: readonly string[], header: boolean): string[] {
  return cells.map((cell, c) => {
    const name = tidy(cell)
    return header && name !== '' ? name : `column ${c}`
  })
}

/**
 * A number is a position; text is a name, or a position when no column has that name: a column that is called "1" can be
 * named, and the command line, where all is text, can give positions.
 */
export function findColumn(file: string, names: readonly string[], wanted: string | number): number {
  const named = typeof wanted === 'string' ? names.indexOf(tidy(wanted)) : -1
  if (named >= 0) return named
  const position = typeof wanted === 'number' || /^\d+$/.test(wanted) ? Number(wanted) : -1
  if (position >= 0 && position < names.length) return position
  throw new UserError(
    `While reading ${file}: there is no column ${show(wanted)}${typeof wanted === 'string' ? didYouMean(wanted, names) : ''}; give a name (there are ${show(names.join(', '))}) or a position from 0 to ${names.length - 1}.`,
  )
}

/** Features that are all numbers are no names, unless they count the columns, as tables without names are often saved. */
function looksLikeExample(names: readonly string[], label: number): boolean {
  const features = names.filter((_, c) => c !== label)
  return features.every(isNumber) && !countsColumns(names, label)
}

/** Whether the names are 0, 1, 2, ...; the label may stand among them in words, counted or not. */
function countsColumns(names: readonly string[], label: number): boolean {
  const counts = (some: readonly string[]) => some.every((name, c) => name === String(c))
  const labelInWords = !isNumber(names[label] ?? '')
  // A single feature called 0 is more likely the value 0.
  if (names.length < 3) return false
  if (!labelInWords) return counts(names)
  return counts(names.toSpliced(label, 1)) || counts(names.with(label, String(label)))
}
