import { z } from 'zod'
import { described } from './fieldMeta.ts'
import type { Context, Track } from './track.ts'

const coefficient = z.number().min(0).lt(1)

const inverse = z
  .strictObject({ curve: z.literal('inverse'), low: coefficient, high: coefficient })
  .refine((m) => m.low <= m.high, { path: ['low'], error: 'must be at most high' })

/**
 * SGD's momentum, or Adam's beta1, beside the learning rate. It stays below 1, where no step would ever be forgotten.
 * - `constant`
 * - `inverse`: `high` at the schedule's lowest rate, `low` at its highest, linear in the rate between (Smith, arXiv
 *   1803.09820, section 4.3), and at these ends where a run goes on past its first budget to rates beyond. 1cycle and
 *   cyclical schedules follow their own phases, as in PyTorch.
 * - `demon`: held for `delay` (a fraction of the budget), then init·z/((1-init)+init·z) with z falling linearly from 1 to
 *   0 at the end of the budget (Chen, Wolfe, Li and Kyrillidis, "Demon", arXiv 1910.04952).
 */
export const momentumSpec = z.discriminatedUnion('curve', [
  z.strictObject({ curve: z.literal('constant'), value: coefficient }),
  inverse,
  z.strictObject({
    curve: z.literal('demon'),
    init: coefficient,
    delay: z.number().min(0).max(1).default(0),
  }),
])
export const momentumField = described(momentumSpec.optional(), {
  label: 'Momentum',
  isFine: true,
  help: 'SGD’s momentum, or Adam’s beta1, beside the rate.',
  empty: 'the optimizer’s',
  control: 'momentum',
})
export type MomentumSpec = z.infer<typeof momentumSpec>

/** Whether the momentum of any step depends on how long the budget is: of `inverse` the ends of the rate do. */
export const momentumReadsBudget = (spec: MomentumSpec | undefined): boolean =>
  spec !== undefined && spec.curve !== 'constant'

/** `track` with the momentum of `spec`, unless the family already made its own of it. */
export function withMomentum(track: Track, spec: MomentumSpec | undefined, context: Context): Track {
  if (spec === undefined || track.momentum !== undefined) return track
  return { ...track, momentum: momentumCurve(spec, track, context) }
}

function momentumCurve(spec: MomentumSpec, track: Track, context: Context): (step: number) => number {
  switch (spec.curve) {
    case 'constant':
      return () => spec.value
    case 'inverse': {
      const { lrMin, lrMax } = track.range(context.horizon)
      if (lrMax === lrMin) return () => spec.high
      return (step) => inverseMomentum(spec, (track.lr(step) - lrMin) / (lrMax - lrMin))
    }
    case 'demon': {
      const held = spec.delay * context.horizon
      return (step) => {
        const z = step < held ? 1 : step >= context.horizon ? 0 : 1 - (step - held) / (context.horizon - held)
        return (spec.init * z) / (1 - spec.init + spec.init * z)
      }
    }
  }
}

/** @param height of the rate between its lowest, 0, and its highest, 1; past these the momentum stays where it is */
export function inverseMomentum({ low, high }: { low: number; high: number }, height: number): number {
  return Math.min(high, Math.max(low, high - (high - low) * height))
}
