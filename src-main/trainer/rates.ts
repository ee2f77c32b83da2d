import { z } from 'zod'
import { parseOrExplain, UserError } from '../../shared/errors.ts'
import type { Timetable } from '../../shared/run/plan.ts'
import type { OptimizerSpec, RunSpec } from '../../shared/run/spec.ts'
import {
  type CompiledSchedule,
  createPlateau,
  type Plateau,
  type PlateauState,
  rateUnderFeedback,
} from '../../shared/schedule/index.ts'
import type { StepSettings } from './optimizers/index.ts'

const plateauState = z.strictObject({
  lr: z.number(),
  best: z.number().nullable(),
  badEpochs: z.int().min(0),
  cooldown: z.int().min(0),
})

/** What an epoch gave, for a schedule that listens. */
export interface EpochResult {
  readonly trainingLoss: number
  readonly validationLoss: number | null
  readonly validationAccuracy: number | null
}

/** What each step uses: the compiled schedule, the plateau policy on top where there is one, and the decay. */
export class Rates {
  readonly #optimizer: OptimizerSpec
  readonly #launchLrMax: number
  #schedule: CompiledSchedule
  #plateau: Plateau | undefined

  /** @param stored the policy's state from a checkpoint */
  constructor(optimizer: OptimizerSpec, timetable: Timetable, stored: unknown) {
    const { schedule, launchLrMax } = timetable
    this.#optimizer = optimizer
    this.#launchLrMax = launchLrMax
    this.#schedule = schedule
    if (schedule.feedback === undefined) return
    const state =
      stored === undefined ? undefined : parseOrExplain(plateauState, stored, 'resuming the plateau schedule')
    this.#plateau = createPlateau(schedule.feedback, state)
  }

  /** For a checkpoint. */
  get state(): PlateauState | undefined {
    return this.#plateau?.state
  }

  /** Whether the schedule needs the model measured on validation data after every epoch. */
  get needsValidation(): boolean {
    return this.#schedule.feedback !== undefined && this.#schedule.feedback.metric !== 'trainingLoss'
  }

  at(step: number): StepSettings {
    const planned = this.#schedule.at(step)
    const { feedback } = this.#schedule
    const lr =
      feedback === undefined || this.#plateau === undefined
        ? planned.lr
        : rateUnderFeedback(planned.lr, feedback, this.#plateau.state)
    return { ...planned, lr, weightDecay: weightDecayOf(this.#optimizer, lr, this.#launchLrMax) }
  }

  /** Takes the same schedule after an edit; the policy stays where it is. */
  edited(schedule: CompiledSchedule): void {
    this.#schedule = schedule
  }

  /** Shows the policy an epoch. @returns why the rate changed, in words, or undefined when it did not */
  observe(epoch: EpochResult): string | undefined {
    const { feedback } = this.#schedule
    if (feedback === undefined || this.#plateau === undefined) return undefined
    const before = this.#plateau.lr
    this.#plateau = this.#plateau.observe(epoch[feedback.metric])
    const after = this.#plateau.lr
    if (after === before) return undefined
    return `${feedback.metric} has not improved for more than ${feedback.patience} epochs: the rate goes from ${before} to ${after}`
  }
}

/** SGD's and RMSProp's momentum or Adam's beta1, as the spec sets it. */
export function momentumOf(optimizer: OptimizerSpec): number {
  return 'momentum' in optimizer ? optimizer.momentum : optimizer.beta1
}

/** The decay of a step at rate `lr`: the spec's own, or the share of it that `lr` is of the highest rate at launch. */
function weightDecayOf(optimizer: OptimizerSpec, lr: number, lrMax: number): number {
  if (optimizer.weightDecaySchedule === 'constant' || lrMax <= 0) return optimizer.weightDecay
  return (optimizer.weightDecay * lr) / lrMax
}

/** @throws UserError for a plateau on validation data where the spec keeps none */
export function checkFeedback(spec: RunSpec, schedule: CompiledSchedule, validationCount: number): void {
  const metric = schedule.feedback?.metric
  if (metric === undefined || metric === 'trainingLoss' || validationCount > 0) return
  throw new UserError(
    `While preparing the schedule: plateau watches ${metric}, but dataset.validation is ${spec.dataset.validation}, so there is no validation data; keep a part for validation or watch trainingLoss.`,
  )
}
