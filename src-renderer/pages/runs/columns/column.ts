import type { RunSummary } from '../../../../shared/api/runs.ts'
import * as format from '../../../format/format.ts'

/** A value of another source than the row: that of a series at the step the user chose. */
export type ValuesAt = ReadonlyMap<string, number | null>

/** How a column's values are compared with the baseline's, and shown. */
export interface Measure {
  readonly show: (value: number) => string
  readonly showDelta: (difference: number) => string
  /** Which direction is good; none where neither is. */
  readonly better?: 'higher' | 'lower'
}

export interface Column {
  readonly id: string
  /** In its header. */
  readonly label: string
  /** The part of the data its numbers are of, in its header below the label. */
  readonly part?: 'training' | 'validation' | 'test'
  /** In the list of columns, where the header says too little. */
  readonly about: string
  /** Pixels. */
  readonly width: number
  readonly shownAtFirst: boolean
  /** Takes what is left of the table's width. */
  readonly grows?: boolean
  /** Numbers stand to the right and get a delta against the baseline. */
  readonly measure?: Measure
  /** Its values are accuracies, which the user may want told as errors. */
  readonly isScore?: boolean
  /** It shows errors: what is the highest value to the order of the rows is the lowest number to the reader. */
  readonly isMirrored?: boolean
  /** What it is sorted by; absent where an order means nothing. null goes last either way. */
  readonly value?: (run: RunSummary, at: ValuesAt) => number | string | null
  /** What its cell says, where that is not the value as the measure shows it. */
  readonly text?: (run: RunSummary) => string
  /** What its cell tells besides, to the pointer. */
  readonly title?: (run: RunSummary) => string | undefined
  /** Sorting for the first time begins with the highest. */
  readonly highFirst?: boolean
}

export const nats: Measure = {
  show: format.loss,
  showDelta: (value) => format.signed(value, 3),
  better: 'lower',
}
export const whole: Measure = { show: format.count, showDelta: (value) => format.signed(value, 0) }
export const rate: Measure = {
  show: format.rate,
  showDelta: (value) => (value === 0 ? '±0' : `${value > 0 ? '+' : '−'}${format.rate(Math.abs(value))}`),
}
/** A number of which nobody knows what it is of: as it is written. */
export const setting: Measure = {
  show: String,
  showDelta: (value) => `${value < 0 ? '−' : '+'}${format.rate(Math.abs(value))}`,
}
export const seconds: Measure = {
  show: format.duration,
  showDelta: (value) => `${value < 0 ? '−' : '+'}${format.duration(Math.abs(value))}`,
}

export const shown = { shownAtFirst: true } as const
export const hidden = { shownAtFirst: false } as const

/** The cell's text of columns that are text alone; others are drawn. */
export function textOf({ text, value, measure }: Column, run: RunSummary, at: ValuesAt): string {
  if (text !== undefined) return text(run)
  const found = value?.(run, at) ?? null
  if (found === null) return format.unknown
  return typeof found === 'number' && measure !== undefined ? measure.show(found) : String(found)
}
