import type { z } from 'zod'
import type { ImportOptions } from '../data/importOptions.ts'
import type { DataPreview, PreviewOptions } from '../data/preview.ts'
import type {
  csvColumns,
  DatasetList,
  FolderListing,
  ImportStep,
  TableColumn,
  TableSample,
} from './datasets.ts'
import type { DataPieces, UploadPlace } from './dataUploads.ts'
import type { LogImportStep, LogPreviewStep } from './elsewhere.ts'
import type {
  AverageLines,
  averageWeights,
  EnsembleInfo,
  listEnsembles,
  measureAverageLines,
  measureLine,
  renameEnsemble,
  SaveEnsemble,
  SaveWeightAverage,
  WeightAverageAnswer,
  WeightLine,
} from './ensembles.ts'
import type { FollowedFolder, importEventFiles, unfollowFolder } from './eventFiles.ts'
import type {
  About,
  DeviceComparisonInfo,
  DeviceInfo,
  LabHealth,
  Storage,
  TensorflowState,
  UseTensorflow,
} from './lab.ts'
import type { datasetRows, ExamplePlaces, placeExamples } from './mistakes.ts'
import type {
  ImportPredictions,
  lookAtPredictions,
  PredictionsImportStep,
  PredictionsLook,
  PredictionsPreviewStep,
} from './outsidePredictions.ts'
import type { AnswerExamples, PredictionStep, Predictor, PredictorInput, UploadPiece } from './predictions.ts'
import type {
  Annotation,
  CommandOutcome,
  commandRun,
  Estimate,
  extendRun,
  launchRun,
  listRuns,
  moveQueuedRun,
  PlanAnswer,
  placeRun,
  RunChange,
  RunListChange,
  RunSummary,
} from './runs.ts'
import type { SeriesAnswer, ValueAtStep, valuesAtStep, viewSeries } from './series.ts'
import type { SqlAnswer, SqlTable, sqlQuestion } from './sql.ts'
import type { branchRun, RateTestServices, SlotSettings, StudyServices } from './studies.ts'
import type { WorkerServices, WorkersInfo } from './workers.ts'

/** An update of a subscription, with the place to go on from after a break: given back, it repeats and loses nothing. */
export interface Update<T> {
  readonly cursor: string
  readonly value: T
}

/** What is used of an AbortSignal: the client has gone, or ended its subscription. */
export interface Cancellation {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

type Updates<T> = AsyncIterable<Update<T>>

/** What the core offers to the router; every door's window sees exactly this. Whatever a user did wrong is a UserError. */
export interface Services {
  readonly runs: {
    list(input: z.infer<typeof listRuns>): RunSummary[]
    get(id: string): RunSummary
    /** Changes of all runs, at most four updates a second. */
    changes(cursor: string | undefined, signal: Cancellation | undefined): Updates<RunListChange>
    /** One run as it trains, at most four updates a second. */
    watch(id: string, cursor: string | undefined, signal: Cancellation | undefined): Updates<RunChange>
    plan(spec: unknown): Promise<PlanAnswer>
    estimate(spec: unknown): Promise<Estimate>
    launch(input: z.infer<typeof launchRun>): Promise<RunSummary>
    /** A run that begins with the state of another one, or is that one again with another seed. */
    branch(input: z.output<typeof branchRun>): Promise<RunSummary>
    /** The run of the demo, launched. */
    launchDemo(): Promise<RunSummary>
    resume(id: string): Promise<RunSummary>
    extend(input: z.infer<typeof extendRun>): Promise<RunSummary>
    /** @throws UserError when the run is not queued (any more) */
    moveQueued(input: z.infer<typeof moveQueuedRun>): void
    /** @throws UserError when the run is not queued (any more), or there is no such worker */
    place(input: z.infer<typeof placeRun>): RunSummary
    /** Resolves when the trainer has obeyed or refused, whichever host it belongs to. */
    command(input: z.infer<typeof commandRun>): Promise<CommandOutcome>
    annotate(change: Annotation): void
    /** To where `restore` finds them; they go for good after 30 days, or by `purge`. @throws UserError while one is active */
    remove(ids: readonly string[]): void
    restore(ids: readonly string[]): void
    purge(ids: readonly string[]): void
  }
  readonly rateTests: RateTestServices
  readonly series: {
    view(input: z.output<typeof viewSeries>): Promise<SeriesAnswer[]>
    valuesAt(input: z.infer<typeof valuesAtStep>): ValueAtStep[]
    /** Names of all series of a run. */
    names(runId: string): string[]
  }
  readonly studies: StudyServices
  readonly workers: WorkerServices & {
    /** The same as `info` as it changes, at most one update a second. */
    changes(cursor: string | undefined, signal: Cancellation | undefined): Updates<WorkersInfo>
  }
  readonly ensembles: {
    list(input: z.infer<typeof listEnsembles>): EnsembleInfo[]
    save(input: SaveEnsemble): EnsembleInfo
    rename(input: z.infer<typeof renameEnsemble>): void
    /** To where `restore` finds them, for 30 days. */
    remove(ids: readonly number[]): void
    restore(ids: readonly number[]): void
    line(input: z.infer<typeof measureLine>, signal: Cancellation | undefined): AsyncIterable<WeightLine>
    averageLines(
      input: z.infer<typeof measureAverageLines>,
      signal: Cancellation | undefined,
    ): AsyncIterable<AverageLines>
    averageWeights(input: z.infer<typeof averageWeights>): Promise<WeightAverageAnswer>
    saveWeightAverage(input: SaveWeightAverage): Promise<EnsembleInfo>
  }
  readonly elsewhere: {
    /** Folders that are followed while other programs write event files to them. */
    followed(): FollowedFolder[]
    /** Ends it for the followed folder that a path is or lies in. */
    unfollow(input: z.infer<typeof unfollowFolder>): Promise<void>
    previewLog(path: string, signal: Cancellation | undefined): AsyncIterable<LogPreviewStep>
    importLog(
      input: z.output<typeof importEventFiles>,
      signal: Cancellation | undefined,
    ): AsyncIterable<LogImportStep>
    lookAtPredictions(input: z.infer<typeof lookAtPredictions>): Promise<PredictionsLook>
    previewPredictions(
      input: ImportPredictions,
      signal: Cancellation | undefined,
    ): AsyncIterable<PredictionsPreviewStep>
    importPredictions(
      input: ImportPredictions,
      signal: Cancellation | undefined,
    ): AsyncIterable<PredictionsImportStep>
  }
  readonly predictions: {
    input(predictor: Predictor): PredictorInput
    upload(piece: UploadPiece): Promise<void>
    answer(input: AnswerExamples, signal: Cancellation | undefined): AsyncIterable<PredictionStep>
  }
  readonly datasets: {
    list(): Promise<DatasetList>
    import(options: ImportOptions, signal: Cancellation | undefined): AsyncIterable<ImportStep>
    /** Files dropped in a browser; they go when they have been imported, by `dropUpload`, or with the host. */
    upload(pieces: DataPieces): Promise<UploadPlace>
    dropUpload(upload: string): Promise<void>
    /** What an import would find; ever more complete. Ending it ends the look. */
    preview(options: PreviewOptions, signal: Cancellation | undefined): AsyncIterable<DataPreview>
    /** @throws UserError while stored runs need it */
    remove(id: string): Promise<void>
    browse(path: string): Promise<FolderListing>
    /** The columns of a CSV table, from its first rows. */
    columns(input: z.output<typeof csvColumns>): Promise<TableColumn[]>
    sample(id: string): Promise<TableSample>
    /** These rows of a table. */
    rows(input: z.infer<typeof datasetRows>): Promise<TableSample>
  }
  readonly mistakes: {
    place(input: z.infer<typeof placeExamples>): Promise<ExamplePlaces>
  }
  readonly sql: {
    /** What can be asked for. */
    schema(): SqlTable[]
    /** One answer. It is computed in a process of its own, which ends with the signal. */
    ask(
      question: z.output<typeof sqlQuestion>,
      signal: Cancellation | undefined,
    ): AsyncIterable<SqlAnswer, void, undefined>
  }
  readonly lab: {
    about(): About
    storage(): Promise<Storage>
    /** From memory, so that it is told also while nothing can be written; at most four updates a second. */
    health(cursor: string | undefined, signal: Cancellation | undefined): Updates<LabHealth>
    devices(): Promise<DeviceInfo[]>
    /** What was measured to choose among them, the newest first. */
    deviceComparisons(): Promise<DeviceComparisonInfo[]>
    /** Runs at once on the processor, and on a graphics device. */
    slots(): SlotSettings
    setSlots(slots: SlotSettings): SlotSettings
    tensorflow(): TensorflowState
    /** Builds the addon where it is not built yet, which takes up to a minute. */
    useTensorflow(wanted: UseTensorflow): Promise<TensorflowState>
  }
}
