import type { SweepSpec } from '../../../../shared/study/spec.ts'
import type { StudyResultsProps } from '../results.ts'

export function SweepResults({ cells }: StudyResultsProps<SweepSpec>) {
  return <p>{cells.length} runs</p>
}
