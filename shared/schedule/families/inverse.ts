import { z } from 'zod'
import { makeClock, unitSteps } from '../clock.ts'
import { length, rate, showRate, timed } from '../fields.ts'
import { type Context, rangeOf, type Track } from '../track.ts'
import { plural } from '../words.ts'

/** lr / (1 + k·x), x the time in `unit` (Robbins and Monro's 1/t decay; Keras's InverseTimeDecay). */
export const inverseTimeSpec = z.strictObject({
  kind: z.literal('inverseTime'),
  lr: rate,
  k: z.number().min(0).max(1e6),
  ...timed,
})

/** lr·√(timescale / max(x + offset, 1)), x the time in `unit`: 1/√(x+1) by default. */
export const inverseSqrtSpec = z.strictObject({
  kind: z.literal('inverseSqrt'),
  lr: rate,
  timescale: length.default(1),
  offset: z.number().min(0).max(1e9).default(1),
  ...timed,
})

/**
 * lr·min((x+1)^-0.5, (x+1)·warmup^-1.5): the Transformer's schedule (Vaswani et al., arXiv 1706.03762, equation 3) with
 * lr = d_model^-0.5.
 */
export const noamSpec = z.strictObject({ kind: z.literal('noam'), lr: rate, warmup: length, ...timed })

const times = { step: 'steps', epoch: 'epochs', budget: 'the part of the budget' } as const

export function compileInverseTime(spec: z.infer<typeof inverseTimeSpec>, context: Context): Track {
  const time = timeOf(spec, context)
  const lr = (step: number): number => spec.lr / (1 + spec.k * time(step))
  return {
    lr,
    range: (steps) => rangeOf(spec.lr, lr(steps - 1)),
    text: () => `rate ${showRate(spec.lr)} divided by 1 + ${showRate(spec.k)} × ${times[spec.unit]}`,
  }
}

export function compileInverseSqrt(spec: z.infer<typeof inverseSqrtSpec>, context: Context): Track {
  const time = timeOf(spec, context)
  const lr = (step: number): number =>
    spec.lr * Math.sqrt(spec.timescale / Math.max(time(step) + spec.offset, 1))
  return {
    lr,
    range: (steps) => rangeOf(lr(0), lr(steps - 1)),
    text: () => `inverse square root decay from ${showRate(lr(0))}`,
  }
}

export function compileNoam(spec: z.infer<typeof noamSpec>, context: Context): Track {
  const time = timeOf(spec, context)
  const lr = (step: number): number => {
    const x = time(step) + 1
    return spec.lr * Math.min(x ** -0.5, x * spec.warmup ** -1.5)
  }
  return {
    lr,
    range: (steps) => rangeOf(lr(0), lr(steps - 1), spec.lr * Math.max(1, spec.warmup) ** -0.5),
    text: () => `Noam schedule: warm-up of ${plural(spec.warmup, spec.unit)}, then inverse square root decay`,
  }
}

function timeOf(spec: Pick<z.infer<typeof noamSpec>, 'unit' | 'update'>, context: Context) {
  const clock = makeClock(spec.update, context)
  const unit = unitSteps(spec.unit, context)
  return (step: number): number => clock.position(step) / unit
}
