/** What the rest of the core may ask of the database: a file a concept. */
export type { DatasetRecord } from './types/dataset.ts'
export type { EnsembleRecord, NewEnsemble } from './types/ensemble.ts'
export type { EpochRecord } from './types/epoch.ts'
export type { FollowedRecord } from './types/followed.ts'
export type { StoreReads } from './types/reads.ts'
export type { RequestRecord, RunCommand, TakenRequest } from './types/request.ts'
export type {
  LabChanges,
  NewPlan,
  NewRun,
  ProcessorUse,
  RunFilter,
  RunList,
  RunNews,
  RunRecord,
} from './types/run.ts'
export type { SeriesQuery, SeriesView } from './types/series.ts'
export type { SnapshotModel, SnapshotRecord } from './types/snapshot.ts'
export type { Store } from './types/store.ts'
export type {
  CellRecord,
  NewCell,
  NewStudy,
  Requeue,
  StudyEdit,
  StudyExtension,
  StudyListNews,
  StudyNews,
  StudyStatusChange,
} from './types/study.ts'
export type {
  AttemptRequeue,
  Claimant,
  OfferableRun,
  PlacedAttempt,
  WorkerRecord,
  WorkerSettings,
  WorkerStore,
} from './types/worker.ts'
export type { StoreWrites } from './types/writes.ts'
