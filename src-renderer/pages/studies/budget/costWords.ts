import type { StudyCellInfo } from '../../../../shared/api/studies.ts'
import type { BudgetBlock } from '../../../../shared/study/budgetBlocks.ts'
import { count, counted, duration, percent } from '../../../format/format.ts'

/** What the study took so far; finding rates for its cells counts. */
export function costWords(cells: readonly StudyCellInfo[]): string {
  const sum = (of: readonly StudyCellInfo[], field: 'steps' | 'seconds'): number =>
    of.reduce((total, cell) => total + cell[field], 0)
  const steps = sum(cells, 'steps')
  if (steps === 0) return ''
  const tuning = sum(
    cells.filter(({ role }) => role === 'tuning'),
    'steps',
  )
  const ofTuning = tuning === 0 ? '' : `, ${percent(tuning / steps, 0)} of the steps to tune rates`
  return `So far ${count(steps)} steps and ${duration(sum(cells, 'seconds'))} of training${ofTuning}.`
}

/**
 * Runs that are not among the study's yet, as their rates are still being found; "" where none is, and of a study that has
 * ended, where a rate that was not found never will be.
 */
export function followingWords(
  comparisons: readonly BudgetBlock[],
  seeds: number,
  isGoingOn: boolean,
): string {
  if (!isGoingOn) return ''
  const open = comparisons.flatMap(({ outcomes }) => outcomes).filter(({ isTuning }) => isTuning).length
  return open === 0 ? '' : `${counted(open * seeds, 'more run')} will follow, once their rates are found.`
}
