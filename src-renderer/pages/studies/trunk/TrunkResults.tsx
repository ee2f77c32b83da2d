import type { TrunkStudySpec } from '../../../../shared/study/spec.ts'
import type { StudyResultsProps } from '../results.ts'

export function TrunkResults({ cells }: StudyResultsProps<TrunkStudySpec>) {
  return <p>{cells.length} runs</p>
}
