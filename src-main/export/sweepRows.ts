import type { StudyChange } from '../../shared/api/studies.ts'
import { bestFirst, type Leading, leadingOf, type ResultRow, resultRows } from '../../shared/study/results.ts'

export interface SweepRows {
  /** The longest budget first, the best of it first. */
  readonly rows: readonly ResultRow[]
  /** Among those of the longest budget; undefined before one of them has a score. */
  readonly leading: Leading | undefined
  /** Whether there are rungs of several budgets. */
  readonly isStaged: boolean
}

/** Settings of a sweep, each over its seeds. */
export function sweepRows({ study, cells }: StudyChange): SweepRows {
  const { objective } = study.spec
  const rows = bestFirst(resultRows(cells, objective), objective).toSorted((a, b) => b.budget - a.budget)
  const longest = rows.filter(({ budget }) => budget === rows[0]?.budget)
  return { rows, leading: leadingOf(longest, objective), isStaged: longest.length < rows.length }
}
