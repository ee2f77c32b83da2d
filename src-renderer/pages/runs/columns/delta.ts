import type { RunSummary } from '../../../../shared/api/runs.ts'
import type { Column, ValuesAt } from './column.ts'

export interface Delta {
  readonly text: string
  readonly isBetter: boolean | undefined
}

/** Runs of other data have nothing in common that a difference could be of. */
export const isSameData = (a: RunSummary, b: RunSummary): boolean => a.datasetId === b.datasetId

/** How far a run's value lies from the baseline's; undefined where there is nothing to compare. */
export function deltaOf(
  column: Column,
  run: RunSummary,
  baseline: RunSummary | undefined,
  at: ValuesAt,
): Delta | undefined {
  if (baseline === undefined || baseline.id === run.id || column.measure === undefined) return undefined
  if (!isSameData(run, baseline)) return undefined
  const own = column.value?.(run, at)
  const other = column.value?.(baseline, at)
  if (typeof own !== 'number' || typeof other !== 'number') return undefined
  const { better, showDelta } = column.measure
  const text = showDelta(own - other)
  const isBetter =
    better === undefined || own === other || text.startsWith('±')
      ? undefined
      : own > other === (better === 'higher')
  return { text, isBetter }
}
