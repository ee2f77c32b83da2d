import type { StudyCellInfo } from '../../shared/api/studies.ts'
import {
  higherIsBetter,
  type Spread,
  type StudyScore,
  scoreOf,
  spreadOf,
} from '../../shared/study/budgetBlocks.ts'

/** The settings of a sweep at one budget, over their seeds. */
export interface SweepRow {
  readonly settings: StudyCellInfo['settings']
  readonly budget: number
  readonly stage: number
  readonly cells: readonly StudyCellInfo[]
  readonly validation: Spread
  readonly test: Spread
  readonly loss: Spread
  /** What it is chosen by. */
  readonly chosen: Spread
  readonly diverged: number
  /** Still to come to an end. */
  readonly open: number
  /** best: of the longest budget. level: its difference from the best is within the standard error of that difference. */
  readonly mark: 'best' | 'level' | null
}

const ended: ReadonlySet<StudyCellInfo['status']> = new Set(['completed', 'stopped', 'failed', 'deleted'])

/** The longest budget first, the best first in each; what has no result, or of which a run diverged, last. */
export function sweepRows(cells: readonly StudyCellInfo[], score: StudyScore): readonly SweepRow[] {
  const groups = new Map<string, StudyCellInfo[]>()
  for (const cell of cells) {
    const { seed: _, ...settings } = cell.settings
    const key = JSON.stringify([settings, cell.budget, cell.stage])
    groups.set(key, [...(groups.get(key) ?? []), cell])
  }
  const rows = [...groups.values()].map((group) => rowOf(group, score))
  const standing = (row: SweepRow): number => {
    if (row.diverged > 0 || row.chosen.count === 0) return Number.NEGATIVE_INFINITY
    return higherIsBetter(score) ? row.chosen.mean : -row.chosen.mean
  }
  const sorted = rows.toSorted((a, b) => b.budget - a.budget || difference(standing(b), standing(a)))
  const [first] = sorted
  const best = first !== undefined && Number.isFinite(standing(first)) ? first : undefined
  return sorted.map((row) => ({ ...row, mark: best === undefined ? null : markOf(row, best) }))
}

/** Not NaN where both are minus infinity. */
const difference = (a: number, b: number): number => (a === b ? 0 : a - b)

function rowOf(cells: readonly StudyCellInfo[], score: StudyScore): SweepRow {
  const [first] = cells
  if (first === undefined) throw new Error('a row without cells')
  const { seed: _, ...settings } = first.settings
  const over = (of: StudyScore): Spread =>
    spreadOf(
      cells.flatMap((cell) => {
        const value = cell.status === 'completed' ? scoreOf(cell, of) : null
        return value === null ? [] : [value]
      }),
    )
  return {
    settings,
    budget: first.budget,
    stage: first.stage,
    cells,
    validation: over({ part: 'validation', of: 'accuracy' }),
    test: over({ part: 'test', of: 'accuracy' }),
    loss: over({ part: 'validation', of: 'loss' }),
    chosen: over(score),
    diverged: cells.filter(({ diverged }) => diverged !== null).length,
    open: cells.filter(({ status }) => !ended.has(status)).length,
    mark: null,
  }
}

function markOf(row: SweepRow, best: SweepRow): SweepRow['mark'] {
  if (row === best) return 'best'
  if (row.budget !== best.budget || row.diverged > 0 || row.chosen.count === 0) return null
  const errors = [row.chosen.standardError, best.chosen.standardError]
  const error = Math.hypot(...errors.map((each) => each ?? Number.NaN))
  return Math.abs(row.chosen.mean - best.chosen.mean) <= error ? 'level' : null
}
