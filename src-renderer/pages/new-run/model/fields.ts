import { type FieldProblem, show } from '../../../../shared/errors.ts'

/*
 * What the form knows of a field, as data: its name in the spec, its label, how it is asked for, its unit. What may stand
 * in it, the schemas of the core decide.
 */

/** `time`: the unit of the schedule it belongs to (steps, epochs or the part of the budget). */
export type FieldUnit =
  | 'time'
  | 'epochs'
  | 'steps'
  | 'budget'
  | 'length'
  | 'train'
  | 'rate'
  | 'times'
  | 'px'
  | 'examples'

/** `help`: what choosing it does, in a sentence. */
export type Choice = readonly [value: string | number, label: string, help?: string]

export type FieldType =
  | { readonly is: 'number'; readonly unit?: FieldUnit }
  | { readonly is: 'numbers'; readonly unit?: FieldUnit }
  | { readonly is: 'choice'; readonly options: readonly Choice[] }
  | { readonly is: 'flag' }
  | { readonly is: 'text' }
  | { readonly is: 'json' }
  | { readonly is: 'profile' }
  | { readonly is: 'update' }
  | { readonly is: 'momentum' }

export interface FieldSpec {
  readonly key: string
  readonly label: string
  readonly type: FieldType
  /** What it does, in a sentence. */
  readonly hint?: string
  /** Most leave it as it is: the form folds it away. */
  readonly isFine?: boolean
  /** What holds while the field is empty; fields without it must be filled. */
  readonly empty?: string
}

const unitWords = {
  epochs: 'epochs',
  steps: 'steps',
  budget: 'of budget',
  length: 'of length',
  train: 'of data',
  rate: '',
  times: '×',
  px: 'px',
  examples: 'examples',
} as const
const timeWords: Readonly<Record<string, string>> = {
  step: 'steps',
  epoch: 'epochs',
  budget: 'of budget',
}

/** The unit as it stands behind the value. @param time the unit that lengths of the schedule have */
export function unitText(unit: FieldUnit | undefined, time: string): string {
  if (unit === undefined) return ''
  return unit === 'time' ? (timeWords[time] ?? '') : unitWords[unit]
}

const numeral = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** The number that a text is, or the text itself where it is none, for the schema to refuse. */
export function readNumber(text: string): number | string {
  const trimmed = text.trim()
  const value = Number(trimmed)
  return numeral.test(trimmed) && Number.isFinite(value) ? value : trimmed
}

/** "16, 32" → [16, 32]; what is no number stays text. */
export const readNumbers = (text: string): (number | string)[] =>
  text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map(readNumber)

/** A value of the draft as it stands in a text field. */
export function writeValue(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.map(writeValue).join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Problems of the draft by the path of their field, in whole sentences. */
export type Problems = Readonly<Record<string, Problem>>
export interface Problem {
  /** What follows the name of the field: "must be at least 1 (received 0)." */
  readonly rule: string
  /** A sentence that names the field by itself. */
  readonly sentence?: string
}

export const problemOf = ({ rule, received }: FieldProblem): Problem => ({
  rule: `${inLabels(rule)} (received ${received === '' ? 'nothing' : show(received)}).`,
})

/** The schemas name other fields as a file does; beside a field they go by their labels. */
const inLabels = (rule: string): string =>
  rule.replace(/\blrMax$/, 'the highest rate').replace(/\bhigh$/, 'the highest momentum')

/** What is wrong with a field or something in it, as a sentence beside it. */
export function problemAt(problems: Problems, path: string, label: string): string | undefined {
  const exact = problems[path]
  if (exact !== undefined) return exact.sentence ?? `${label} ${exact.rule}`
  const inner = Object.keys(problems).find((name) => name.startsWith(`${path}.`))
  const found = inner === undefined ? undefined : problems[inner]
  return found === undefined ? undefined : (found.sentence ?? `${label} ${found.rule}`)
}
