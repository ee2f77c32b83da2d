import { compileSchedule } from '../compile.ts'
import type { ScheduleEdit } from '../edits.ts'
import type { SchedulePlan } from '../plan.ts'
import type { ScheduleSpec } from '../spec.ts'
import { huggingFace } from './scriptSchedulers.ts'
import { timm } from './timmSchedulers.ts'

/** A scheduler of a training script, as its arguments select it. */
export interface ScriptScheduler {
  /** As the script takes them. */
  readonly text: string
  readonly rate: (step: number) => number
}

/** What may be told from a schedule to guess arguments by. */
export interface Shape {
  readonly totalSteps: number
  readonly stepsPerEpoch: number
  /** The highest rate. */
  readonly highest: number
  /** The steps before the first of them. */
  readonly warmup: number
  /** Numbers of the spec, any of which may be an argument. */
  readonly numbers: readonly number[]
}

export interface ScriptArguments {
  readonly script: string
  /** Arguments that give the rate of every step; undefined where none do. */
  readonly text: string | undefined
}

/** Relative to the highest rate. */
const tolerance = 1e-6

const scripts = { 'Hugging Face Transformers': huggingFace, timm } as const

/**
 * Arguments of well-known training scripts that give this schedule's rate at every step of the plan, to a part in a million of
 * the highest rate. Only what agrees is given: their formulas are computed here and compared.
 * @throws UserError where compileSchedule does
 */
export function scriptArguments(
  spec: ScheduleSpec,
  plan: SchedulePlan,
  edits: readonly ScheduleEdit[] = [],
): ScriptArguments[] {
  const compiled = compileSchedule(spec, plan, edits)
  const rates = Float64Array.from({ length: compiled.totalSteps }, (_, step) => compiled.at(step).lr)
  const movesMomentum = compiled.at(0).momentum !== undefined
  const highest = rates.reduce((most, rate) => Math.max(most, rate), 0)
  const shape: Shape = {
    totalSteps: compiled.totalSteps,
    stepsPerEpoch: plan.stepsPerEpoch,
    highest,
    warmup: rates.indexOf(highest),
    numbers: numbersIn(spec),
  }
  const agrees = ({ rate }: ScriptScheduler): boolean =>
    rates.every((wanted, step) => Math.abs(rate(step) - wanted) <= tolerance * highest)
  return Object.entries(scripts).map(([script, candidates]) => ({
    script,
    text: movesMomentum || compiled.feedback !== undefined ? undefined : candidates(shape).find(agrees)?.text,
  }))
}

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (typeof value !== 'object' || value === null) return []
  return [...new Set(Object.values(value).flatMap(numbersIn))]
}
