import { listedSteps, type Update } from './clock.ts'
import type { Context, Track } from './track.ts'

/** So many updates are looked at; a rate that has not moved by then is seen to move only at its end. */
const mostUpdates = 4096

/**
 * The rate of a schedule that would move but never does within its first `steps` steps, as updates that fall on the
 * beginnings of cycles make it; undefined where it moves, or is computed anew at every step.
 */
export function unmovedRate(
  update: Update | undefined,
  track: Track,
  context: Context,
  steps: number,
): number | undefined {
  if (update === undefined || update === 'step') return undefined
  const rate = track.lr(0)
  for (const step of updatesOf(update, context, steps)) {
    // The step behind an update, as a clock may be one late.
    if (track.lr(step) !== rate || track.lr(Math.min(step + 1, steps - 1)) !== rate) return undefined
  }
  return track.lr(steps - 1) === rate ? rate : undefined
}

function updatesOf(update: Exclude<Update, 'step'>, context: Context, steps: number): number[] {
  if (typeof update === 'object' && !('every' in update)) {
    return listedSteps(update, context).filter((step) => step < steps)
  }
  const every = update === 'epoch' ? context.stepsPerEpoch : update.every
  const count = Math.min(mostUpdates, Math.ceil(steps / every))
  return Array.from({ length: count }, (_, i) => i * every)
}
