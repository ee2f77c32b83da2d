import { show, type UserError } from '../../../shared/errors.ts'
import { disguisedNumber } from './csvDisguises.ts'
import { maybeName, saysMissing } from './csvMissing.ts'
import { isNumber, losesInteger, numberKey, saysNotFinite } from './csvNumbers.ts'
import { createPrecisionCheck, type PrecisionCheck } from './csvPrecision.ts'

/** What a row is called in a refusal. */
export type Place = (line: number) => string

/** Of a file of text: lines are counted from 1. */
export const lineOf: Place = (line) => `line ${line}`

/** What the rows so far say of one column. */
export interface ColumnFacts {
  readonly place: Place
  /** Each value that is no number to be trained on, and in how many cells it stands. */
  readonly values: Map<string, number>
  firstNumber?: { line: number; text: string }
  firstText?: { line: number; text: string }
  /** Texts of a label column that may say "no label", each with the first line where it stands. */
  readonly missing: Map<string, number>
  readonly precision: PrecisionCheck
  /** The refusal of the first integer that float32 would turn into another one. */
  lostInteger?: UserError
  /** Whether a number is written with a point or an exponent, which codes are not. */
  isMeasure: boolean
}

/** @param columns how many share the memory of the check of precision */
export const emptyFacts = (place: Place, columns: number): ColumnFacts => ({
  place,
  values: new Map(),
  missing: new Map(),
  precision: createPrecisionCheck(columns),
  isMeasure: false,
})

/** Makes the error for a column, or for one of its cells, from the words that follow its name. */
export type Refuse = (what: string) => UserError

/** @param codes whether the cell's text is a value as it stands, whatever it looks like */
export function noteCell(
  facts: ColumnFacts,
  text: string,
  line: number,
  codes: boolean,
  refuse: Refuse,
): void {
  if (text === '')
    throw refuse(
      `the cell is empty, and values are not guessed; fill it${codes ? ' or take the row out' : ', take the row out, or leave the column out'}`,
    )
  if (codes) {
    count(facts, text)
    return
  }
  if (isNumber(text)) {
    noteNumber(facts, text, refuse)
    facts.firstNumber ??= { line, text }
    facts.precision.add(Number(text))
  } else {
    if (saysNotFinite(text))
      throw refuse(
        `${show(text)} is not a finite number; correct it, take the row out, or leave the column out`,
      )
    facts.firstText ??= { line, text }
    count(facts, text)
  }
  checkOneKind(facts, refuse)
}

function count({ values }: ColumnFacts, text: string): void {
  values.set(text, (values.get(text) ?? 0) + 1)
}

function noteNumber(facts: ColumnFacts, text: string, refuse: Refuse): void {
  const stored = Math.fround(Number(text))
  if (!Number.isFinite(stored)) throw refuse(`${show(text)} is too large for a 32-bit number`)
  facts.isMeasure ||= /[.e]/i.test(text)
  if (losesInteger(text))
    facts.lostInteger ??= refuse(
      `${show(text)} would be rounded to the 32-bit number ${stored}, and different integers would become one; list the column as categorical if it holds codes, leave it out if it numbers the rows, or write it with a decimal point if it is a measure`,
    )
}

/** Refuses integers that would become others, where nothing in the column says that they are measures. */
export function checkIntegers({ lostInteger, isMeasure }: ColumnFacts): void {
  if (lostInteger !== undefined && !isMeasure) throw lostInteger
}

function checkOneKind({ firstNumber, firstText, place }: ColumnFacts, refuse: Refuse): void {
  if (firstNumber === undefined || firstText === undefined) return
  const remedy = disguisedNumber(firstText.text)?.remedy ?? 'correct it'
  throw refuse(
    `the column mixes numbers (${show(firstNumber.text)}, ${place(firstNumber.line)}) and text (${show(firstText.text)}, ${place(firstText.line)}); ${remedy}, or list the column as categorical, or leave it out`,
  )
}

/** Refuses text that is numbers to people in most of its cells: as categories they would lose their order. */
export function checkText({ values, firstText }: ColumnFacts, refuse: Refuse): void {
  if (firstText === undefined) return
  const all = [...values]
  const disguised = all.filter(([text]) => disguisedNumber(text))
  const cells = (some: typeof all) => some.reduce((sum, [, times]) => sum + times, 0)
  const [text] = disguised[0] ?? []
  if (text === undefined || cells(disguised) * 2 <= cells(all)) return
  const { look, remedy } = disguisedNumber(text) ?? {}
  throw refuse(
    `the cells are text, one feature a value, but most look like ${look} (${show(text)}); ${remedy}, or list the column as categorical if they are codes, or leave it out`,
  )
}

/**
 * Refuses a label column in which some cells say that there is no label: they would become a class. A word that may also be
 * a name ("NA", "none") is taken for one when it stands among words.
 */
export function checkMissing({ values, missing, place }: ColumnFacts, refuse: Refuse): void {
  const others = [...values.keys()].filter((text) => !saysMissing(text))
  const clear = others.every((text) => isNumber(text) || /^(true|false|yes|no)$/i.test(text))
  const bad = [...missing].filter(([text]) => clear || !maybeName(text))
  const [text, line] = bad[0] ?? []
  if (text === undefined) return
  const rows = bad.reduce((sum, [text]) => sum + (values.get(text) ?? 0), 0)
  throw refuse(
    `${show(text)} (${place(line ?? 0)}) is no label, and labels are not guessed; correct it or take the row out (${rows === 1 ? 'there is one such row' : `there are ${rows} such rows`}), or list the column as categorical if it is the name of a class`,
  )
}

/** Refuses a number that is written in two ways, for it would become two classes or categories. */
export function checkSpelling({ values }: ColumnFacts, refuse: Refuse): void {
  const spellings = new Map<string, string>()
  for (const text of values.keys()) {
    const key = numberKey(text)
    const other = spellings.get(key)
    if (other !== undefined)
      throw refuse(
        `${show(other)} and ${show(text)} are one number, but would be two values; write it in one way`,
      )
    spellings.set(key, text)
  }
}

/** Values in order (as numbers when all are, else by code point), each with its position. */
export function positions(values: ReadonlyMap<string, number>): Map<string, number> {
  const all = [...values.keys()]
  const numeric = all.every(isNumber)
  const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  all.sort((a, b) => (numeric ? Number(a) - Number(b) || byText(a, b) : byText(a, b)))
  return new Map(all.map((value, position) => [value, position]))
}
