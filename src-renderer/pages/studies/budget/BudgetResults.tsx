import type { BudgetStudySpec } from '../../../../shared/study/spec.ts'
import type { StudyResultsProps } from '../results.ts'

export function BudgetResults({ cells }: StudyResultsProps<BudgetStudySpec>) {
  return <p>{cells.length} runs</p>
}
