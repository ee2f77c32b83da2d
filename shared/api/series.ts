import { z } from 'zod'
import { runId } from './runs.ts'

/** Smoothing of the full stored series; the view is sampled from the smoothed values. */
export const smoothing = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** Debiased exponential moving average (shared/metrics/smooth.ts). */
  z.strictObject({ kind: z.literal('ema'), weight: z.number().min(0).lt(1) }),
  /** Centred moving average over that many steps (shared/metrics/movingAverage.ts). */
  z.strictObject({ kind: z.literal('window'), steps: z.int().min(1).max(1_000_000) }),
])
export type Smoothing = z.infer<typeof smoothing>

const step = z.int().min(0)

export const viewSeries = z.strictObject({
  runId,
  /** lr, momentum, loss, accuracy, samplesPerSecond, or what another program called it; unknown ones come back empty. */
  series: z.array(z.string().max(1000)).min(1).max(16),
  /** Inclusive; the whole series when absent. */
  fromStep: step.optional(),
  toStep: step.optional(),
  points: z.int().min(2).max(20_000).default(600),
  smoothing: smoothing.default({ kind: 'none' }),
})
export type ViewSeries = z.input<typeof viewSeries>

/** Steps and values of one series; extremes, first, last and the steps of snapshots are never dropped. */
export interface SeriesAnswer {
  readonly name: string
  readonly steps: readonly number[]
  /** null: the stored value is not finite. */
  readonly values: readonly (number | null)[]
  /** Points stored in the window before thinning. */
  readonly total: number
}

export const valuesAtStep = z.strictObject({
  runIds: z.array(runId).min(1).max(10_000),
  series: z.string().max(1000),
  step,
})

/** Of each run that has one: the value at the step, or the nearest stored before it. */
export interface ValueAtStep {
  readonly runId: string
  readonly step: number
  readonly value: number | null
}
