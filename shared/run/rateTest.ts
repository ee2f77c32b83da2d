import { z } from 'zod'

/*
 * A learning-rate range test: a short run whose rate rises from a very low to a very high one, to see where the loss falls
 * and where it breaks. It is a run of a kind of its own: stored and listed, never counted as a training result.
 */

const rate = z.number('must be a number').positive('must be above 0').max(1e6, 'must be at most 1e6')

/**
 * exponential: as fastai's lr_find; the rate is multiplied by the same factor each step.
 * linear: as Smith's test (arXiv 1506.01186, section 3.3); the same is added each step, usually over some epochs.
 */
export const rateRamp = z.enum(['exponential', 'linear'])
export type RateRamp = z.infer<typeof rateRamp>

export const rateTestSettings = z
  .strictObject({
    ramp: rateRamp.default('exponential'),
    from: rate.default(1e-7),
    to: rate.default(10),
    steps: z
      .int('must be a whole number')
      .min(20, 'must be at least 20')
      .max(100_000, 'must be at most 100000')
      .default(100),
    /** Weight of the past in the smoothed loss, an exponential moving average without bias. */
    smoothing: z
      .number('must be a number')
      .min(0, 'must be at least 0')
      .lt(1, 'must be below 1')
      .default(0.98),
    /** Stops where the smoothed loss is above this many times its least so far; null: goes on to the highest rate. */
    stopAt: z.number('must be a number').gt(1, 'must be above 1').nullable().default(4),
  })
  .refine(({ from, to }) => from < to, { error: 'must rise: from must be below to', path: ['to'] })
export type RateTestSettings = z.infer<typeof rateTestSettings>
