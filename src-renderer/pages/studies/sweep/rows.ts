import type { StudyCellInfo } from '../../../../shared/api/studies.ts'
import type { StudyObjective } from '../../../../shared/study/spec.ts'

/* The rows of a sweep's results: one a setting, whatever seeds it was run with. */

/** Mean of several runs, with how sure it is. */
export interface Spread {
  readonly mean: number
  /** Standard deviation of a sample; null of one run. */
  readonly sd: number | null
  readonly n: number
}

export interface SettingRow {
  readonly key: string
  readonly settings: StudyCellInfo['settings']
  /** Share of the base's budget. */
  readonly budget: number
  /** One a seed, by ordinal. */
  readonly cells: readonly StudyCellInfo[]
  /** The objective over the runs that ended or go on; null: no run has a value yet. Of validation data. */
  readonly objective: Spread | null
  readonly validationAccuracy: Spread | null
  readonly validationLoss: Spread | null
  readonly testAccuracy: Spread | null
  /** Mean of a run. */
  readonly seconds: number
  readonly diverged: readonly NonNullable<StudyCellInfo['diverged']>[]
  /** Runs that have ended, as they should or not. */
  readonly ended: number
}

const endedStatus: ReadonlySet<StudyCellInfo['status']> = new Set([
  'completed',
  'stopped',
  'failed',
  'interrupted',
  'deleted',
])

/** Rows whose cells are the same objects as before are the same objects. */
export function rowsOf(
  cells: readonly StudyCellInfo[],
  objective: StudyObjective,
  before: ReadonlyMap<string, SettingRow> = new Map(),
): ReadonlyMap<string, SettingRow> {
  const groups = new Map<string, StudyCellInfo[]>()
  for (const cell of cells) {
    if (cell.role !== 'cell') continue
    const key = rowKey(cell)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [cell])
    else group.push(cell)
  }
  return new Map(
    [...groups].map(([key, group]) => {
      const old = before.get(key)
      return [key, old !== undefined && isSame(old.cells, group) ? old : rowOf(key, group, objective)]
    }),
  )
}

/** What a setting is known by in the page's address. */
export const rowKey = ({ settings, budget, stage }: StudyCellInfo): string =>
  JSON.stringify([...Object.values(settings), ...(stage > 0 || budget < 1 ? [budget, stage] : [])])

const isSame = (a: readonly StudyCellInfo[], b: readonly StudyCellInfo[]): boolean =>
  a.length === b.length && a.every((cell, i) => cell === b[i])

function rowOf(key: string, cells: readonly StudyCellInfo[], objective: StudyObjective): SettingRow {
  const [first] = cells
  const over = (read: (cell: StudyCellInfo) => number | null): Spread | null =>
    spreadOf(cells.flatMap((cell) => (counts(cell) ? (read(cell) ?? []) : [])))
  const validationAccuracy = over((cell) => cell.validationAccuracy)
  const validationLoss = over((cell) => cell.validationLoss)
  return {
    key,
    settings: first?.settings ?? {},
    budget: first?.budget ?? 1,
    cells,
    objective: objective === 'validationAccuracy' ? validationAccuracy : validationLoss,
    validationAccuracy,
    validationLoss,
    testAccuracy: over((cell) => cell.testAccuracy),
    seconds: cells.reduce((sum, cell) => sum + cell.seconds, 0) / Math.max(1, cells.length),
    diverged: cells.flatMap((cell) => cell.diverged ?? []),
    ended: cells.filter(({ status }) => endedStatus.has(status)).length,
  }
}

/** A run that diverged has no score: its last evaluation is of a network that was being lost. */
const counts = ({ diverged, status }: StudyCellInfo): boolean => diverged === null && status !== 'failed'

export function spreadOf(values: readonly number[]): Spread | null {
  const n = values.length
  if (n === 0) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, sd: n > 1 ? Math.sqrt(squares / (n - 1)) : null, n }
}

/** Whether a value of the objective is better than another. */
export const isBetter = (a: number, b: number, objective: StudyObjective): boolean =>
  objective === 'validationAccuracy' ? a > b : a < b

/**
 * The best row by the mean of its objective, of those of the greatest budget that has any value: scores at different
 * budgets do not compare.
 */
export function bestRow(rows: Iterable<SettingRow>, objective: StudyObjective): SettingRow | undefined {
  let best: SettingRow | undefined
  for (const row of rows) {
    if (row.objective === null || row.diverged.length > 0) continue
    if (best?.objective == null || row.budget > best.budget) best = row
    else if (row.budget === best.budget && isBetter(row.objective.mean, best.objective.mean, objective))
      best = row
  }
  return best
}

/** How a setting stands against the best one. */
export type Standing =
  | { readonly is: 'best' }
  /** The difference is within its standard error. */
  | { readonly is: 'equal'; readonly difference: number }
  | { readonly is: 'worse'; readonly difference: number }
  /** One run each: no telling how sure the difference is. */
  | { readonly is: 'oneRun'; readonly difference: number }
  | { readonly is: 'none' }

/** @returns the difference of the means, the row's less the best one's */
export function standingOf(row: SettingRow, best: SettingRow | undefined): Standing {
  if (best === row) return { is: 'best' }
  if (row.objective === null || best?.objective == null || row.budget !== best.budget) return { is: 'none' }
  const difference = row.objective.mean - best.objective.mean
  const error = differenceError(row.objective, best.objective)
  if (error === null) return { is: 'oneRun', difference }
  return { is: Math.abs(difference) <= error ? 'equal' : 'worse', difference }
}

/** Standard error of the difference of two means; null where one of them is of one run. */
function differenceError(a: Spread, b: Spread): number | null {
  if (a.sd === null || b.sd === null) return null
  return Math.sqrt(a.sd ** 2 / a.n + b.sd ** 2 / b.n)
}

/** The best rows, the best first: of the greatest budget, without those that diverged. */
export function bestRows(rows: Iterable<SettingRow>, objective: StudyObjective, count: number): SettingRow[] {
  const all = [...rows]
  const budget = bestRow(all, objective)?.budget
  return all
    .filter((row) => row.objective !== null && row.diverged.length === 0 && row.budget === budget)
    .sort((a, b) => (isBetter(a.objective?.mean ?? 0, b.objective?.mean ?? 0, objective) ? -1 : 1))
    .slice(0, count)
}
