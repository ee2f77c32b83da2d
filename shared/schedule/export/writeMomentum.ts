import type { MomentumSpec } from '../momentum.ts'
import type { RateRange } from '../track.ts'
import type { Place } from './place.ts'
import { between, float, steps } from './python.ts'

/** @param rate the function that gives the schedule's rate · @param range of that rate */
export function writeMomentum(
  spec: MomentumSpec,
  rate: string,
  { lrMin, lrMax }: RateRange,
  { context }: Place,
): string[] {
  switch (spec.curve) {
    case 'constant':
      return [`return ${float(spec.value)}`]
    case 'inverse': {
      if (lrMax === lrMin) return [`return ${float(spec.high)}`]
      const above = lrMin === 0 ? `${rate}(step)` : `(${rate}(step) - ${float(lrMin)})`
      return [`return ${clampedMomentum(spec, `(${above} / ${float(lrMax - lrMin)})`)}`]
    }
    case 'demon': {
      const held = spec.delay * context.horizon
      const left = context.horizon - held
      if (left <= 0) return [`return ${float(spec.init)} if step < ${steps(held)} else 0.0`]
      const since = held === 0 ? 'step' : `max(0.0, step - ${steps(held)})`
      return [
        `z = max(0.0, 1 - ${since} / ${steps(left)})`,
        `return ${between(0, spec.init, 'z')} / (${float(1 - spec.init)} + ${float(spec.init)} * z)`,
      ]
    }
  }
}

/** The momentum against a height in Python, kept between its ends where the rate goes beyond its own. */
export function clampedMomentum({ low, high }: { low: number; high: number }, height: string): string {
  return `min(${float(high)}, max(${float(low)}, ${float(high)} - ${float(high - low)} * ${height}))`
}
