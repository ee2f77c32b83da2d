import { z } from 'zod'
import { makeClock, updateField } from '../clock.ts'
import { writeClock } from '../export/place.ts'
import { float } from '../export/python.ts'
import { defineFamily } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { common, showRate } from '../fields.ts'
import { aboveZero, firstRate, rateHandle, scaled } from '../handles.ts'
import { type Context, rangeOf } from '../track.ts'

const spectrum = z.number().positive().max(1e9)
const maxPeriod = 2 ** 20

const schema = z
  .strictObject({
    kind: z.literal('fractal'),
    m: described(spectrum, { label: 'Least m', help: 'The least curvature the steps are made for.' }),
    M: described(spectrum, { label: 'Most M', help: 'The greatest curvature the steps are made for.' }),
    period: described(
      z
        .int()
        .min(1)
        .max(maxPeriod)
        .refine((p) => Number.isInteger(Math.log2(p)), { error: 'must be a power of two' })
        .optional(),
      { label: 'Period', unit: 'steps', empty: 'largest that fits', help: 'A power of two; it repeats.' },
    ),
    order: described(
      z.enum(['fractal', 'natural', 'reversedFractal', 'reversedNatural']).default('fractal'),
      {
        label: 'Order',
        help: 'The order in which the step sizes come.',
        options: {
          fractal: { label: 'fractal', help: 'Large and small steps in balance, the largest first.' },
          natural: { label: 'natural', help: 'From the largest step to the smallest.' },
          reversedFractal: { label: 'fractal, reversed', help: 'The fractal order from its end.' },
          reversedNatural: { label: 'natural, reversed', help: 'From the smallest step to the largest.' },
        },
      },
    ),
    scale: described(z.number().positive().max(1e6).default(1), {
      label: 'Scale',
      takes: 'scale',
      help: 'What every rate is multiplied with.',
    }),
    update: updateField,
    ...common,
  })
  .refine((s) => s.m <= s.M, { path: ['m'], error: 'must be at most M' })

type FractalSpec = z.infer<typeof schema>

/**
 * Fractal schedules (Agarwal, Goel and Zhang, arXiv 2103.01338): step sizes scale/γ_j at the Chebyshev nodes of [m, M],
 * γ_j = (M+m)/2 - (M-m)/2·cos((j-1/2)π/P), j = 1..P, visited in the fractal permutation σ_P (σ_1 = [1], σ_2n interlaces
 * σ_n with 2n+1-σ_n), which keeps large and small steps in balance. The period P is a power of two, by default the
 * largest that fits the budget; longer runs repeat it. Single steps may raise the loss by design.
 */
export const fractal = defineFamily({
  name: 'Fractal',
  group: 'Cycles',
  about: 'Chebyshev steps in fractal order; single steps may raise the loss by design.',
  schema,
  start: { m: 0.05, M: 1, scale: 0.01 },
  compile(spec, context) {
    const clock = makeClock(spec.update, context)
    const period = periodOf(spec, context)
    const node = nodesOf(spec, period)
    const order = spec.order.endsWith('atural')
      ? (i: number) => i + 1
      : (i: number) => fractalOrder(i, period)
    const reversed = spec.order.startsWith('reversed')
    return {
      lr(step) {
        const i = clock.position(step) % period
        return node(order(reversed ? period - 1 - i : i))
      },
      range: () => rangeOf(node(1), node(period)),
    }
  },
  write(spec, place) {
    const period = periodOf(spec, place.context)
    const { lines, position } = writeClock(spec.update, place)
    const reversed = spec.order.startsWith('reversed')
    const i = reversed ? `${period - 1} - ${position} % ${period}` : `${position} % ${period}`
    const { m, M, scale } = spec
    const cosine = `math.cos((j - 0.5) * math.pi / ${period})`
    return {
      rate: [
        ...lines,
        `i = ${i}`,
        ...(spec.order.endsWith('atural') ? ['j = i + 1'] : permutationLines(period)),
        `return ${float(scale)} / (${float((M + m) / 2)} - ${float((M - m) / 2)} * ${cosine})`,
      ],
    }
  },
  label: () => 'Fractal',
  summary(spec, context) {
    const period = periodOf(spec, context)
    const node = nodesOf(spec, period)
    return `fractal Chebyshev steps between ${showRate(node(period))} and ${showRate(node(1))}, period ${period}`
  },
  handles(spec, place) {
    const first = firstRate(place)
    if (first <= 0) return []
    const measure = { ...scaled(first / spec.scale), least: aboveZero }
    return [rateHandle(place, 'scale', 'Scale', spec.scale, place.start, measure)]
  },
  rescale: ({ period }, share) =>
    period === undefined ? {} : { period: 2 ** Math.floor(Math.log2(Math.max(1, period * share))) },
  readsBudget: ({ period, update }) =>
    period === undefined || (typeof update === 'object' && 'atFractions' in update),
  presets: [
    {
      id: 'fractal',
      name: 'Fractal',
      source: 'Agarwal, Goel and Zhang, arXiv 2103.01338',
      note: 'Chebyshev steps from 0.01 to 0.2 in fractal order; single steps may raise the loss by design.',
      spec: { m: 0.05, M: 1, scale: 0.01 },
    },
  ],
})

/** The step size at node `j`, from 1 to the period. */
const nodesOf =
  ({ m, M, scale }: FractalSpec, period: number) =>
  (j: number): number =>
    scale / ((M + m) / 2 - ((M - m) / 2) * Math.cos(((j - 0.5) * Math.PI) / period))

/** The period in updates: the largest that fits the budget unless the spec gives one. */
function periodOf(spec: FractalSpec, context: Context): number {
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

/** The same in Python: an odd entry of a doubling mirrors the one at half its place. */
function permutationLines(period: number): string[] {
  const doublings = Math.log2(period)
  return [
    'j = 1',
    `for doubling in range(1, ${doublings + 1}):`,
    `    if i >> (${doublings} - doubling) & 1:`,
    '        j = (1 << doubling) + 1 - j',
  ]
}
