import { z } from 'zod'
import { makeClock, updateField } from '../clock.ts'
import { common, rate, showRate } from '../fields.ts'
import { clamp01 } from '../restarts.ts'
import { type Context, rangeOf, type Track } from '../track.ts'

/**
 * 1cycle (Smith and Topin, arXiv 1708.07120; Smith, arXiv 1803.09820): lrMax/divFactor up to lrMax over the first
 * `pctStart` of the budget, then down to lrMax/divFactor/finalDivFactor. `phases: 3` is the paper's form: down to the
 * initial rate first, as long as the rise, then the annihilation; 2 goes straight down (fastai, PyTorch's default).
 * Momentum of curve `inverse` goes against the rate over the same phases and stays high during the annihilation.
 *
 * Phase ends are PyTorch's: pctStart·T - 1 and so on as real numbers, so that the peak falls between two steps unless
 * pctStart·T is whole, and a rise shorter than one step is skipped.
 */
export const oneCycleSpec = z.strictObject({
  kind: z.literal('oneCycle'),
  lrMax: rate,
  divFactor: z.number().positive().max(1e12).default(25),
  finalDivFactor: z.number().positive().max(1e12).default(1e4),
  pctStart: z.number().min(0).max(1).default(0.3),
  anneal: z.enum(['cosine', 'linear']).default('cosine'),
  phases: z.union([z.literal(2), z.literal(3)], { error: 'must be 2 or 3' }).default(2),
  update: updateField,
  ...common,
})

type OneCycleSpec = z.infer<typeof oneCycleSpec>

interface Phase {
  end: number
  lr: readonly [from: number, to: number]
  momentum: readonly [from: number, to: number]
}

export function compileOneCycle(spec: OneCycleSpec, context: Context): Track {
  const clock = makeClock(spec.update, context)
  const initial = spec.lrMax / spec.divFactor
  const lowest = initial / spec.finalDivFactor
  const momentum = spec.momentum?.curve === 'inverse' ? spec.momentum : undefined
  const phases = phasesOf(spec, context.horizon, momentum ?? { low: 0, high: 0 })
  const blend =
    spec.anneal === 'cosine' ? (q: number) => (1 + Math.cos(Math.PI * q)) / 2 : (q: number) => 1 - q
  const value = (step: number, key: 'lr' | 'momentum'): number => {
    const position = clock.position(step)
    const at = phases.findIndex((phase) => position <= phase.end)
    const index = at < 0 ? phases.length - 1 : at
    const phase = phases[index]
    if (phase === undefined) throw new Error('a 1cycle schedule has phases')
    const start = phases[index - 1]?.end ?? 0
    // A phase of no length is over when it begins.
    const q = phase.end > start ? clamp01((position - start) / (phase.end - start)) : 1
    const [from, to] = phase[key]
    return to + (from - to) * blend(q)
  }
  return {
    lr: (step) => value(step, 'lr'),
    ...(momentum === undefined ? {} : { momentum: (step: number) => value(step, 'momentum') }),
    range: () => rangeOf(initial, spec.lrMax, lowest),
    text: () =>
      `1cycle in ${spec.phases} phases: ${showRate(initial)} up to ${showRate(spec.lrMax)}, down to ${showRate(lowest)}`,
  }
}

export function phasesOf(
  spec: OneCycleSpec,
  steps: number,
  momentum: { low: number; high: number },
): Phase[] {
  const { low, high } = momentum
  const initial = spec.lrMax / spec.divFactor
  const lowest = initial / spec.finalDivFactor
  const rise: Phase = {
    end: spec.pctStart * steps - 1,
    lr: [initial, spec.lrMax],
    momentum: [high, low],
  }
  if (spec.phases === 2) {
    return [rise, { end: steps - 1, lr: [spec.lrMax, lowest], momentum: [low, high] }]
  }
  return [
    rise,
    { end: 2 * spec.pctStart * steps - 2, lr: [spec.lrMax, initial], momentum: [low, high] },
    { end: steps - 1, lr: [initial, lowest], momentum: [high, high] },
  ]
}
