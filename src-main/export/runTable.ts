import type { StoreReads } from '../store/types.ts'

/** One step with a value for each of the series; undefined where a series has no point there, NaN where it was NaN. */
export interface StepRow {
  readonly step: number
  readonly values: readonly (number | undefined)[]
}

/** Joins the stored series of a run by step, in order, without holding more than a chunk of each in memory. */
export function* stepRows(
  read: Pick<StoreReads, 'chunks'>,
  runId: string,
  series: readonly string[],
): Generator<StepRow> {
  const cursors = series.map((name) => createCursor(read.chunks(runId, name)))
  while (true) {
    const step = Math.min(...cursors.map((cursor) => cursor.step()))
    if (step === Number.POSITIVE_INFINITY) return
    yield { step, values: cursors.map((cursor) => (cursor.step() === step ? cursor.take() : undefined)) }
  }
}

type Chunks = ReturnType<StoreReads['chunks']>

function createCursor(chunks: Chunks) {
  const source = chunks[Symbol.iterator]()
  let chunk = source.next()
  let at = 0
  const settle = (): void => {
    while (chunk.done !== true && at >= chunk.value.steps.length) {
      chunk = source.next()
      at = 0
    }
  }
  settle()
  return {
    /** The next step; infinity at the end. */
    step: () => (chunk.done === true ? Number.POSITIVE_INFINITY : (chunk.value.steps[at] ?? Number.NaN)),
    take(): number {
      const value = chunk.done === true ? Number.NaN : (chunk.value.values[at] ?? Number.NaN)
      at += 1
      settle()
      return value
    },
  }
}

/** Known series first, in the order people read them; then whatever else was stored. */
export function orderSeries(names: readonly string[]): string[] {
  const known = ['lr', 'momentum', 'loss', 'accuracy']
  return [
    ...known.filter((name) => names.includes(name)),
    ...names.filter((name) => !known.includes(name)).sort(),
  ]
}
