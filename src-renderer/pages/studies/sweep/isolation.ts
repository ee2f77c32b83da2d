import type { StudyObjective } from '../../../../shared/study/spec.ts'
import type { SweepAxis } from './axes.ts'
import { isBetter, type SettingRow } from './rows.ts'

/** The best setting at one value of an axis, all else at its best there. */
export interface BestAtValue {
  /** On the axis: the value itself, or its place among categories. */
  readonly x: number
  readonly row: SettingRow
}

/** By value, ascending. Settings with a run that diverged are never the best. */
export function bestByValue(
  rows: readonly SettingRow[],
  { path, values, scale }: SweepAxis,
  objective: StudyObjective,
): readonly BestAtValue[] {
  const best = new Map<SettingRow['settings'][string], SettingRow>()
  for (const row of rows) {
    const value = row.settings[path]
    if (value === undefined || row.score === null || row.diverged > 0) continue
    const other = best.get(value)
    if (other?.score == null || isBetter(row.score.mean, other.score.mean, objective)) best.set(value, row)
  }
  return values.flatMap((value, place) => {
    const row = best.get(value)
    if (row === undefined) return []
    return [{ x: scale === 'categories' || typeof value !== 'number' ? place : value, row }]
  })
}
