import { z } from 'zod'
import type { RunElsewhere } from '../run/elsewhere.ts'
import { type InitialWeights, weightsSource } from '../run/initial.ts'
import type { KernelUse } from '../run/kernelUse.ts'
import type { RunKind } from '../run/kind.ts'
import { type Scores, trainerCommand } from '../run/messages.ts'
import type { RunOrigin } from '../run/origin.ts'
import type { EditedPlan } from '../run/plan.ts'
import type { RateTestSettings } from '../run/rateTest.ts'
import type { RunSpec } from '../run/spec.ts'
import type { RunStatus } from '../run/state.ts'
import type { SchedulePlan } from '../schedule/index.ts'
import { placement, type RunPlace } from '../worker/placement.ts'

/*
 * What the doors show of runs. Steps count from 0 (`step`: the one after which something happened), epochs and cycles
 * from 1; times are milliseconds since 1970; accuracies are in 0..1, losses in nats. NaN travels as null.
 */

export interface SnapshotInfo extends Scores {
  readonly id: number
  readonly runId: string
  readonly cycle: number
  readonly step: number
  readonly lr: number
  readonly weightsSha256: string
  readonly bytes: number
  readonly createdAt: number
  /** Of the moving average of the weights after the same step; null where the run keeps none. */
  readonly ema: Scores | null
}

export interface EpochInfo extends Scores {
  readonly epoch: number
  readonly step: number
  readonly trainLoss: number | null
  readonly trainAccuracy: number | null
  readonly seconds: number
  /** Of these, in training steps: the rest went to evaluations, checkpoints and pauses. Null where it was not told. */
  readonly trainingSeconds: number | null
}

/** How a model did after one step of its run: at the end of an epoch, or of a cycle in mid-epoch. */
export interface RunEvaluation extends Scores {
  readonly step: number
  /** The epoch that ends with this step; null in mid-epoch. */
  readonly epoch: number | null
  /** Means over the epoch; null in mid-epoch. */
  readonly trainLoss: number | null
  readonly trainAccuracy: number | null
}

/** A cut of the rate by a feedback schedule (plateau). */
export interface FeedbackInfo {
  readonly step: number
  readonly lr: number
  readonly reason: string
}

/** What every door shows of a run itself. */
export interface RunInfo {
  /** Short, sortable by time, unique in the database; any unambiguous prefix finds it. */
  readonly id: string
  readonly name: string
  readonly kind: RunKind
  readonly spec: RunSpec
  /** Of a range test; null for others. */
  readonly rateTest: RateTestSettings | null
  /** Of a run that another program trained: then spec and plan only stand in, and no door shows them. Null for our own. */
  readonly elsewhere: RunElsewhere | null
  /** The run it came from; null where it came from none. */
  readonly origin: RunOrigin | null
  /** The weights it was given to begin with; null where it draws them or has them from its parent. */
  readonly initial: InitialWeights | null
  /** The study it is a cell of; null where it was started by hand. */
  readonly studyId: string | null
  readonly datasetId: string
  readonly status: RunStatus
  /** Why it failed, was stopped or interrupted, in words. */
  readonly reason: string | null
  readonly planned: EditedPlan
  /** Steps of the plan after its edits. */
  readonly totalSteps: number
  /** Of a run that is placed on another machine, also after its end; null for one of here. */
  readonly place: RunPlace | null
  /** Steps whose metrics are stored. */
  readonly stepsDone: number
  readonly attempt: number
  /** Among queued runs the least is started first; null when it is not queued. */
  readonly queuePlace: number | null
  /** What it trains on, as users read it. */
  readonly device: string | null
  readonly deviceReason: string | null
  readonly parameters: number | null
  readonly favourite: boolean
  readonly archived: boolean
  readonly tags: readonly string[]
  readonly note: string
  readonly createdAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
}

/** A row of the runs table, with all that draws its ribbon. */
export interface RunSummary extends RunInfo {
  /**
   * The step after which it will stop, at the end of its cycle, since it was asked to; the command `keepGoing` takes that
   * back. Null where no stop is planned.
   */
  readonly stopsAfterStep: number | null
  /** The last evaluation on validation or test data. */
  readonly last: RunEvaluation | null
  /** As `bestOf` chooses it: by validation, else by test, else by training accuracy. */
  readonly best: RunEvaluation | null
  /** Validation accuracy (else training accuracy) of its epochs, at most 48 of them, evenly taken, the last always. */
  readonly spark: readonly number[]
  readonly snapshots: readonly Pick<SnapshotInfo, 'id' | 'cycle' | 'step' | 'valAccuracy' | 'testAccuracy'>[]
  /** The best saved ensemble that has a snapshot of the run among its members. */
  readonly ensemble: {
    readonly id: number
    readonly name: string
    readonly valAccuracy: number | null
    readonly testAccuracy: number | null
  } | null
}

export const runId = z.string().min(1).max(64)
export const runIds = z.array(runId).min(1).max(10_000)

export const listRuns = z.strictObject({
  /** Which of the three lists. */
  of: z.enum(['current', 'archived', 'deleted']).default('current'),
})

/**
 * One update of a subscription. Applying an update twice changes nothing: rows replace rows by id.
 * The first update after (re)connecting with a cursor holds what changed since; without one, everything.
 */
export interface RunListChange {
  readonly changed: readonly RunSummary[]
  /** Runs that left every list (their deletion became final). */
  readonly removed: readonly string[]
  /** Runs that are deleted but can be restored: also in no other list. */
  readonly deleted: readonly string[]
}

/** What is new of one run since the cursor. Rows replace rows by epoch, snapshot id or step. */
export interface RunChange {
  readonly run: RunSummary
  readonly epochs: readonly EpochInfo[]
  readonly snapshots: readonly SnapshotInfo[]
  readonly feedback: readonly FeedbackInfo[]
  /** What the kernels of its steps take; null where nothing new was measured. */
  readonly kernels: KernelUse | null
  /** Examples trained on per second, of the last batch of steps; null when it does not run. */
  readonly samplesPerSecond: number | null
  /** Whether its trainer is a child of the program that answers. */
  readonly isHere: boolean
}

export const launchRun = z.strictObject({
  /** Checked by `parseRunSpec`, so that its errors name the fields of the form. */
  spec: z.unknown(),
  /** queue: after the runs that are active or queued already. */
  when: z.enum(['now', 'queue']).default('now'),
  /** Random ones where absent. */
  initialWeights: weightsSource.optional(),
  /** Where it is to train. Here where null or absent; elsewhere it always waits until a worker takes it. */
  placement: placement.nullish(),
})

export const annotation = z.strictObject({
  ids: runIds,
  name: z.string().trim().min(1, 'must not be empty').max(200, 'must be at most 200 characters').optional(),
  note: z.string().max(100_000).optional(),
  favourite: z.boolean().optional(),
  archived: z.boolean().optional(),
  addTags: z.array(z.string().trim().min(1).max(64)).optional(),
  removeTags: z.array(z.string()).optional(),
})
export type Annotation = z.infer<typeof annotation>

export const queueMoves = ['first', 'earlier', 'later', 'last'] as const
/** earlier, later: by one place. */
export type QueueMove = (typeof queueMoves)[number]
/** Of a queued run: where it is to train from now on, null for here. */
export const placeRun = z.strictObject({ id: runId, placement: placement.nullable() })
export const moveQueuedRun = z.strictObject({ id: runId, to: z.enum(queueMoves) })

export const commandRun = z.strictObject({ id: runId, command: trainerCommand })
/** One of cycles, epochs and steps. */
export const extendRun = z
  .strictObject({
    id: runId,
    cycles: z.int().min(1).max(10_000).optional(),
    epochs: z.number().positive().max(1e6).optional(),
    steps: z.int().min(1).max(1e9).optional(),
  })
  .refine(
    ({ cycles, epochs, steps }) => [cycles, epochs, steps].filter((one) => one !== undefined).length === 1,
    {
      error: 'must have one of cycles, epochs and steps',
    },
  )
export const planSpec = z.strictObject({ spec: z.unknown() })

export type CommandOutcome =
  | { readonly outcome: 'obeyed' }
  | { readonly outcome: 'refused'; readonly reason: string }
  /** It is kept until it can reach its trainer, on another machine; why that takes its time, in words. */
  | { readonly outcome: 'waits'; readonly reason: string }

/** What a spec comes to on its data. */
export interface PlanAnswer {
  readonly spec: RunSpec
  readonly plan: SchedulePlan
  readonly datasetId: string
  readonly trainCount: number
  readonly validationCount: number
  readonly testCount: number
}

/** Time a run of a spec would take. */
export interface Estimate {
  readonly secondsPerStep: number
  /** Time of one evaluation (validation and test), where it was measured. */
  readonly secondsPerEvaluation: number | null
  /** measured: some steps were run for it. pastRun: from a stored run of this model, data, batch size and device. */
  readonly source: 'measured' | 'pastRun'
  readonly device: string
}
