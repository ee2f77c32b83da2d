import type { TrainerPosition } from '../../shared/run/messages.ts'
import type { EditedPlan } from '../../shared/run/plan.ts'
import type { RateTestSettings } from '../../shared/run/rateTest.ts'
import type { EngineName, RunSpec } from '../../shared/run/spec.ts'
import type { TrainingData } from './batches.ts'
import type { CommandQueue } from './commands.ts'
import type { Emit } from './events.ts'
import type { Model } from './models/index.ts'
import type { TrainOptimizer } from './optimizers/index.ts'
import type { WeightAverage } from './weightAverage.ts'

/** What the loop touches of the world. */
export interface LoopIo {
  readonly emit: Emit
  readonly commands: CommandQueue
  /** Milliseconds, never going back. */
  readonly clock: () => number
  /** Called between steps: lets messages in, and waits while too much is still to be sent. */
  readonly breathe: () => Promise<void>
}

/** A run ready to go on from `position`: model and optimizer already hold that state. */
export interface LoopSetup {
  readonly spec: RunSpec
  readonly data: TrainingData
  readonly model: Model
  readonly optimizer: TrainOptimizer
  /** Undefined where the spec has none. */
  readonly average?: WeightAverage | undefined
  readonly planned: EditedPlan
  readonly position: Omit<TrainerPosition, 'optimizerScalars'>
  /** Steps of the stream of batches, and of all that is drawn by step, that were used before step 0: by the run's ancestors. */
  readonly streamFrom: number
  /** Of a range test: it stops by its loss, and keeps no state and no evaluation. */
  readonly rateTest?: RateTestSettings | undefined
  readonly device: EngineName
  /** Steps that may be under way before the numbers of the first are waited for; see Engine. */
  readonly stepsAhead: number
}
