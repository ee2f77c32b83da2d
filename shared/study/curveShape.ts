import { leastOf } from './rateSuggestions.ts'

/* How the smoothed loss of a range test falls and rises, and by how much it must for that to be more than noise. */

/** A rise after the least loss is one from this part of the fall on. */
export const risen = 0.1
/** A fall is one from this part of the loss at its start on. */
const leastFall = 0.05
/** A change is none of the noise from so many standard deviations of it on. */
const surely = 2

/** Of a curve: its first loss, where it is least, how far it falls from its highest loss before that, and how far it rises then. */
export function shapeOf(losses: readonly number[]) {
  const least = leastOf(losses)
  const low = losses[least] ?? 0
  const first = losses[0] ?? 0
  const last = losses.at(-1) ?? 0
  return { least, first, fall: first - low, rise: last - low }
}

/** Standard deviation of the smoothed loss: of the losses about their neighbours, over what the average takes in. */
export function noiseOf(raw: readonly number[], smoothing: number): number {
  const finite = raw.filter(Number.isFinite)
  // The median, since a loss that bursts at the end is no noise.
  const jumps = finite.slice(1).map((loss, i) => Math.abs(loss - (finite[i] ?? 0)))
  const typical = jumps.sort((a, b) => a - b)[Math.floor(jumps.length / 2)] ?? 0
  // Of normal noise, the median difference of two is 0.954 standard deviations.
  return (typical / 0.954) * Math.sqrt((1 - smoothing) / (1 + smoothing))
}

/** By more than noise, from its first point on. @param noise standard deviation of the losses */
export function hasFallen(losses: readonly number[], noise: number): boolean {
  const { first, fall } = shapeOf(losses)
  return fall > Math.max(leastFall * Math.abs(first), surely * noise)
}

/**
 * Of a loss that is still being taken: whether a point of it is behind, that is, whether the loss has clearly changed since.
 * Else what the point stands for (the least loss, the steepest fall) may be so only because nothing beyond it was seen.
 * @param noise standard deviation of the losses
 */
export function isBehind(losses: readonly number[], point: number, noise: number): boolean {
  const margin = Math.max(risen * shapeOf(losses).fall, surely * noise)
  const at = losses[point] ?? Number.NaN
  return losses.slice(point + 1).some((loss) => Math.abs(loss - at) > margin)
}
