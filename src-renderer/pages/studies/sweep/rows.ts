import type { StudyCellInfo } from '../../../../shared/api/studies.ts'
import { bestFirst, compareRows, type ResultRow, resultRows } from '../../../../shared/study/results.ts'
import type { StudyObjective } from '../../../../shared/study/spec.ts'

/*
 * The rows of a sweep's results, one a setting and budget, whatever seeds it was run with. What they come to is computed in
 * shared/study; here a row is kept while its runs do not change.
 */

export interface SettingRow extends Omit<ResultRow, 'cells'> {
  /** What it is known by in the page's address. */
  readonly key: string
  /** By ordinal. */
  readonly cells: readonly StudyCellInfo[]
}

/** Rows whose cells are the same objects as before are the same objects. */
export function rowsOf(
  cells: readonly StudyCellInfo[],
  objective: StudyObjective,
  before: ReadonlyMap<string, SettingRow> = new Map(),
): ReadonlyMap<string, SettingRow> {
  const groups = Map.groupBy(
    cells.filter(({ role }) => role === 'cell'),
    rowKey,
  )
  return new Map(
    [...groups].flatMap(([key, group]) => {
      const old = before.get(key)
      if (old !== undefined && isSame(old.cells, group)) return [[key, old] as const]
      const [row] = resultRows(group, objective)
      return row === undefined ? [] : [[key, { ...row, key, cells: group }] as const]
    }),
  )
}

const rowKey = ({ settings, budget }: Pick<StudyCellInfo, 'settings' | 'budget'>): string =>
  JSON.stringify([...Object.values(settings), ...(budget < 1 ? [budget] : [])])

const isSame = (a: readonly StudyCellInfo[], b: readonly StudyCellInfo[]): boolean =>
  a.length === b.length && a.every((cell, i) => cell === b[i])

/**
 * The best rows, the best first: of the greatest budget that has a score, since scores at different budgets do not compare,
 * and without those of which a run diverged.
 */
export function bestRows(rows: readonly SettingRow[], objective: StudyObjective): readonly SettingRow[] {
  const sound = rows.filter(({ score, diverged }) => score !== null && diverged === 0)
  const budget = sound.reduce((most, row) => Math.max(most, row.budget), 0)
  const byId = new Map(sound.map((row) => [row.id, row]))
  const atBudget = sound.filter((row) => row.budget === budget)
  return bestFirst(atBudget, objective).flatMap(({ id }) => byId.get(id) ?? [])
}

/** Whether a value of the objective is better than another. */
export const isBetter = (a: number, b: number, objective: StudyObjective): boolean =>
  objective === 'validationAccuracy' ? a > b : a < b

/** How a setting stands against the best one; differences are of the means, the row's less the best one's. */
export type Standing =
  | { readonly is: 'best' }
  /** The difference is within its standard error. */
  | { readonly is: 'equal'; readonly difference: number }
  | { readonly is: 'worse'; readonly difference: number }
  /** One of the two has a single run: no telling how sure the difference is. */
  | { readonly is: 'oneRun'; readonly difference: number }
  | { readonly is: 'none' }

export function standingOf(
  row: SettingRow,
  best: SettingRow | undefined,
  objective: StudyObjective,
): Standing {
  if (best === row) return { is: 'best' }
  if (best === undefined || row.budget !== best.budget) return { is: 'none' }
  const compared = compareRows(row, best, objective)
  if (compared === undefined) return { is: 'none' }
  const { difference, verdict } = compared
  if (verdict === 'unknown') return { is: 'oneRun', difference }
  return { is: verdict === 'same' ? 'equal' : 'worse', difference }
}
