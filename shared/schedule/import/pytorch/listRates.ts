import type { Interval } from './toSpec.ts'

/** Most rates of a piecewise schedule, and most of all of them together in a schedule. */
const mostOfAPart = 1000
const mostRates = 8000

interface Stairs {
  /** The tick at which a rate begins. */
  readonly starts: readonly number[]
  readonly values: readonly number[]
}

/** Rates listed one by one, for what no kind of schedule says; undefined where they are too many or below 0. */
export function listRates(rates: readonly number[], interval: Interval): object | undefined {
  const { starts, values } = stairsOf(rates)
  if (values.length > mostRates || values.some((value) => value < 0)) return undefined
  const parts: object[] = []
  for (let from = 0; from < values.length; from += mostOfAPart) {
    const start = starts[from] ?? 0
    const end = starts[from + mostOfAPart]
    const boundaries = starts.slice(from + 1, from + mostOfAPart).map((at) => at - start)
    const part = values.slice(from, from + mostOfAPart)
    const schedule = { kind: 'piecewise', values: part, boundaries, unit: interval, update: interval }
    parts.push({ schedule, ...(end !== undefined && { length: end - start }) })
  }
  return { kind: 'sequence', unit: interval, pieces: parts }
}

function stairsOf(rates: readonly number[]): Stairs {
  const starts: number[] = []
  const values: number[] = []
  for (const [tick, rate] of rates.entries()) {
    if (rate === values.at(-1)) continue
    starts.push(tick)
    values.push(rate)
  }
  return { starts, values }
}
