import { z } from 'zod'
import type { Context } from './track.ts'

/**
 * The unit of every length in a spec: optimizer steps, epochs (may be fractional), or fractions of the budget.
 */
export const unitField = z.enum(['step', 'epoch', 'budget']).default('epoch')
export type Unit = z.infer<typeof unitField>

const stepCount = z.int().min(1).max(1e9)

/**
 * When the rate is computed anew ("sampling rate" in REX, Chen, Wolfe and Kyrillidis, arXiv 2107.04197); in between it
 * keeps its last value. `every` counts steps; `atFractions` are parts of the budget, each taking effect on the first
 * step at or past it; `atSteps` are the steps themselves.
 */
export const updateField = z
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
export type Update = z.infer<typeof updateField>

/** Steps in one unit of length. */
export function unitSteps(unit: Unit, context: Context): number {
  if (unit === 'step') return 1
  return unit === 'epoch' ? context.stepsPerEpoch : context.horizon
}

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

function everySteps(every: number): Clock {
  return {
    position: (step) => every * Math.floor(step / every),
    firstStepAt: (position) => every * Math.ceil(snap(position) / every),
  }
}

function atSteps(sorted: readonly number[]): Clock {
  return {
    position: (step) => sorted[countAtMost(sorted, step) - 1] ?? 0,
    firstStepAt: (position) => sorted.find((step) => step >= position) ?? Number.POSITIVE_INFINITY,
  }
}

/** How many entries of an ascending list are at most `value`. */
export function countAtMost(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) <= value) low = middle + 1
    else high = middle
  }
  return low
}

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
