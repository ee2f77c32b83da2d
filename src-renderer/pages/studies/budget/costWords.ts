import type { StudyCellInfo } from '../../../../shared/api/studies.ts'
import { count, duration, percent } from '../../../format/format.ts'

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
