import { z } from 'zod'
import { makeClock, updateField } from '../clock.ts'
import { profileCurve, profileOrCosine, profileText } from '../curves.ts'
import { common, endpointField, minAboveMax, rate, showRate } from '../fields.ts'
import { makeRestarts, progressAt, spanAt } from '../restarts.ts'
import { type Context, rangeOf, type Track } from '../track.ts'
import { plural } from '../words.ts'

/**
 * Snapshot Ensembles (Huang et al., arXiv 1704.00109, equation 2): `cycles` cosine cycles of ceil(T / cycles) steps each in
 * the budget T, so the last one may be cut short, and fewer may fit. The paper counts steps from 1; here step 0 has the highest rate.
 */
export const snapshotSpec = z
  .strictObject({
    kind: z.literal('snapshot'),
    lrMax: rate,
    lrMin: rate.default(0),
    cycles: z.int().min(1).max(1e6),
    profile: profileOrCosine,
    endpoint: endpointField,
    update: updateField,
    ...common,
  })
  .refine((s) => s.lrMin <= s.lrMax, { path: ['lrMin'], error: minAboveMax })

export function compileSnapshot(spec: z.infer<typeof snapshotSpec>, context: Context): Track {
  const clock = makeClock(spec.update, context)
  const restarts = makeRestarts(Math.ceil(context.horizon / spec.cycles), 1)
  const curve = profileCurve(spec.profile)
  return {
    lr: (step) =>
      spec.lrMin + (spec.lrMax - spec.lrMin) * curve(progressAt(restarts, clock, spec.endpoint, step).u),
    cycleAt: (step) => spanAt(restarts, clock, step),
    range: () => rangeOf(spec.lrMax, spec.lrMin),
    text: () =>
      `${profileText(spec.profile)} cycles from ${showRate(spec.lrMax)} to ${showRate(spec.lrMin)} for a snapshot ensemble${askedText(spec.cycles, context.horizon)}`,
  }
}

/** Cycles of whole steps may fill the budget before there are as many as asked for. */
function askedText(asked: number, horizon: number): string {
  const length = Math.ceil(horizon / asked)
  const fit = Math.ceil(horizon / length)
  if (fit === asked) return ''
  return ` (${asked} asked for, but ${fit} of ${plural(length, 'step')} already fill the budget of ${plural(horizon, 'step')})`
}
