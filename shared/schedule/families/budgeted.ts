import { z } from 'zod'
import { profileCurve, profileField, profileText } from '../curves.ts'
import { common, rate, showRate } from '../fields.ts'
import { clamp01 } from '../restarts.ts'
import { type Context, rangeOf, type Track } from '../track.ts'

/**
 * Budget-aware schedules (Li, Yumer and Ramanan, arXiv 1905.04753): lr·p(t/T) over whatever the budget T is; the paper
 * finds linear most robust. `granularity: 'epoch'` counts both in epochs, a last part of an epoch as a whole one.
 */
export const budgetedSpec = z.strictObject({
  kind: z.literal('budgeted'),
  lr: rate,
  profile: profileField.default({ shape: 'linear' }),
  granularity: z.enum(['iteration', 'epoch']).default('iteration'),
  ...common,
})

export function compileBudgeted(spec: z.infer<typeof budgetedSpec>, context: Context): Track {
  const curve = profileCurve(spec.profile)
  const tick = spec.granularity === 'epoch' ? context.stepsPerEpoch : 1
  const ticks = Math.ceil(context.horizon / tick)
  return {
    lr: (step) => spec.lr * curve(clamp01(Math.floor(step / tick) / ticks)),
    range: () => rangeOf(spec.lr, 0),
    text: () => `${profileText(spec.profile)} decay of ${showRate(spec.lr)} to the end of the budget`,
  }
}
