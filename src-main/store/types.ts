import type { z } from 'zod'
import type { EnsembleInfo } from '../../shared/api/ensembles.ts'
import type { Storage } from '../../shared/api/lab.ts'
import type {
  Annotation,
  FeedbackInfo,
  QueueMove,
  RunChange,
  RunListChange,
  RunSummary,
  SnapshotInfo,
} from '../../shared/api/runs.ts'
import type { Smoothing, ValueAtStep } from '../../shared/api/series.ts'
import type { EnsembleMethod } from '../../shared/ensemble/methods.ts'
import type { DeviceComparison, MachineIdentity, TimingSubject } from '../../shared/run/deviceComparison.ts'
import type {
  Predictions,
  Scores,
  StoredTensor,
  TrainerCommand,
  TrainerEvent,
  TrainerPosition,
  TrainerState,
} from '../../shared/run/messages.ts'
import type { PlanPosition } from '../../shared/run/plan.ts'
import type { EngineName, RunSpec } from '../../shared/run/spec.ts'
import type { RunStatus } from '../../shared/run/state.ts'
import type { ScheduleEdit, SchedulePlan } from '../../shared/schedule/index.ts'
import type { HealthListener, StoreHealth } from './faults.ts'

/*
 * What the rest of the core may ask of the database. Reads and writes are apart, so that a query cannot change what
 * it shows. Rows are parsed by zod on their way out.
 */

export interface RunRecord {
  /** Short, sortable by time, unique in the database; any unambiguous prefix finds it. */
  readonly id: string
  readonly name: string
  readonly spec: RunSpec
  readonly datasetId: string
  readonly status: RunStatus
  /** Why it failed, was stopped or interrupted, in words. */
  readonly reason: string | null
  readonly position: PlanPosition
  /** Steps of the plan after its edits. */
  readonly totalSteps: number
  /** Steps whose metrics are stored. */
  readonly stepsDone: number
  readonly attempt: number
  /** Among queued runs the least is started first; null when it is not queued. */
  readonly queuePlace: number | null
  readonly hostId: string | null
  /** What it trains on, as a spec names it (null where an older version trained it) and as users read it. */
  readonly deviceName: EngineName | null
  readonly device: string | null
  readonly deviceReason: string | null
  readonly parameters: number | null
  readonly finalWeightsSha256: string | null
  readonly favourite: boolean
  readonly archived: boolean
  readonly tags: readonly string[]
  readonly note: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
}

export interface NewRun {
  readonly spec: RunSpec
  readonly datasetId: string
  readonly plan: SchedulePlan
  readonly totalSteps: number
}

export type NewPlan = Pick<NewRun, 'plan' | 'totalSteps'>

export interface EpochRecord extends Scores {
  readonly epoch: number
  readonly step: number
  readonly trainLoss: number
  readonly trainAccuracy: number
  readonly seconds: number
  /** Of these, in training steps; null in epochs of earlier versions, which did not tell. */
  readonly trainingSeconds: number | null
}

export type SnapshotRecord = SnapshotInfo

export interface SnapshotModel {
  readonly tensors: readonly StoredTensor[]
  readonly position: TrainerPosition
  readonly normalisation: { readonly mean: readonly number[]; readonly std: readonly number[] }
}

/** One series as steps and values, thinned so that every extreme stays. */
export interface SeriesView {
  readonly steps: Float64Array
  readonly values: Float64Array
  /** Points stored in the window before thinning. */
  readonly total: number
}

export interface SeriesQuery {
  readonly runId: string
  readonly series: string
  /** Inclusive; the whole series when absent. */
  readonly fromStep?: number
  readonly toStep?: number
  /** At most about this many points come back. */
  readonly points?: number
  /** Of the full stored series, before it is thinned. */
  readonly smoothing?: Smoothing
  /** Steps never dropped besides first, last, least and greatest: those of the run's snapshots are added by itself. */
  readonly pinned?: readonly number[]
}

export interface NewEnsemble {
  readonly name: string
  readonly method: EnsembleMethod
  readonly members: readonly { readonly snapshotId: number; readonly weight: number }[]
  readonly valAccuracy: number | null
  readonly testAccuracy: number | null
  /** Other scores (NLL, Brier, ECE) by name. */
  readonly scores: Readonly<Record<string, number | null>>
}

export interface EnsembleRecord extends NewEnsemble {
  readonly id: number
  readonly createdAt: number
}

/** Which list of runs: deleted ones can be restored, and are in no other list. */
export type RunList = 'current' | 'archived' | 'deleted'

/** What changed in the lab since a version; applying it twice changes nothing. */
export interface LabChanges extends RunListChange {
  /** The version it leads to. */
  readonly version: number
}

/** What is new of one run. */
export interface RunNews extends Omit<RunChange, 'isHere'> {
  /** Given back, it repeats and loses nothing. */
  readonly cursor: string
}

export interface RunFilter {
  readonly status?: RunStatus
  readonly text?: string
  readonly tag?: string
  readonly archived?: boolean
  readonly limit?: number
}

/** A change that a feedback schedule (plateau) made. */
export interface DatasetRecord {
  readonly id: string
  readonly name: string
  /** Where the catalogue keeps it. */
  readonly folder: string
  /** What the catalogue says of it: shapes, counts, classes, origin. */
  readonly meta: z.core.util.JSONType
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** What another door asks of the host that owns a run. */
export type RunCommand = TrainerCommand

/** A command with the id of its request, which the trainer's answer carries. */
export interface TakenRequest {
  readonly requestId: number
  readonly command: RunCommand
}

/** A command left for the host of a run, as long as it was not obeyed. */
export interface RequestRecord {
  /** Whether the host has handed it to the trainer. */
  readonly taken: boolean
  /** Why the trainer did not obey, in words. */
  readonly refusal: string | null
}

export interface StoreReads {
  /** @throws UserError when no run or more than one begins with `idPrefix` */
  run(idPrefix: string): RunRecord
  runs(filter?: RunFilter): RunRecord[]
  /** A run that trains now; one whose devices are still being measured does not. */
  trainingRun(except?: string): string | undefined
  /** The first run of another host for which something is done before it trains. @param before only those with lower ids */
  setUpElsewhere(hostId: string, before?: string): string | undefined
  /** @returns tells of a run that has trained from now until then */
  watchTraining(except?: string): () => string | undefined
  /** Queued runs, the next to be started first. */
  queue(): RunRecord[]
  /**
   * The newest five runs that have trained whole epochs of the same model on the same data, with the same batch size and
   * device in their spec, the newest first. @param trainedOn what "auto" must have taken for them
   */
  similarRuns(spec: RunSpec, datasetId: string, trainedOn?: EngineName): RunRecord[]
  /** Rows of the runs table, newest first; quick also for thousands. */
  summaries(of: RunList): RunSummary[]
  /** @throws UserError when no run or more than one begins with `idPrefix` */
  summary(idPrefix: string): RunSummary
  /** Cheap when little changed: runs with their epochs, snapshots, tags, edits and ensembles. */
  changesSince(version: number): LabChanges
  /**
   * What is new of a run since a cursor of an earlier answer, or all of it.
   * @returns undefined when nothing changed  @throws UserError when no run or more than one begins with `idPrefix`
   */
  runSince(idPrefix: string, cursor?: string): RunNews | undefined
  epochs(runId: string): EpochRecord[]
  feedback(runId: string): FeedbackInfo[]
  snapshots(runId: string): SnapshotRecord[]
  /** @throws UserError when there is no such snapshot */
  snapshot(id: number): SnapshotRecord
  /** @throws StoreError when it is damaged: other snapshots can be read */
  snapshotModel(id: number): SnapshotModel
  /** @throws StoreError when they are damaged */
  predictions(snapshotId: number, part: 'validation' | 'test'): Predictions | undefined
  /**
   * The state to resume from: the rolling checkpoint or the last snapshot, whichever is further and whole.
   * @throws StoreError when there are some and all of them are damaged
   */
  checkpoint(runId: string): TrainerState | undefined
  series(query: SeriesQuery): SeriesView
  /**
   * Does part of what `series` has to do for a smoothing that nobody has asked for yet: whoever must not block calls it until
   * it answers true. @param milliseconds it may take, about
   */
  prepareSeries(query: SeriesQuery, milliseconds: number): boolean
  seriesNames(runId: string): string[]
  /** Every stored point in order, chunk by chunk, for exports. */
  chunks(
    runId: string,
    series: string,
  ): Iterable<{ readonly steps: Float64Array; readonly values: Float64Array }>
  /** Newest first; with `runId` those that have a snapshot of the run among their members. */
  ensembles(runId?: string): EnsembleRecord[]
  /** The same with what a table shows of the members, which may be of several runs. */
  ensembleInfos(runId?: string): EnsembleInfo[]
  /** Of each run that has one: the value of a series at the step, or the nearest stored before it. */
  valuesAtStep(runIds: readonly string[], series: string, step: number): ValueAtStep[]
  /** Speed of the run's last steps, in examples a second; null where none is stored. */
  lastSamplesPerSecond(runId: string): number | null
  /** Counts of what is stored, without the data sets. */
  storage(): Omit<Storage, 'datasetBytes' | 'freeBytes'>
  datasets(): DatasetRecord[]
  /** What became of a request; undefined when it was obeyed, or the run has begun anew since. */
  request(id: number): RequestRecord | undefined
  /** What was measured of this model on this machine, each as it is now. */
  calibration(machine: MachineIdentity, subject: TimingSubject): DeviceComparison | undefined
  /** All that was measured on this machine, the newest first. */
  calibrations(machine: MachineIdentity): DeviceComparison[]
  /**
   * Damage that reading has got round so far in this program (a gap in a series, an older checkpoint), a sentence each: for
   * those who show what was read. @param runId all runs when absent
   */
  damage(runId?: string): string[]
  /** Grows with every write by whatever process: cheap to poll. */
  version(): number
}

export interface StoreWrites {
  /** Adds a data set, or replaces what is stored of it; runs refer to it by id. */
  putDataset(dataset: Omit<DatasetRecord, 'createdAt'>): void
  /** The data set must have been put before. Until it is claimed, the run belongs to this host. */
  createRun(run: NewRun): RunRecord
  /** Many in one transaction: all or none. */
  createRuns(runs: readonly NewRun[]): RunRecord[]
  /** A run of no host, which waits at the end of the queue until one claims it. The data set must have been put before. */
  enqueueRun(run: NewRun): RunRecord
  /** Many in one transaction, in the order given: all or none. */
  enqueueRuns(runs: readonly NewRun[]): RunRecord[]
  /**
   * Claims the first queued run whose device has a free slot; of runs whose host is gone it makes interrupted ones before.
   * @returns undefined when there is nothing to start
   */
  claimQueuedRun(): RunRecord | undefined
  /** One that stands there already stays. @throws UserError when the run is not queued (any more) */
  moveQueuedRun(runId: string, to: QueueMove): void
  /**
   * Makes this host the owner and the next attempt begin; status becomes running.
   * @param replan the plan it has from then on: it gets both, or neither
   * @throws UserError when another living host owns it, or the status does not allow it
   */
  claimRun(runId: string, replan?: (claimed: RunRecord) => NewPlan): RunRecord
  setStatus(runId: string, status: RunStatus, reason?: string): void
  /** What is done for an active run that has no device yet, in words; null when its trainer begins. Gone when it has ended. */
  saySetup(runId: string, words: string | null): void
  /** Keeps it in the place of what was measured before of the same model on the same machine; the oldest of many goes. */
  putCalibration(calibration: DeviceComparison): void
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
   * good. All or none; one that is there already is left as it is. @throws UserError while one is active
   */
  trashRuns(runIds: readonly string[]): void
  /** Undoes `trashRuns`. @throws UserError when one is gone for good */
  restoreRuns(runIds: readonly string[]): void
  /** Deletes runs for good, as `deleteRun` does, whether they are in the trash or not. @throws UserError while one is active */
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
  /** Marks runs whose host is gone as interrupted; returns their ids. */
  sweepDeadRuns(): string[]
}

export interface Store {
  readonly path: string
  readonly hostId: string
  readonly read: StoreReads
  readonly write: StoreWrites
  /**
   * Stores a trainer's events in one transaction, and forgets what was stored before (same run, attempt and sequence;
   * a metric of a step, an epoch or a snapshot already there). Events of an attempt that is no longer the run's are refused.
   * @returns false when the run belongs to another attempt or host by now: the caller must stop its trainer
   */
  record(events: readonly TrainerEvent[]): boolean
  /** Whether the file can be written now, from memory: also while the disk is full. Writes throw a StoreError of the same kind. */
  health(): StoreHealth
  /** Tells of every change of it, at once and from within the write that failed. @returns ends it */
  onHealth(listener: HealthListener): () => void
  /** Runs that this host still has become interrupted. */
  close(): void
}
