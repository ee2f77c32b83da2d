import { movingAverage } from '../metrics/movingAverage.ts'

/*
 * Smith's reading of a range test (arXiv 1506.01186, section 3.3): the lower bound is the rate at which accuracy begins to
 * rise, the upper one that at which it slows, becomes ragged or falls. He reads them off by eye; here they are these:
 *   lower  the last rate at which the averaged accuracy had made at most a tenth of its rise
 *   upper  the first after it at which it has made 95 % of its rise, or the one before it falls back by 15 % of it
 * Where accuracy does not rise by more than its noise, the loss is read instead, upside down.
 */

export interface SmithBounds {
  readonly lower: number
  readonly upper: number
  readonly by: 'accuracy' | 'loss'
}

const begins = 0.1
const slows = 0.95
const ragged = 0.15
/** A rise counts from so many standard errors of the averaged values. */
const surely = 4

/** Columns by step, in 0..1 and nats; undefined where neither rises by more than its noise. */
export function smithBounds(
  lrs: ArrayLike<number>,
  accuracies: ArrayLike<number>,
  losses: ArrayLike<number>,
): SmithBounds | undefined {
  const byAccuracy = boundsOf(lrs, Array.from(accuracies))
  if (byAccuracy !== undefined) return { ...byAccuracy, by: 'accuracy' }
  const byLoss = boundsOf(
    lrs,
    Array.from(losses, (loss) => -loss),
  )
  return byLoss && { ...byLoss, by: 'loss' }
}

function boundsOf(
  lrs: ArrayLike<number>,
  all: readonly number[],
): Pick<SmithBounds, 'lower' | 'upper'> | undefined {
  const broken = all.findIndex((value) => !Number.isFinite(value))
  const raw = broken === -1 ? all : all.slice(0, broken)
  const half = Math.max(2, Math.floor(raw.length / 20))
  if (raw.length < 4 * half) return undefined
  const { values } = movingAverage(raw, half)
  const peak = indexOfGreatest(values)
  const foot = indexOfGreatest(values.slice(0, peak + 1).map((value) => -value))
  const low = values[foot] ?? 0
  const rise = (values[peak] ?? 0) - low
  if (!(rise > surely * noiseOf(raw, values, half))) return undefined
  const done = (i: number): number => ((values[i] ?? 0) - low) / rise
  let lower = foot
  for (let i = foot; i <= peak; i++) if (done(i) <= begins) lower = i
  let highest = lower
  for (let i = lower; i <= peak; i++) {
    if (done(i) >= done(highest)) highest = i
    if (done(i) >= slows || done(i) < done(highest) - ragged) break
  }
  return { lower: lrs[lower] ?? Number.NaN, upper: lrs[highest] ?? Number.NaN }
}

/** Standard error of an average over 2·half + 1 values. */
function noiseOf(raw: readonly number[], averaged: ArrayLike<number>, half: number): number {
  const squares = raw.reduce((sum, value, i) => sum + (value - (averaged[i] ?? 0)) ** 2, 0)
  return Math.sqrt(squares / raw.length / (2 * half + 1))
}

function indexOfGreatest(values: ArrayLike<number>): number {
  let greatest = 0
  for (let i = 1; i < values.length; i++) if ((values[i] ?? 0) > (values[greatest] ?? 0)) greatest = i
  return greatest
}
