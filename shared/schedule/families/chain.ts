import { z } from 'zod'
import { common, rate, showRate } from '../fields.ts'
import type { MomentumSpec } from '../momentum.ts'
import type { Context, Track } from '../track.ts'
import { recursiveProduct } from './chainRecursion.ts'

/**
 * lr times the product of `factors`, which are schedules run side by side, usually with rates around 1. Cycles and
 * momentum are those of the first factor that has them. `combine: 'recursive'` repeats PyTorch's ChainedScheduler, which
 * differs from the product where a factor is not multiplicative; see chainRecursion.ts. A recursion with a cosine may go
 * below 0, where every step would climb the loss: that is refused, unless `negative: 'keep'` asks for PyTorch's numbers.
 */
export interface ChainSpec<Child> {
  kind: 'chain'
  lr: number
  factors: Child[]
  combine: 'product' | 'recursive'
  /** How often the recursion ticks; the product does not need it. */
  tick: 'step' | 'epoch'
  negative: 'refuse' | 'keep'
  momentum?: MomentumSpec | undefined
}

export const chainSpec = <Child>(child: z.ZodType<Child>) =>
  z.strictObject({
    kind: z.literal('chain'),
    lr: rate,
    factors: z.array(child).min(1).max(16),
    combine: z.enum(['product', 'recursive']).default('product'),
    tick: z.enum(['step', 'epoch']).default('step'),
    negative: z.enum(['refuse', 'keep']).default('refuse'),
    ...common,
  })

export function compileChain<Child>(
  spec: ChainSpec<Child>,
  context: Context,
  compile: (spec: Child, context: Context) => Track,
): Track {
  const tracks = spec.factors.map((factor) => compile(factor, context))
  const product = (values: number[]): number => values.reduce((all, value) => all * value, spec.lr)
  const momentum = tracks.find((track) => track.momentum !== undefined)?.momentum
  const cycleAt = tracks.find((track) => track.cycleAt !== undefined)?.cycleAt
  const stepsPerTick = spec.tick === 'epoch' ? context.stepsPerEpoch : 1
  const recursive =
    spec.combine === 'recursive'
      ? recursiveProduct(tracks, { base: spec.lr, stepsPerTick, mayBeNegative: spec.negative === 'keep' })
      : undefined
  return {
    lr: recursive?.lr ?? ((step) => tracks.reduce((all, track) => all * track.lr(step), spec.lr)),
    ...(momentum && { momentum }),
    ...(cycleAt && { cycleAt }),
    range(steps) {
      if (recursive !== undefined) return recursive.range(steps)
      const ranges = tracks.map((track) => track.range(steps))
      return { lrMin: product(ranges.map((r) => r.lrMin)), lrMax: product(ranges.map((r) => r.lrMax)) }
    },
    text: (steps) => `${showRate(spec.lr)} times ${tracks.map((track) => track.text(steps)).join(' times ')}`,
  }
}
