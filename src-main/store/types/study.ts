import type { StudyCellInfo, StudyStatus, StudySummary } from '../../../shared/api/studies.ts'
import type { StudyCell } from '../../../shared/study/cell.ts'
import type { StudySpec } from '../../../shared/study/spec.ts'
import type { NewRun } from './run.ts'

/** A cell with the run that it is stored with. Its parent, where it goes on from one, is found by the cell's `after`. */
export interface NewCell {
  readonly cell: StudyCell
  readonly run: Pick<NewRun, 'datasetId' | 'plan' | 'totalSteps'>
}

export interface NewStudy {
  readonly name: string
  readonly spec: StudySpec
}

/** A cell as it was planned, with what came of it. */
export interface CellRecord {
  readonly cell: StudyCell
  readonly info: StudyCellInfo
}

/** What changed of studies since a version; applying it twice changes nothing. */
export interface StudyListNews {
  readonly version: number
  readonly changed: readonly StudySummary[]
  readonly removed: readonly string[]
}

export interface StudyNews {
  readonly version: number
  readonly study: StudySummary
  readonly cells: readonly StudyCellInfo[]
}

export interface StudyEdit {
  readonly name?: string | undefined
  readonly note?: string | undefined
  readonly slots?: number | null | undefined
  readonly spec?: StudySpec | undefined
}

export interface StudyExtension {
  /** The spec that the new one was made of. */
  readonly from: StudySpec
  readonly to: StudySpec
}

export interface StudyStatusChange {
  readonly status: StudyStatus
  readonly reason?: string
}
