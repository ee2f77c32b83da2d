import { bisectLeft, bisectRight } from 'd3-array'
import { z } from 'zod'
import { described } from './fieldMeta.ts'
import type { Context } from './track.ts'

/**
 * The unit of every length in a spec: optimizer steps, epochs (may be fractional), or fractions of the budget.
 */
export const unitField = described(z.enum(['step', 'epoch', 'budget']).default('epoch'), {
  label: 'Lengths in',
  isFine: true,
  help: 'The unit of every length of this schedule.',
  options: {
    epoch: { label: 'epochs', help: 'A length of 1 is one pass over the training data.' },
    step: { label: 'steps', help: 'A length of 1 is one optimizer step.' },
    budget: { label: 'the budget', help: 'A length of 0.5 is half of the run.' },
  },
})
export type Unit = z.infer<typeof unitField>

const stepCount = z.int().min(1).max(1e9)

/**
 * When the rate is computed anew ("sampling rate" in REX, Chen, Wolfe and Kyrillidis, arXiv 2107.04197); in between it
 * keeps its last value. `every` counts steps; `atFractions` are parts of the budget, each taking effect on the first
 * step at or past it; `atSteps` are the steps themselves.
 */
const update = z
  .union(
    [
      z.enum(['step', 'epoch']),
      z.strictObject({ every: stepCount }),
      z.strictObject({ atFractions: z.array(z.number().min(0).max(1)).max(1000) }),
      z.strictObject({ atSteps: z.array(z.int().min(0).max(1e9)).max(1000) }),
    ],
    {
      error:
        'must be "step", "epoch", { "every": whole steps from 1 }, { "atFractions": up to 1000 numbers from 0 to 1 } ' +
        'or { "atSteps": up to 1000 whole steps }',
    },
  )
  .default('step')
export const updateField = described(update, {
  label: 'Rate moves',
  isFine: true,
  help: 'The sampling rate: when the rate is computed anew; in between it keeps its value.',
  control: 'update',
})
export type Update = z.infer<typeof updateField>

/** Steps in one unit of length. */
export function unitSteps(unit: Unit, context: Context): number {
  if (unit === 'step') return 1
  return unit === 'epoch' ? context.stepsPerEpoch : context.horizon
}

/** The time at a step, counted in the spec's unit and moving as its `update` says. */
export function timeBy(
  { unit, update }: { unit: Unit; update: Update },
  context: Context,
): (step: number) => number {
  const clock = makeClock(update, context)
  const size = unitSteps(unit, context)
  return (step) => clock.position(step) / size
}

/** Times in the spec's unit as ascending positions in steps. */
export function inSteps(times: readonly number[], unit: Unit, context: Context): number[] {
  return times.map((time) => snap(time * unitSteps(unit, context))).sort((a, b) => a - b)
}

/** Whether a length in this unit, or a rate moved in this way, depends on how long the budget is. */
export const timedByBudget = ({ unit, update }: { unit?: Unit; update?: Update }): boolean =>
  unit === 'budget' || (typeof update === 'object' && 'atFractions' in update)

/** The step axis as a schedule sees it: positions are in steps, moving only when the rate is computed anew. */
export interface Clock {
  position(step: number): number
  /** The first step whose position is at or past `position`. */
  firstStepAt(position: number): number
}

export function makeClock(update: Update, context: Context): Clock {
  if (update === 'step') return everySteps(1)
  if (update === 'epoch') return everySteps(context.stepsPerEpoch)
  if ('every' in update) return everySteps(update.every)
  return atSteps(listedSteps(update, context))
}

/** The steps at which the rate is computed anew where an update lists them, from 0, ascending. */
export function listedSteps(
  update: Extract<Update, { atSteps: unknown } | { atFractions: unknown }>,
  context: Context,
): number[] {
  const steps =
    'atSteps' in update ? update.atSteps : update.atFractions.map((part) => snapCeil(part * context.horizon))
  return [0, ...steps].sort((a, b) => a - b)
}

/** A clock that stands one step behind another. */
export function oneStepLate(clock: Clock): Clock {
  return {
    position: (step) => clock.position(Math.max(0, step - 1)),
    firstStepAt: (position) => (position <= 0 ? 0 : clock.firstStepAt(position) + 1),
  }
}

function everySteps(every: number): Clock {
  return {
    position: (step) => every * Math.floor(step / every),
    firstStepAt: (position) => every * Math.ceil(snap(position) / every),
  }
}

function atSteps(sorted: readonly number[]): Clock {
  return {
    position: (step) => sorted[countAtMost(sorted, step) - 1] ?? 0,
    firstStepAt: (position) => sorted[bisectLeft(sorted, position)] ?? Number.POSITIVE_INFINITY,
  }
}

/** How many entries of an ascending list are at most `value`. */
export const countAtMost = (sorted: readonly number[], value: number): number => bisectRight(sorted, value)

/**
 * `value` moved onto the nearest whole number where it lies within rounding of it, so that 10 × 1.1 is step 11 and a
 * restart planned for it does not come one step late.
 */
export function snap(value: number): number {
  const nearest = Math.round(value)
  const rounding = Math.min(1e-3, 1e-9 * Math.max(1, Math.abs(value)))
  return Math.abs(value - nearest) <= rounding ? nearest : value
}

export const snapFloor = (value: number): number => Math.floor(snap(value))
const snapCeil = (value: number): number => Math.ceil(snap(value))
