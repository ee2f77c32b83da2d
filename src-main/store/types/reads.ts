import type { EnsembleInfo } from '../../../shared/api/ensembles.ts'
import type { Storage } from '../../../shared/api/lab.ts'
import type { FeedbackInfo, RunSummary } from '../../../shared/api/runs.ts'
import type { ValueAtStep } from '../../../shared/api/series.ts'
import type { SlotSettings, StudySummary } from '../../../shared/api/studies.ts'
import type {
  DeviceComparison,
  MachineIdentity,
  TimingSubject,
} from '../../../shared/run/deviceComparison.ts'
import type { KernelUse } from '../../../shared/run/kernelUse.ts'
import type { Predictions, StoredTensor, TrainerState } from '../../../shared/run/messages.ts'
import type { DeviceName, EngineName, RunSpec } from '../../../shared/run/spec.ts'
import type { Damage } from '../damage.ts'
import type { DatasetRecord } from './dataset.ts'
import type { EnsembleRecord } from './ensemble.ts'
import type { EpochRecord } from './epoch.ts'
import type { EventReading, FollowedRecord } from './followed.ts'
import type { RequestRecord } from './request.ts'
import type { LabChanges, ProcessorUse, RunFilter, RunList, RunNews, RunRecord } from './run.ts'
import type { SeriesQuery, SeriesView } from './series.ts'
import type { SnapshotModel, SnapshotRecord } from './snapshot.ts'
import type { CellRecord, StudyListNews, StudyNews } from './study.ts'

/** A query cannot change what it shows: writes are apart. Rows are parsed by zod on their way out. */
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
  /** What a run takes beyond its epochs, above all its start, as the newest ones on a device say; undefined of none. */
  startSeconds(device: DeviceName): number | undefined
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
  /** What the kernels of its steps take; null where that was not measured. */
  kernels(runId: string): KernelUse | null
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
  /** The weights that were given to it; none where it draws its own. @throws StoreError when they are damaged */
  initialTensors(runId: string): StoredTensor[]
  /**
   * The state that the run had after exactly so many steps; undefined when none is stored (any more).
   * @throws StoreError when it is damaged
   */
  stateAfter(runId: string, stepsDone: number): TrainerState | undefined
  /** Whether the run can begin: it needs no parent's state, or that is stored, or it has one of its own already. */
  hasStartState(runId: string): boolean
  /** Visible runs that have not begun and need a state of this one, the oldest first. */
  childrenInNeed(runId: string): RunRecord[]
  /** The run with all that it came from and all that came from those, the oldest first. */
  family(runId: string): RunRecord[]
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
  /** Those that wait or train in the order of the queue, then those that have ended, the newest first. */
  studies(): StudySummary[]
  /** With all of its cells. @throws UserError when no study or more than one begins with `idPrefix` */
  study(idPrefix: string): StudyNews
  studiesSince(version: number): StudyListNews
  /** @returns undefined when nothing of it changed after the version */
  studySince(id: string, version: number): StudyNews | undefined
  /** As they were planned, with what came of them, in their order. */
  studyCells(id: string): CellRecord[]
  /** Runs at once on a chip, by the user's setting. */
  slots(): SlotSettings
  /** How many share the processor with a run that is about to start. */
  processorUse(runId: string): ProcessorUse
  datasets(): DatasetRecord[]
  /** Folders that are followed, in the order in which that began. */
  followed(): FollowedRecord[]
  /** What the reader of a run's event files has to remember; undefined where nothing of it is known. */
  eventReading(runId: string): EventReading | undefined
  /** What became of a request; undefined when it was obeyed, or the run has begun anew since. */
  request(id: number): RequestRecord | undefined
  /** What was measured of this model on this machine, each as it is now. */
  deviceComparison(machine: MachineIdentity, subject: TimingSubject): DeviceComparison | undefined
  /** All that was measured on this machine, the newest first. */
  deviceComparisons(machine: MachineIdentity): DeviceComparison[]
  /**
   * Damage that reading has got round so far in this program (a gap in a series, an older checkpoint), a sentence each: for
   * those who show what was read. @param runId all runs when absent
   */
  damage(runId?: string): string[]
  /** The same with the damage of snapshots that was thrown to their readers, unless they were stored anew since. */
  allDamage(): Damage[]
  /** Tells of every change of it, from within the reading that found it. @returns ends it */
  onDamage(listener: () => void): () => void
  /** Grows with every write by whatever process: cheap to poll. */
  version(): number
}
