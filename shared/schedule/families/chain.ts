import { z } from 'zod'
import { common, rate, showRate } from '../fields.ts'
import type { MomentumSpec } from '../momentum.ts'
import type { ScheduleSpec } from '../spec.ts'
import type { Context, Track } from '../track.ts'

/**
 * lr times the product of `factors`, which are schedules run side by side, usually with rates around 1 (PyTorch's
 * ChainedScheduler). Cycles and momentum are those of the first factor that has them.
 */
export interface ChainSpec {
  kind: 'chain'
  lr: number
  factors: ScheduleSpec[]
  momentum?: MomentumSpec | undefined
}

export const chainSpec = (child: z.ZodType<ScheduleSpec>) =>
  z.strictObject({
    kind: z.literal('chain'),
    lr: rate,
    factors: z.array(child).min(1).max(16),
    ...common,
  })

export function compileChain(
  spec: ChainSpec,
  context: Context,
  compile: (spec: ScheduleSpec, context: Context) => Track,
): Track {
  const tracks = spec.factors.map((factor) => compile(factor, context))
  const product = (values: number[]): number => values.reduce((all, value) => all * value, spec.lr)
  const momentum = tracks.find((track) => track.momentum !== undefined)?.momentum
  const cycleAt = tracks.find((track) => track.cycleAt !== undefined)?.cycleAt
  return {
    lr: (step) => tracks.reduce((all, track) => all * track.lr(step), spec.lr),
    ...(momentum && { momentum }),
    ...(cycleAt && { cycleAt }),
    range: {
      lrMin: product(tracks.map((track) => track.range.lrMin)),
      lrMax: product(tracks.map((track) => track.range.lrMax)),
    },
    text: `${showRate(spec.lr)} times ${tracks.map((track) => track.text).join(' times ')}`,
  }
}
