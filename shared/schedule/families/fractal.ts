import { z } from 'zod'
import { makeClock, updateField } from '../clock.ts'
import { common, showRate } from '../fields.ts'
import { type Context, rangeOf, type Track } from '../track.ts'

const spectrum = z.number().positive().max(1e9)
const maxPeriod = 2 ** 20

/**
 * Fractal schedules (Agarwal, Goel and Zhang, arXiv 2103.01338): step sizes scale/γ_j at the Chebyshev nodes of [m, M],
 * γ_j = (M+m)/2 - (M-m)/2·cos((j-1/2)π/P), j = 1..P, visited in the fractal permutation σ_P (σ_1 = [1], σ_2n interlaces
 * σ_n with 2n+1-σ_n), which keeps large and small steps in balance. The period P is a power of two, by default the
 * largest that fits the budget; longer runs repeat it. Single steps may raise the loss by design.
 */
export const fractalSpec = z
  .strictObject({
    kind: z.literal('fractal'),
    m: spectrum,
    M: spectrum,
    period: z
      .int()
      .min(1)
      .max(maxPeriod)
      .refine((p) => Number.isInteger(Math.log2(p)), { error: 'must be a power of two' })
      .optional(),
    order: z.enum(['fractal', 'natural', 'reversedFractal', 'reversedNatural']).default('fractal'),
    scale: z.number().positive().max(1e6).default(1),
    update: updateField,
    ...common,
  })
  .refine((s) => s.m <= s.M, { path: ['m'], error: 'must be at most M' })

export function compileFractal(spec: z.infer<typeof fractalSpec>, context: Context): Track {
  const clock = makeClock(spec.update, context)
  const period = periodOf(spec, context)
  const node = (j: number): number =>
    spec.scale / ((spec.M + spec.m) / 2 - ((spec.M - spec.m) / 2) * Math.cos(((j - 0.5) * Math.PI) / period))
  const order = spec.order.endsWith('atural') ? (i: number) => i + 1 : (i: number) => fractalOrder(i, period)
  const reversed = spec.order.startsWith('reversed')
  return {
    lr(step) {
      const i = clock.position(step) % period
      return node(order(reversed ? period - 1 - i : i))
    },
    range: () => rangeOf(node(1), node(period)),
    text: () =>
      `fractal Chebyshev steps between ${showRate(node(period))} and ${showRate(node(1))}, period ${period}`,
  }
}

/** The period in updates: the largest that fits the budget unless the spec gives one. */
export function periodOf(spec: { period?: number | undefined }, context: Context): number {
  return spec.period ?? Math.min(maxPeriod, 2 ** Math.floor(Math.log2(context.horizon)))
}

/**
 * Entry `i` (from 0) of σ_period (values from 1), by undoing the interlacing: an odd entry of σ_2n mirrors the entry of
 * σ_n at half its place. At most 20 rounds.
 */
function fractalOrder(i: number, period: number): number {
  const mirrors: number[] = []
  for (let size = period, at = i; size > 1; size /= 2, at >>= 1) {
    mirrors.push(at % 2 === 1 ? size + 1 : 0)
  }
  return mirrors.reduceRight((value, mirror) => (mirror > 0 ? mirror - value : value), 1)
}
