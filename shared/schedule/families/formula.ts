import { z } from 'zod'
import { UserError } from '../../errors.ts'
import { makeClock, timedByBudget, unitSteps } from '../clock.ts'
import { translateFormula } from '../export/formulaPython.ts'
import { timeIn, writeClock } from '../export/place.ts'
import { float } from '../export/python.ts'
import { parseFormula, variablesOf } from '../expression.ts'
import { defineFamily } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { rate, timed } from '../fields.ts'
import { rangeOf } from '../track.ts'

const schema = z.strictObject({
  kind: z.literal('formula'),
  expression: described(z.string().min(1).max(500), {
    label: 'Formula',
    help: 'For example base * (1 + cos(pi * u)) / 2',
  }),
  base: described(rate.default(0.1), {
    label: 'base',
    unit: 'rate',
    takes: 'scale',
    help: 'The value of base in the formula.',
  }),
  ...timed,
})

/** Steps tried for the range: all of a short run, else the first and last and evenly between. */
const probes = 4096

/**
 * The user's own formula for the rate. Variables: `t` the step (moved as `update` says), `T` the budget in steps, `u` t/T,
 * `epoch` t/K as a real number, `K` steps per epoch, `x` the time in `unit`, `base` the field of that name, and the
 * constants pi and e. Functions: see expression.ts. A result that is negative or not finite is the user's mistake, and
 * names the step: `compile` throws UserError when the formula cannot be parsed, `lr` and `range` where its value is no rate.
 */
export const formula = defineFamily({
  name: 'Formula',
  group: 'Feedback and own',
  about: 'Your own: t step, T budget, u = t/T, epoch, K steps per epoch, x time in the unit, base, pi, e.',
  schema,
  start: { expression: 'base * (1 + cos(pi * u)) / 2', base: 0.1 },
  peak: { field: 'base', of: () => undefined },
  compile(spec, context) {
    const clock = makeClock(spec.update, context)
    const unit = unitSteps(spec.unit, context)
    const evaluate = parseFormula(spec.expression)
    const { origin = 0 } = context
    const lr = (step: number): number => {
      const t = clock.position(step)
      const { horizon: T, stepsPerEpoch: K } = context
      const value = evaluate({ t, T, u: t / T, epoch: t / K, K, x: t / unit, base: spec.base })
      if (Number.isFinite(value) && value >= 0) return value
      throw new UserError(
        `While evaluating the schedule formula ${spec.expression}: the rate at step ${origin + step} must be a finite number of at least 0 (received ${value}); change the formula so that it holds for every step.`,
      )
    }
    return {
      lr,
      advance: (_, step) => lr(step),
      range: (steps) => rangeOf(...probeSteps(steps).map(lr)),
    }
  },
  /** The formula over floats, refusing what the compiled schedule refuses: a rate that is negative or not finite. */
  write(spec, place) {
    const { context, file } = place
    const { lines, position } = writeClock(spec.update, place)
    const { code, names } = translateFormula(spec.expression, file)
    const values = {
      t: `float(${position})`,
      T: float(context.horizon),
      u: `${position} / ${context.horizon}`,
      epoch: `${position} / ${context.stepsPerEpoch}`,
      K: float(context.stepsPerEpoch),
      x: `float(${timeIn(spec.unit, position, context)})`,
      base: float(spec.base),
    }
    return {
      rate: [
        ...lines,
        ...Object.entries(values).flatMap(([name, value]) => (names.has(name) ? [`${name} = ${value}`] : [])),
        `rate = ${code}`,
        'if not (math.isfinite(rate) and rate >= 0.0):',
        `    raise ValueError(f"the formula gives no rate at step {step}: {rate}")`,
        'return rate',
      ],
    }
  },
  label: (spec) => `Formula ${spec.expression}`,
  summary: (spec) => `the formula ${spec.expression}`,
  handles: () => [],
  rescale({ expression, unit }, share) {
    // u, the part of the budget, follows by itself, as x does where it is that part.
    const times = unit === 'budget' ? 't|T|epoch' : 't|T|epoch|x'
    return { expression: expression.replace(new RegExp(`\\b(${times})\\b`, 'g'), `($1 / ${share})`) }
  },
  readsBudget(spec) {
    const used = variablesOf(spec.expression)
    const byUnit = spec.unit === 'budget' && used.has('x')
    return used.has('T') || used.has('u') || byUnit || timedByBudget({ update: spec.update })
  },
  presets: [],
})

function probeSteps(steps: number): number[] {
  const count = Math.min(probes, steps)
  if (count === 1) return [0]
  return Array.from({ length: count }, (_, i) => Math.round((i * (steps - 1)) / (count - 1)))
}
