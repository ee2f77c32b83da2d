import type { Annotation, QueueMove } from '../../../shared/api/runs.ts'
import type { SlotSettings, StudyStatus } from '../../../shared/api/studies.ts'
import type { DeviceComparison } from '../../../shared/run/deviceComparison.ts'
import type { RunStatus } from '../../../shared/run/state.ts'
import type { ScheduleEdit } from '../../../shared/schedule/index.ts'
import type { DatasetRecord } from './dataset.ts'
import type { ElsewhereBatch } from './elsewhere.ts'
import type { EnsembleRecord, NewEnsemble } from './ensemble.ts'
import type { FollowedRecord } from './followed.ts'
import type { RunCommand, TakenRequest } from './request.ts'
import type { NewPlan, NewRun, RunRecord } from './run.ts'
import type { NewCell, NewStudy, Requeue, StudyEdit, StudyExtension, StudyStatusChange } from './study.ts'

/** Each is one transaction. @throws StoreError when the file's place takes no writes: then nothing has changed */
export interface StoreWrites {
  /** Adds a data set, or replaces what is stored of it; runs refer to it by id. */
  putDataset(dataset: Omit<DatasetRecord, 'createdAt'>): void
  /** The data set must have been put before. Until it is claimed, the run belongs to this host. */
  createRun(run: NewRun): RunRecord
  /** Many in one transaction: all or none. */
  createRuns(runs: readonly NewRun[]): RunRecord[]
  /** A run of kind elsewhere that has ended, with all that is known of it. The data set must have been put before. */
  createEndedElsewhere(run: NewRun, batch: ElsewhereBatch): RunRecord
  /** A run of no host, which waits at the end of the queue until one claims it. The data set must have been put before. */
  enqueueRun(run: NewRun): RunRecord
  /** Many in one transaction, in the order given: all or none. */
  enqueueRuns(runs: readonly NewRun[]): RunRecord[]
  /**
   * Claims the first queued run whose device has a free slot; of runs whose host is gone it makes interrupted ones before.
   * @param studyId of this study alone · @returns undefined when there is nothing to start
   */
  claimQueuedRun(studyId?: string): RunRecord | undefined
  /** One that stands there already stays. @throws UserError when the run is not queued (any more) */
  moveQueuedRun(runId: string, to: QueueMove): void
  /**
   * Makes this host the owner and the next attempt begin; status becomes running.
   * @param replan the plan it has from then on: it gets both, or neither
   * @throws UserError when another living host owns it, or the status does not allow it
   */
  claimRun(runId: string, replan?: (claimed: RunRecord) => NewPlan): RunRecord
  /** Stores what came of a run that another program trains, in one transaction; its status is set by `setStatus`. */
  putElsewhere(runId: string, batch: ElsewhereBatch): void
  /**
   * This host reads the folder from now on, and the next one when it has ended.
   * @throws UserError where another living program follows it, or it overlaps with another followed folder
   */
  follow(folder: Pick<FollowedRecord, 'path' | 'name' | 'tagRoles'>): void
  /** @returns whether this host reads it from now on; false where it is no longer followed, or another living program reads it */
  takeUpFollowed(path: string): boolean
  /** Ends it for all of its runs; where another program reads it, that ends them. Nothing where it is not followed. */
  unfollow(path: string): void
  putFollowedProblem(path: string, problem: string | null): void
  setStatus(runId: string, status: RunStatus, reason?: string): void
  /** What is done for an active run that has no device yet, in words; null when its trainer begins. Gone when it has ended. */
  saySetup(runId: string, words: string | null): void
  /** Keeps it in the place of what was measured before of the same model on the same machine; the oldest of many goes. */
  putDeviceComparison(comparison: DeviceComparison): void
  addEdit(runId: string, edit: ScheduleEdit, totalSteps: number): void
  annotate(
    runId: string,
    change: {
      name?: string
      note?: string
      tags?: readonly string[]
      favourite?: boolean
      archived?: boolean
    },
  ): void
  /** The same change to many runs, all or none; tags are added and taken away. @throws UserError when one is not there */
  annotateRuns(change: Annotation): void
  /**
   * Hides the runs, with the ensembles that have a snapshot of one, until they are restored; 30 days later they go for
   * good. All or none; one that is there already is left as it is.
   * @throws UserError while one is active, or another run is to begin with the state of one
   */
  trashRuns(runIds: readonly string[]): void
  /** Undoes `trashRuns`. @throws UserError when one is gone for good */
  restoreRuns(runIds: readonly string[]): void
  /** Deletes runs for good, as `deleteRun` does, whether they are in the trash or not. @throws as `trashRuns` */
  purgeRuns(runIds: readonly string[]): void
  /**
   * Deletes the run with all that belongs to it, ensembles that have one of its snapshots included. Its megabytes are
   * taken from the file some at a time, in the background, at the latest by `close`. @throws UserError while it is active
   */
  deleteRun(runId: string): void
  /** Takes away a run that never began as if it had not been created, with its data set unless another run refers to it. */
  discardRun(runId: string): void
  saveEnsemble(ensemble: NewEnsemble): EnsembleRecord
  /** @throws UserError for an unknown ensemble or an unusable name */
  renameEnsemble(id: number, name: string): void
  /** Hides them until they are restored; 30 days later they go for good. @throws UserError for an unknown one */
  trashEnsembles(ids: readonly number[]): void
  restoreEnsembles(ids: readonly number[]): void
  /** Leaves a command for the host that owns the run. @returns the request's id · @throws UserError when nobody runs it */
  request(runId: string, command: RunCommand): number
  /** Takes the commands left for this host's run, oldest first. */
  takeRequests(runId: string): TakenRequest[]
  /** Says this host lives; call about every second. */
  heartbeat(): void
  /** A study with its first cells and their runs, queued: all or none. @returns its id */
  createStudy(study: NewStudy, cells: readonly NewCell[]): string
  /**
   * Those whose key is there already stay as they are.
   * @param onlyIf none is stored where the study has another status by then, nor where it was deleted
   * @returns how many are new
   */
  addCells(studyId: string, cells: readonly NewCell[], onlyIf?: StudyStatus): number
  /**
   * Adds cells, and the spec that they belong to; the study goes on with them.
   * @returns false, and nothing is stored, where another has changed the study's spec since `from` was read
   * @throws UserError when the study was deleted
   */
  extendStudy(studyId: string, cells: readonly NewCell[], change: StudyExtension): boolean
  /** @returns whether it was changed */
  setStudyStatus(id: string, change: StudyStatusChange): boolean
  /** Its queued runs leave the queue. @returns the runs of it that are active; undefined where it has ended already */
  cancelStudy(id: string): string[] | undefined
  /**
   * Trains runs of a study again: all or none, so that two who ask at once give no run two attempts.
   * @returns false, and nothing is changed, where the study has another status by then
   */
  requeueRuns(studyId: string, requeue: Requeue): boolean
  /** @throws UserError when it is deleted */
  editStudy(id: string, edit: StudyEdit): void
  /** @throws UserError when it has ended */
  moveStudy(id: string, to: QueueMove): void
  /**
   * Hides it until it is restored, with its runs where `runs` is true.
   * @throws UserError while it or one of these is active, or when it is deleted already
   */
  trashStudy(id: string, runs: boolean): void
  /** Undoes `trashStudy`, for the runs that went with it too. @throws UserError when it is gone for good */
  restoreStudy(id: string): void
  putSlots(slots: SlotSettings): void
  /** Marks runs whose host is gone as interrupted; returns their ids. */
  sweepDeadRuns(): string[]
}
