import { z } from 'zod'
import { UserError } from '../../errors.ts'
import { makeClock, unitSteps } from '../clock.ts'
import { parseFormula } from '../expression.ts'
import { rate, timed } from '../fields.ts'
import { type Context, rangeOf, type Track } from '../track.ts'

/**
 * The user's own formula for the rate. Variables: `t` the step (moved as `update` says), `T` the budget in steps, `u` t/T,
 * `epoch` t/K as a real number, `K` steps per epoch, `x` the time in `unit`, `base` the field of that name, and the
 * constants pi and e. Functions: see expression.ts. A result that is negative or not finite is the user's mistake, and
 * names the step.
 */
export const formulaSpec = z.strictObject({
  kind: z.literal('formula'),
  expression: z.string().min(1).max(500),
  base: rate.default(0.1),
  ...timed,
})

type FormulaSpec = z.infer<typeof formulaSpec>

/** Steps tried for the range: all of a short run, else the first and last and evenly between. */
const probes = 4096

/** @throws UserError when the formula cannot be parsed; `lr` and `range` throw it where its value is no rate */
export function compileFormula(spec: FormulaSpec, context: Context): Track {
  const clock = makeClock(spec.update, context)
  const unit = unitSteps(spec.unit, context)
  const evaluate = parseFormula(spec.expression)
  const lr = (step: number): number => {
    const t = clock.position(step)
    const { horizon: T, stepsPerEpoch: K } = context
    const value = evaluate({ t, T, u: t / T, epoch: t / K, K, x: t / unit, base: spec.base })
    if (Number.isFinite(value) && value >= 0) return value
    throw new UserError(
      `While evaluating the schedule formula ${spec.expression}: the rate at step ${step} must be a finite number of at least 0 (received ${value}); change the formula so that it holds for every step.`,
    )
  }
  return {
    lr,
    advance: (_, step) => lr(step),
    range: (steps) => rangeOf(...probeSteps(steps).map(lr)),
    text: () => `the formula ${spec.expression}`,
  }
}

function probeSteps(steps: number): number[] {
  const count = Math.min(probes, steps)
  if (count === 1) return [0]
  return Array.from({ length: count }, (_, i) => Math.round((i * (steps - 1)) / (count - 1)))
}
