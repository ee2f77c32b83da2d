import type { StudyCellInfo, StudyStatus, StudySummary } from '../../../shared/api/studies.ts'
import type { RunStatus } from '../../../shared/run/state.ts'
import type { StudyCell } from '../../../shared/study/cell.ts'
import type { StudySpec } from '../../../shared/study/spec.ts'
import type { Placement } from '../../../shared/worker/placement.ts'
import type { NewRun } from './run.ts'

/** A cell with the run that it is stored with. Its parent, where it goes on from one, is found by the cell's `after`. */
export interface NewCell {
  readonly cell: StudyCell
  readonly run: Pick<NewRun, 'datasetId' | 'plan' | 'totalSteps' | 'initial'>
}

export interface NewStudy {
  readonly name: string
  readonly spec: StudySpec
  /** Where its runs are to train: here where absent. */
  readonly placement?: Placement | undefined
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
  /** Nothing is changed unless it has one of these when it is written: others may have been quicker. */
  readonly from?: readonly StudyStatus[]
  /** Nothing is changed while a run of it waits or trains. */
  readonly whenIdle?: boolean
  /** Nothing is changed where its spec is another by then: it may have been extended, with no cell added yet. */
  readonly ifSpec?: StudySpec
}

/** Runs of a study that are to be trained again, by what they and the study are when it is written. */
export interface Requeue {
  /** What the study must still be: else nothing is changed. */
  readonly from: readonly StudyStatus[]
  readonly to?: StudyStatus
  /** Runs that are one of these go back into the queue, at their place; each goes on from its last state. */
  readonly statuses: readonly RunStatus[]
  /** Of these runs alone. */
  readonly runIds?: readonly string[]
  /** Cells whose run was deleted get a fresh one, which begins with its parent's state as the one before did. */
  readonly fresh?: readonly NewCell[]
}
