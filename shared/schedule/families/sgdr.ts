import { z } from 'zod'
import { type Clock, makeClock, unitSteps } from '../clock.ts'
import { profileCurve, profileOrCosine, profileText } from '../curves.ts'
import { endpointField, length, minAboveMax, rate, showRate, timed } from '../fields.ts'
import { makeRestarts, progressAt, spanAt } from '../restarts.ts'
import { type Context, rangeOf, type Track } from '../track.ts'

/**
 * Warm restarts: cycle i lasts t0·tMult^i and falls from lrMax·restartDecay^i to lrMin along `profile`
 * (SGDR, Loshchilov and Hutter, arXiv 1608.03983, equation 5; T_cur moves every step, or as `update` says).
 * `restartDecay` takes no account of lrMin, as in the published formula: a cycle whose peak has come below lrMin starts
 * there and rises to lrMin.
 * `stepping: 'docsLoop'` repeats the loop of PyTorch's CosineAnnealingWarmRestarts docstring, which sets the rate after a
 * step to that step's own position: everything after step 0, restarts too, comes one step late.
 */
export const sgdrSpec = z
  .strictObject({
    kind: z.literal('sgdr'),
    lrMax: rate,
    lrMin: rate.default(0),
    t0: length,
    tMult: z.number().min(1).max(1e6).default(1),
    profile: profileOrCosine,
    restartDecay: z.number().positive().max(1).default(1),
    endpoint: endpointField,
    stepping: z.enum(['onTime', 'docsLoop']).default('onTime'),
    ...timed,
  })
  .refine((s) => s.lrMin <= s.lrMax, { path: ['lrMin'], error: minAboveMax })

export function compileSgdr(spec: z.infer<typeof sgdrSpec>, context: Context): Track {
  const ticks = makeClock(spec.update, context)
  const clock = spec.stepping === 'docsLoop' ? oneStepLate(ticks) : ticks
  const restarts = makeRestarts(spec.t0 * unitSteps(spec.unit, context), spec.tMult)
  const curve = profileCurve(spec.profile)
  const peak = (index: number): number => spec.lrMax * spec.restartDecay ** index
  const lastIndex = (steps: number): number => restarts.indexAt(clock.position(steps - 1))
  return {
    lr(step) {
      const { index, u } = progressAt(restarts, clock, spec.endpoint, step)
      return spec.lrMin + (peak(index) - spec.lrMin) * curve(u)
    },
    cycleAt: (step) => spanAt(restarts, clock, step),
    range: (steps) => rangeOf(spec.lrMax, spec.lrMin, peak(lastIndex(steps))),
    text: (steps) =>
      `${profileText(spec.profile)} decay from ${showRate(spec.lrMax)} to ${showRate(spec.lrMin)} with warm restarts${decayedText(spec, lastIndex(steps))}`,
  }
}

function decayedText({ lrMax, lrMin, restartDecay }: z.infer<typeof sgdrSpec>, lastIndex: number): string {
  if (restartDecay === 1) return ''
  const text = `, each restart at ${showRate(restartDecay)} times the one before`
  if (lrMax * restartDecay ** lastIndex >= lrMin) return text
  let first = Math.floor(Math.log(lrMin / lrMax) / Math.log(restartDecay))
  // The logarithms may be off by a rounding.
  while (lrMax * restartDecay ** first >= lrMin) first++
  return `${text}, which from cycle ${first + 1} on is below ${showRate(lrMin)}, so that these cycles rise`
}

export function oneStepLate(clock: Clock): Clock {
  return {
    position: (step) => clock.position(Math.max(0, step - 1)),
    firstStepAt: (position) => (position <= 0 ? 0 : clock.firstStepAt(position) + 1),
  }
}
