import type { StudyCell } from './cell.ts'
import { rowOf } from './cellKey.ts'
import { byScore, type CellOutcome, hasEnded, higherIsBetter, scoreOf } from './outcome.ts'
import type { StudyObjective } from './spec.ts'
import { type Difference, differenceOf, type Spread, spreadOf } from './spread.ts'

/*
 * Repeats over seeds are one row. Means, deviations and n are of the runs that trained to their end. A run that diverged is a
 * result too: it is counted in its row, and a row with one comes behind every row without, since the setting cannot be
 * relied on. Runs stopped by hand, interrupted or deleted say nothing of their setting.
 */

const measures = ['validationAccuracy', 'validationLoss', 'testAccuracy', 'testLoss'] as const
export type Measure = (typeof measures)[number]

export interface ResultRow {
  /** The same for the same setting at the same budget. */
  readonly id: string
  readonly role: StudyCell['role']
  readonly settings: StudyCell['settings']
  readonly budget: number
  readonly stage: number
  /** Its runs, by seed. */
  readonly cells: readonly CellOutcome[]
  /** Of the runs that trained to their end; null where none has been measured. */
  readonly spreads: Readonly<Record<Measure, Spread | null>>
  /** What the study is decided by; null before the first run has ended. */
  readonly score: Spread | null
  /** Runs whose loss or weights stopped being numbers. */
  readonly diverged: number
  /** Runs that ended otherwise without a result. */
  readonly lost: number
  /** Runs that wait or train. */
  readonly unfinished: number
  /** Together, so far. */
  readonly seconds: number
}

/** The rows of a study, in the order in which their first cells stand in it. */
export function resultRows(cells: readonly CellOutcome[], objective: StudyObjective): ResultRow[] {
  const byRow = Map.groupBy(cells, ({ key }) => rowOf(key))
  return [...byRow].map(([id, own]) => resultRow(id, own, objective))
}

function resultRow(id: string, own: readonly CellOutcome[], objective: StudyObjective): ResultRow {
  const [first] = own
  if (first === undefined) throw new Error('a row has a cell')
  const cells = own.toSorted((a, b) => a.seed - b.seed)
  const trained = cells.filter(({ status }) => status === 'completed')
  const diverged = cells.filter(hasDiverged).length
  const ended = cells.filter(hasEnded).length
  const spread = (measure: Measure): Spread | null =>
    spreadOf(trained.flatMap((cell) => known(cell[measure])))
  return {
    id,
    role: first.role,
    settings: first.settings,
    budget: first.budget,
    stage: first.stage,
    cells,
    spreads: {
      validationAccuracy: spread('validationAccuracy'),
      validationLoss: spread('validationLoss'),
      testAccuracy: spread('testAccuracy'),
      testLoss: spread('testLoss'),
    },
    score: spreadOf(trained.flatMap((cell) => scoreOf(cell, objective) ?? [])),
    diverged,
    lost: ended - trained.length - diverged,
    unfinished: cells.length - ended,
    seconds: cells.reduce((sum, { seconds }) => sum + seconds, 0),
  }
}

const hasDiverged = ({ diverged, status }: CellOutcome): boolean => diverged !== null && status === 'failed'

const known = (value: number | null): number[] => (value === null || Number.isNaN(value) ? [] : [value])

/** Rows by their score, the best first; behind them rows in which a run diverged, then rows without any score. */
export function bestFirst(rows: readonly ResultRow[], objective: StudyObjective): ResultRow[] {
  const order = byScore(objective)
  const place = ({ score, diverged }: ResultRow): number => (score === null ? 2 : diverged > 0 ? 1 : 0)
  return rows.toSorted(
    (a, b) =>
      place(a) - place(b) ||
      (a.score === null || b.score === null ? 0 : order(a.score.mean, b.score.mean)) ||
      (a.id < b.id ? -1 : 1),
  )
}

/** Two rows by the study's objective; undefined where one has no score. */
export function compareRows(
  first: ResultRow,
  second: ResultRow,
  objective: StudyObjective,
): Difference | undefined {
  if (first.score === null || second.score === null) return undefined
  return differenceOf(first.score, second.score, higherIsBetter(objective))
}

export interface Leading {
  readonly best: ResultRow
  /** Rows that are not told apart from the best: within the standard error of the difference. */
  readonly equals: readonly ResultRow[]
  /** The best of the others, and by how much it is behind. */
  readonly next: ResultRow | undefined
}

/** What won among rows, by validation; undefined before there is a score. */
export function leadingOf(rows: readonly ResultRow[], objective: StudyObjective): Leading | undefined {
  const [best, ...others] = bestFirst(rows, objective).filter(({ score }) => score !== null)
  if (best === undefined) return undefined
  const isEqual = (row: ResultRow): boolean =>
    row.diverged === best.diverged && compareRows(best, row, objective)?.verdict === 'same'
  return { best, equals: others.filter(isEqual), next: others.find((row) => !isEqual(row)) }
}
