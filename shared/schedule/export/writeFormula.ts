import type { z } from 'zod'
import type { formulaSpec } from '../families/formula.ts'
import { translateFormula } from './formulaPython.ts'
import { type Family, type Place, timeIn, writeClock } from './place.ts'
import { float } from './python.ts'

/** The formula over floats, refusing what the compiled schedule refuses: a rate that is negative or not finite. */
export function writeFormula(spec: z.infer<typeof formulaSpec>, place: Place): Family {
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
}
