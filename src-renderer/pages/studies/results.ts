import type { StudyCellInfo, StudySummary } from '../../../shared/api/studies.ts'
import type { StudySpec } from '../../../shared/study/spec.ts'

/** More may still come of it. What is told of runs to come is told only then. */
export const goesOn = ({ status }: Pick<StudySummary, 'status'>): boolean =>
  status === 'active' || status === 'paused'

/** A study of one kind, with its spec as that kind has it. */
export interface StudyResultsProps<Spec extends StudySpec> {
  readonly study: StudySummary
  readonly spec: Spec
  /** By ordinal, live. A row that is the same object is the same row. */
  readonly cells: readonly StudyCellInfo[]
}
