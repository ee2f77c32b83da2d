import type { StudyObjective } from '../../../../shared/study/spec.ts'
import { bucketsOf, type SweepAxis } from './axes.ts'
import { isBetter, type SettingRow } from './rows.ts'

/** One place of the heatmap: two values together. */
export interface HeatCell {
  /** The best setting here, whatever else it has; undefined: none has a value. */
  readonly row: SettingRow | undefined
  /** Settings here, with a value or not. */
  readonly count: number
  readonly diverged: number
  /** Where its value lies between the worst of the map, 0, and the best, 1. */
  readonly warmth: number
}

export interface HeatMap {
  readonly columns: readonly string[]
  /** From the lower edge up, as an axis has them. */
  readonly lines: readonly { readonly label: string; readonly cells: readonly HeatCell[] }[]
}

/** Two axes against each other, all other settings at their best for each pair. */
export function heatOf(
  rows: readonly SettingRow[],
  across: SweepAxis,
  up: SweepAxis,
  objective: StudyObjective,
): HeatMap {
  const columns = bucketsOf(across)
  const lines = bucketsOf(up)
  const found = lines.map((line) => {
    const inLine = rows.filter(({ settings }) => line.has(settings[up.path]))
    return columns.map((column) =>
      summaryOf(
        inLine.filter(({ settings }) => column.has(settings[across.path])),
        objective,
      ),
    )
  })
  const means = found.flat().flatMap(({ row }) => row?.score?.mean ?? [])
  const [low, high] = [Math.min(...means), Math.max(...means)]
  const warmth = (row: SettingRow | undefined): number => {
    const mean = row?.score?.mean
    if (mean === undefined) return 0
    const part = high > low ? (mean - low) / (high - low) : 1
    return objective === 'validationAccuracy' ? part : 1 - part
  }
  return {
    columns: columns.map(({ label }) => label),
    lines: lines.map(({ label }, i) => ({
      label,
      cells: (found[i] ?? []).map((cell) => ({ ...cell, warmth: warmth(cell.row) })),
    })),
  }
}

function summaryOf(rows: readonly SettingRow[], objective: StudyObjective): Omit<HeatCell, 'warmth'> {
  let best: SettingRow | undefined
  for (const row of rows) {
    const mean = row.score?.mean
    if (mean === undefined) continue
    if (best?.score == null || isBetter(mean, best.score.mean, objective)) best = row
  }
  return {
    row: best,
    count: rows.length,
    diverged: rows.filter(({ diverged }) => diverged > 0).length,
  }
}
