import { z } from 'zod'
import { weightsSource } from '../run/initial.ts'
import { originKind } from '../run/origin.ts'
import type { RateTestSettings } from '../run/rateTest.ts'
import { rateTestSettings } from '../run/rateTest.ts'
import type { RunStatus } from '../run/state.ts'
import type { LeftOut, StudyCell } from '../study/cell.ts'
import type { CellOutcome } from '../study/outcome.ts'
import type { RateStopReason } from '../study/rateStop.ts'
import type { RateSuggestions } from '../study/rateSuggestions.ts'
import type { RateWarning } from '../study/rateWarnings.ts'
import type { SmithBounds } from '../study/smithBounds.ts'
import type { StudySpec } from '../study/spec.ts'
import { type Placement, placement } from '../worker/placement.ts'
import { type RunSummary, runId } from './runs.ts'
import type { Cancellation, Update } from './services.ts'

/*
 * What the doors show of studies. Accuracies are in 0..1, losses in nats, times milliseconds since 1970 or seconds where
 * the name says so.
 */

export const studyId = z.string().min(1).max(64)

/**
 * active: its runs wait or train. paused: none is started. cancelled: those that waited were taken out.
 * finished: every cell has ended.
 */
export const studyStatus = z.enum(['active', 'paused', 'cancelled', 'finished'])
export type StudyStatus = z.infer<typeof studyStatus>

export interface StudyCounts {
  readonly total: number
  readonly queued: number
  readonly active: number
  readonly completed: number
  /** Diverged, or ended by an error. */
  readonly failed: number
  /** Stopped by hand, interrupted, or deleted. */
  readonly other: number
}

/** A row of the list of studies. */
export interface StudySummary {
  readonly id: string
  readonly name: string
  readonly kind: StudySpec['kind']
  readonly status: StudyStatus
  readonly reason: string | null
  readonly spec: StudySpec
  readonly slots: number | null
  /** Where its runs train; null: here. */
  readonly placement: Placement | null
  readonly note: string
  readonly counts: StudyCounts
  /** The cell that is best by the study's objective so far. */
  readonly best: StudyCellInfo | null
  readonly createdAt: number
  readonly endedAt: number | null
}

/** One run of a study, with what it came to. */
export interface StudyCellInfo extends CellOutcome {
  readonly ordinal: number
  readonly runId: string
  readonly reason: string | null
}

/** Rows replace rows by ordinal. */
export interface StudyChange {
  readonly study: StudySummary
  readonly cells: readonly StudyCellInfo[]
}

export interface StudyListChange {
  readonly changed: readonly StudySummary[]
  readonly removed: readonly string[]
}

/** What a study would come to, before it is started. */
export interface StudyPlan {
  readonly spec: StudySpec
  /** The cells of the first stage; later stages depend on what comes of it. */
  readonly cells: readonly Pick<StudyCell, 'key' | 'role' | 'settings' | 'seed' | 'budget'>[]
  readonly leftOut: readonly LeftOut[]
  /** All runs of all stages, at most. */
  readonly runs: number
  readonly steps: number
  /** Null where no time is known. */
  readonly seconds: number | null
  /** Of the snapshots it will store; null where that cannot be told. */
  readonly bytes: number | null
}

/** A study that comes with Anneal: a paper in small, on real data. */
export interface StudyPreset {
  readonly id: string
  readonly title: string
  /** The question, in one sentence. */
  readonly asks: string
  readonly source: string
  readonly spec: StudySpec
}

export const planStudy = z.strictObject({ spec: z.unknown() })
export const launchStudy = z.strictObject({
  spec: z.unknown(),
  /** Where its runs are to train: here where null or absent. */
  placement: placement.nullish(),
})
export const studyCommands = [
  'pause',
  'resume',
  'cancel',
  'retryFailed',
  'first',
  'earlier',
  'later',
  'last',
] as const
export const commandStudy = z.strictObject({ id: studyId, command: z.enum(studyCommands) })
/** More cells for a study: values of an axis, or seeds for some settings ("the best five"). */
export const extendStudy = z.strictObject({
  id: studyId,
  values: z.array(z.strictObject({ path: z.string(), values: z.array(z.json()).min(1) })).optional(),
  seeds: z.array(z.int()).min(1).optional(),
  /** Keys of cells whose settings get the new values and seeds; all when absent. */
  of: z.array(z.string()).optional(),
  /** Combinations in all, of a search that draws them. */
  cells: z.int().min(1).max(10_000).optional(),
})
export const editStudy = z.strictObject({
  id: studyId,
  name: z.string().trim().min(1, 'must not be empty').max(200, 'must be at most 200 characters').optional(),
  note: z.string().max(100_000).optional(),
  slots: z.int().min(1).max(64).nullable().optional(),
})

export const removeStudy = z.strictObject({
  id: studyId,
  /** true: its runs go to the trash with it; else they stay. */
  runs: z.boolean().default(false),
})

/** Ranks to test: [comparison][method], 1 is best. */
export const rankTestsInput = z.strictObject({
  ranks: z
    .array(z.array(z.number('must be a number')).max(1000, 'must be at most 1000'))
    .max(100_000, 'must be at most 100000'),
})

/** What the tests of Friedman and Nemenyi say of ranks, at the level 0.05; null where there is too little to test. */
export interface RankTests {
  readonly friedman: { readonly chiSquared: number; readonly p: number } | null
  readonly criticalDifference: number | null
}

export interface StudyServices {
  list(): StudySummary[]
  /** Studies that come with Anneal, to launch or to begin from. */
  presets(): StudyPreset[]
  /** @throws UserError when no study or more than one begins with it */
  get(id: string): StudyChange
  changes(
    cursor: string | undefined,
    signal: Cancellation | undefined,
  ): AsyncIterable<Update<StudyListChange>>
  /** One study as its runs train: only cells that changed, at most four updates a second. */
  watch(
    id: string,
    cursor: string | undefined,
    signal: Cancellation | undefined,
  ): AsyncIterable<Update<StudyChange>>
  /** @throws UserError for what breaks a rule, in one sentence with axis, rule and value */
  plan(spec: unknown): Promise<StudyPlan>
  /** All runs of its first stage are stored with it in one transaction, queued. */
  launch(spec: unknown, placement?: Placement | null): Promise<StudySummary>
  /**
   * pause: what trains goes on to its end, nothing else is started. cancel: what waits is taken out, what trains is stopped
   * and keeps its last state. resume: goes on, after a cancel also with what that took out. retryFailed: runs that ended by
   * an error, were stopped or deleted begin again in their place; a run that diverged is a result and stays.
   */
  command(input: z.infer<typeof commandStudy>): Promise<StudySummary>
  extend(input: z.infer<typeof extendStudy>): Promise<StudySummary>
  edit(input: z.infer<typeof editStudy>): StudySummary
  /** To where `restore` finds it. @throws UserError while it is active or paused: cancel it first */
  remove(input: z.output<typeof removeStudy>): void
  restore(id: string): void
  /** Tests are the host's: their library is too large for the window. */
  rankTests(ranks: readonly (readonly number[])[]): Promise<RankTests>
}

/** Runs at once on a device, by the user's setting. */
export const slotSettings = z.strictObject({
  processor: z.int().min(1).max(64).default(1),
  graphics: z.int().min(1).max(64).default(1),
})
export type SlotSettings = z.infer<typeof slotSettings>

/** A range test: of a run spec (its schedule does not matter), from fresh weights or from a snapshot. */
export const launchRateTest = z.strictObject({
  spec: z.unknown(),
  settings: rateTestSettings.prefault({}),
  snapshotId: z.int().optional(),
  /** Instead of a snapshot's state, as a run is given them. */
  initialWeights: weightsSource.optional(),
  when: z.enum(['now', 'queue']).default('now'),
  /** As a run's. */
  placement: placement.nullish(),
})

export const viewRateTest = z.strictObject({
  id: runId,
  /** Of a longer test, every n-th point is told, with its last; what is read off it is read off all of them. */
  maxPoints: z.int().min(2).max(100_000).default(2000),
})

/** What a range test says so far. */
export interface RateTestView {
  readonly runId: string
  readonly settings: RateTestSettings
  readonly status: RunStatus
  readonly points: readonly RatePoint[]
  /** The step after which it stopped because the loss had gone too high, or was no number; null: it went to its end, or goes on. */
  readonly stoppedAt: number | null
  readonly stoppedFor: RateStopReason | null
  /** Null where one would mean nothing. */
  readonly suggestions: RateSuggestions
  /** Smith's; null where neither accuracy nor loss gets better by more than its noise. */
  readonly bounds: SmithBounds | null
  /** What makes them doubtful, a sentence each. */
  readonly warnings: readonly RateWarning[]
}

export interface RatePoint {
  readonly step: number
  readonly lr: number
  /** Null where it was no number. */
  readonly loss: number | null
  readonly smoothed: number | null
  /** Training accuracy of the step's batch, in 0..1. */
  readonly accuracy: number | null
}

export interface RateTestServices {
  /** @throws UserError for what breaks a rule; nothing is stored then */
  launch(input: z.output<typeof launchRateTest>): Promise<RunSummary>
  /** What it says so far; `runs.watch` tells when there is more. @throws UserError for a run that is no range test */
  view(input: z.output<typeof viewRateTest>): RateTestView
}

export const branchRun = z.strictObject({
  /** The parent, and the state to begin from: the snapshot after so many steps, or the checkpoint when absent. */
  runId,
  stepsDone: z.int().min(1).optional(),
  kind: originKind.default('branch'),
  /** The child's whole spec. */
  spec: z.unknown(),
  when: z.enum(['now', 'queue']).default('now'),
  /** As a run's. */
  placement: placement.nullish(),
})
