import { show, UserError } from '../../../shared/errors.ts'
import { checkExtent } from '../meta.ts'
import type { CsvOptions } from './options.ts'

/** One row, and the line of the file it ends on, counted from 1. */
export interface CsvRow {
  readonly cells: readonly string[]
  readonly line: number
}

/** How a row becomes numbers: one feature for a column of numbers, one per value for a column of categories. */
export interface ColumnPlan {
  /** Data rows of all files. */
  readonly rows: number
  readonly label: number
  /** Class names in the order of the labels. */
  readonly classes: readonly string[]
  /** Feature names: the column's, or "column=value". */
  readonly features: readonly string[]
  readonly names: readonly string[]
  /** For each column of the file its categories and their positions, or undefined for numbers (and for the label). */
  readonly categories: readonly (ReadonlyMap<string, number> | undefined)[]
  readonly labels: ReadonlyMap<string, number>
}

/** First pass: sees every row, keeps what distinguishes columns. */
export interface Survey {
  startFile(name: string): void
  add(row: CsvRow): void
  finish(): ColumnPlan
}

const MAX_COLUMNS = 10_000
const MAX_CLASSES = 1000
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const NOT_FINITE = /^[+-]?(nan|inf|infinity)$/i

interface ColumnFacts {
  readonly values: Set<string>
  firstNumber?: { line: number; text: string }
  firstText?: { line: number; text: string }
}

/**
 * A column all of numbers is numeric, one all of text categorical; a mixture is refused, as are empty cells and NaN:
 * nothing is guessed. `options.categorical` makes a column categorical whatever it holds.
 */
export function createSurvey(options: CsvOptions): Survey {
  let file = ''
  let atHeader = options.header
  let layout: Layout | undefined
  let rows = 0
  let inFile = 0
  const checkFile = (): void => {
    if (layout && inFile === 0)
      throw new UserError(`While reading ${file}: there is no row of data in it; give a table with examples.`)
  }
  return {
    startFile(name) {
      checkFile()
      file = name
      atHeader = options.header
      inFile = 0
    },
    add(row) {
      if (layout === undefined) layout = createLayout(file, row, options)
      else if (inFile === 0 && atHeader && row.cells.some((cell, c) => cell.trim() !== layout?.names[c]))
        throw new UserError(
          `While reading ${file}: its columns are not those of the training file; give both files the same header.`,
        )
      if (row.cells.length !== layout.names.length)
        throw new UserError(
          `While reading ${file}: line ${row.line} has ${row.cells.length} cells, the training file ${layout.names.length}; give every row the same columns.`,
        )
      if (atHeader) {
        atHeader = false
        return
      }
      inFile += 1
      rows += 1
      checkExtent(`While reading ${file}`, 'table', [layout.names.length - 1], 'float32', rows)
      note(layout, row, file, options)
    },
    finish() {
      checkFile()
      if (layout === undefined)
        throw new UserError(`While reading ${file}: it is empty; give a table with examples.`)
      return makePlan(layout, rows, file)
    },
  }
}

interface Layout {
  readonly names: readonly string[]
  readonly label: number
  readonly forced: ReadonlySet<number>
  readonly facts: readonly ColumnFacts[]
}

function createLayout(file: string, { cells }: CsvRow, { header, label, categorical }: CsvOptions): Layout {
  const refuse = (what: string) => new UserError(`While reading ${file}: ${what}.`)
  if (cells.length < 2 || cells.length > MAX_COLUMNS)
    throw refuse(
      `the first line has ${cells.length} cells, and a table needs 2 to ${MAX_COLUMNS}; check the delimiter`,
    )
  if (header && cells.every((cell) => NUMBER.test(cell.trim())))
    throw refuse('the first line holds only numbers, no column names; say that there is no header')
  const names = cells.map((cell, c) => (header && cell.trim() !== '' ? cell.trim() : `column ${c}`))
  const twice = names.find((name, c) => names.indexOf(name) !== c)
  if (twice !== undefined) throw refuse(`two columns are called ${show(twice)}; give each its own name`)
  const find = (column: string | number): number => {
    const at = typeof column === 'number' ? column : names.indexOf(column)
    if (at >= 0 && at < names.length) return at
    throw refuse(`there is no column ${show(column)}; there are ${show(names.join(', '))}, counted from 0`)
  }
  return {
    names,
    label: find(label),
    forced: new Set(categorical.map(find)),
    facts: names.map(() => ({ values: new Set<string>() })),
  }
}

function note(layout: Layout, { cells, line }: CsvRow, file: string, { maxCategories }: CsvOptions): void {
  for (const [c, cell] of cells.entries()) {
    const text = cell.trim()
    const facts = layout.facts[c]
    if (facts === undefined) continue
    const refuse = (what: string) =>
      new UserError(`While reading ${file}: line ${line}, column ${show(layout.names[c])}: ${what}.`)
    const isLabel = c === layout.label
    if (text === '')
      throw refuse('the cell is empty, and values are not guessed; fill it or take the row out')
    if (isLabel || layout.forced.has(c)) facts.values.add(text)
    else if (NOT_FINITE.test(text))
      throw refuse(`${show(text)} is not a finite number; correct it or take the row out`)
    else if (NUMBER.test(text)) {
      facts.firstNumber ??= { line, text }
      if (!Number.isFinite(Math.fround(Number(text))))
        throw refuse(`${show(text)} is too large for a 32-bit number`)
    } else {
      facts.firstText ??= { line, text }
      facts.values.add(text)
    }
    if (facts.firstNumber && facts.firstText)
      throw refuse(
        `the column mixes numbers (${show(facts.firstNumber.text)}, line ${facts.firstNumber.line}) and text (${show(facts.firstText.text)}, line ${facts.firstText.line}); correct it, or list the column as categorical`,
      )
    const most = isLabel ? MAX_CLASSES : maxCategories
    if (facts.values.size > most)
      throw refuse(
        `the ${isLabel ? 'label' : 'categorical'} column has more than ${most} different values; ${isLabel ? 'it must be a class, not a measure' : 'leave it out, or allow more'}`,
      )
  }
}

function makePlan({ names, label, forced, facts }: Layout, rows: number, file: string): ColumnPlan {
  const categories = facts.map(({ values, firstText }, c) =>
    c !== label && (firstText || forced.has(c)) ? positions(values) : undefined,
  )
  const features = names.flatMap((name, c) => {
    if (c === label) return []
    const own = categories[c]
    return own ? [...own.keys()].map((value) => `${name}=${value}`) : [name]
  })
  checkExtent(`While reading ${file}`, 'table', [features.length], 'float32', rows)
  const labels = positions(facts[label]?.values ?? new Set())
  return { rows, label, names, features, categories, labels, classes: [...labels.keys()] }
}

/** Values in order (as numbers when all are, else by code point), each with its position. */
function positions(values: ReadonlySet<string>): Map<string, number> {
  const all = [...values]
  const numeric = all.every((value) => NUMBER.test(value))
  const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  all.sort((a, b) => (numeric ? Number(a) - Number(b) || byText(a, b) : byText(a, b)))
  return new Map(all.map((value, position) => [value, position]))
}

/**
 * Second pass: writes the features of a row to `out` (length of `plan.features`) and returns its label.
 * @throws UserError when the file is no longer what the first pass read
 */
export function encodeRow(
  plan: ColumnPlan,
  { cells, line }: CsvRow,
  file: string,
  out: Float32Array,
): number {
  const changed = () =>
    new UserError(`While reading ${file}: line ${line} changed during the import; start again.`)
  let at = 0
  for (const [c, cell] of cells.entries()) {
    if (c === plan.label) continue
    const text = cell.trim()
    const own = plan.categories[c]
    if (own === undefined) {
      if (!NUMBER.test(text)) throw changed()
      out[at++] = Number(text)
      continue
    }
    const position = own.get(text)
    if (position === undefined) throw changed()
    out.fill(0, at, at + own.size)
    out[at + position] = 1
    at += own.size
  }
  const label = plan.labels.get((cells[plan.label] ?? '').trim())
  if (label === undefined || at !== out.length) throw changed()
  return label
}
