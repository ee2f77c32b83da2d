import { show, UserError } from '../../../shared/errors.ts'
import { checkExtent } from '../meta.ts'
import { counted } from '../words.ts'
import {
  type ColumnFacts,
  checkIntegers,
  checkMissing,
  checkSpelling,
  checkText,
  emptyFacts,
  lineOf,
  noteCell,
  type Place,
  positions,
  type Refuse,
} from './csvFacts.ts'
import { type CsvRow, columnNames, createLayout, type Layout, type TableOptions, tidy } from './csvLayout.ts'
import { saysMissing } from './csvMissing.ts'
import { isNumber } from './csvNumbers.ts'

/** How a row becomes numbers: one feature for a column of numbers, one per value for a column of categories. */
export interface ColumnPlan {
  /** Data rows of all files. */
  readonly rows: number
  /** Where each column that is read stands among the cells of a row. */
  readonly kept: readonly number[]
  /** Position among those that are read, as everything below. */
  readonly label: number
  /** Class names in the order of the labels. */
  readonly classes: readonly string[]
  /** Feature names: the column's, or "column=value". */
  readonly features: readonly string[]
  readonly names: readonly string[]
  /** For each column its categories and their positions, or undefined for numbers (and for the label). */
  readonly categories: readonly (ReadonlyMap<string, number> | undefined)[]
  readonly labels: ReadonlyMap<string, number>
  /** float64 where float32 would make different values of a column one. */
  readonly dtype: 'float32' | 'float64'
}

/** First pass: sees every row, keeps what distinguishes columns. */
export interface Survey {
  startFile(name: string): void
  add(row: CsvRow): void
  finish(): ColumnPlan
}

const MAX_CLASSES = 1000

/** What the first file's first line says, and what all rows so far say. */
interface Seen extends Layout {
  readonly facts: readonly ColumnFacts[]
}

/**
 * A column all of numbers is numeric, one all of text categorical; a mixture is refused, as are empty cells and NaN:
 * nothing is guessed. `options.categorical` makes a column categorical whatever it holds.
 */
export function createSurvey(options: TableOptions, place: Place = lineOf): Survey {
  let file = ''
  let atHeader = options.header
  let seen: Seen | undefined
  let rows = 0
  let inFile = 0
  const endFile = (): void => {
    if (seen && inFile === 0)
      throw new UserError(`While reading ${file}: there is no row of data in it; give a table with examples.`)
  }
  return {
    startFile(name) {
      endFile()
      file = name
      atHeader = options.header
      inFile = 0
    },
    add(row) {
      seen ??= begin(createLayout(file, row, options), place)
      checkWidth(seen, row, file, place)
      if (atHeader) checkHeader(seen, row, file)
      else {
        inFile += 1
        rows += 1
        checkExtent(`While reading ${file}`, 'table', [seen.names.length - 1], 'float32', rows)
        note(seen, row, file, options.maxCategories)
      }
      atHeader = false
    },
    finish() {
      endFile()
      if (seen === undefined)
        throw new UserError(`While reading ${file}: it is empty; give a table with examples.`)
      return makePlan(seen, rows, file, options)
    },
  }
}

const begin = (layout: Layout, place: Place): Seen => ({
  ...layout,
  facts: layout.names.map(() => emptyFacts(place, layout.names.length)),
})

export function checkWidth(
  { cells: width }: Layout,
  { cells, line }: CsvRow,
  file: string,
  place: Place,
): void {
  if (cells.length !== width)
    throw new UserError(
      `While reading ${file}: ${place(line)} has ${counted(cells.length, 'cell')}, the training file ${width}; give every row the same columns.`,
    )
}

export function checkHeader({ names, kept }: Layout, { cells }: CsvRow, file: string): void {
  const own = columnNames(cells, true)
  if (kept.some((at, c) => own[at] !== names[c]))
    throw new UserError(
      `While reading ${file}: its columns are not those of the training file; give both files the same header.`,
    )
}

function note(seen: Seen, { cells, line }: CsvRow, file: string, maxCategories: number): void {
  for (const [c, facts] of seen.facts.entries()) {
    const refuse = (what: string) =>
      new UserError(`While reading ${file}: ${facts.place(line)}, column ${show(seen.names[c])}: ${what}.`)
    const text = tidy(cells[seen.kept[c] ?? 0] ?? '')
    const isForced = seen.forced.has(c)
    if (c === seen.label) noteLabel(facts, text, line, isForced, refuse)
    else {
      noteCell(facts, text, line, isForced, refuse)
      if (facts.values.size <= maxCategories) continue
      checkText(facts, refuse)
      throw refuse(
        `the categorical column has more than ${maxCategories} different values; leave it out, or allow more`,
      )
    }
  }
}

/** @param isForced whether a text that may say "no label" is the name of a class */
export function noteLabel(
  facts: ColumnFacts,
  text: string,
  line: number,
  isForced: boolean,
  refuse: Refuse,
): void {
  noteCell(facts, text, line, true, refuse)
  if (saysMissing(text) && !isForced && !facts.missing.has(text)) facts.missing.set(text, line)
  if (facts.values.size > MAX_CLASSES)
    throw refuse(
      `the label column has more than ${MAX_CLASSES} different values; it must be a class, not a measure`,
    )
}

function makePlan(
  seen: Seen,
  rows: number,
  file: string,
  { header, namesAreSure }: TableOptions,
): ColumnPlan {
  const { names, kept, label, forced, facts } = seen
  if (header && namesAreSure !== true) checkFirstLine(seen, file)
  const categories = facts.map((own, c) => {
    const refuse = (what: string) =>
      new UserError(`While reading ${file}: column ${show(names[c])}: ${what}.`)
    checkText(own, refuse)
    checkIntegers(own)
    checkMissing(own, refuse)
    checkSpelling(own, refuse)
    return c !== label && (own.firstText || forced.has(c)) ? positions(own.values) : undefined
  })
  const features = names.flatMap((name, c) => {
    if (c === label) return []
    const own = categories[c]
    return own ? [...own.keys()].map((value) => `${name}=${value}`) : [name]
  })
  const isFine = (own: ColumnFacts) => own.lostInteger !== undefined || own.precision.collapses()
  const dtype = facts.some(isFine) ? 'float64' : 'float32'
  checkExtent(`While reading ${file}`, 'table', [features.length], dtype, rows)
  const labels = positions(facts[label]?.values ?? new Map())
  return { rows, kept, label, names, features, categories, labels, classes: [...labels.keys()], dtype }
}

/** Refuses a header that is an example like the others. One all of numbers has been found to count the columns. */
function checkFirstLine({ names, facts }: Seen, file: string): void {
  if (names.every(isNumber)) return
  const fits = names.every((name, c) => {
    const own = facts[c]
    return own?.firstNumber ? isNumber(name) : own?.values.has(name)
  })
  if (fits)
    throw new UserError(
      `While reading ${file}: the first line (${show(names.join(', '))}) looks like an example, for each of its cells could stand in the rows below; say header: false (--no-header), or name the columns otherwise.`,
    )
}

/**
 * Second pass: writes the features of a row to `out` (length of `plan.features`) and returns its label.
 * @throws UserError when the file is no longer what the first pass read
 */
export function encodeRow(
  plan: ColumnPlan,
  { cells, line }: CsvRow,
  file: string,
  out: Float32Array | Float64Array,
  place: Place = lineOf,
): number {
  const changed = () =>
    new UserError(`While reading ${file}: ${place(line)} changed during the import; start again.`)
  let at = 0
  for (const [c, cell] of plan.kept.entries()) {
    if (c === plan.label) continue
    const text = tidy(cells[cell] ?? '')
    const own = plan.categories[c]
    if (own === undefined) {
      if (!isNumber(text)) throw changed()
      out[at++] = Number(text)
      continue
    }
    const position = own.get(text)
    if (position === undefined) throw changed()
    out.fill(0, at, at + own.size)
    out[at + position] = 1
    at += own.size
  }
  const label = plan.labels.get(tidy(cells[plan.kept[plan.label] ?? 0] ?? ''))
  if (label === undefined || at !== out.length) throw changed()
  return label
}
