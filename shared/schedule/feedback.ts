import type { PlateauPolicy } from './track.ts'

/** All that the policy remembers: plain JSON, for the run's events. */
export interface PlateauState {
  lr: number
  /** Best metric so far; null before the first. */
  best: number | null
  badEpochs: number
  cooldown: number
}

/** The policy at one moment. `observe` changes nothing: it returns the policy of the next epoch. */
export interface Plateau {
  readonly state: PlateauState
  /** The rate of the epochs from now until the next observation. */
  readonly lr: number
  /** @param metric of the epoch just done; null or NaN counts as no improvement */
  observe(metric: number | null): Plateau
}

/**
 * PyTorch's ReduceLROnPlateau. Observe the metric once after every epoch; to resume, pass the stored state.
 * Comparison is strict, so a metric exactly on the threshold is no improvement; a reduction of at most `eps` is skipped
 * but still resets the counters.
 */
export function createPlateau(spec: PlateauPolicy, state: PlateauState = initialState(spec)): Plateau {
  return { state, lr: state.lr, observe: (metric) => createPlateau(spec, next(spec, state, metric)) }
}

/**
 * The rate to use: the planned one, scaled as far as feedback has lowered the base rate. That scales no rate below minLr
 * which is planned above it, as an anneal down to minLr is.
 */
export function rateUnderFeedback(planned: number, spec: PlateauPolicy, state: PlateauState): number {
  if (planned === spec.lr) return state.lr
  return Math.max(planned * (state.lr / spec.lr), Math.min(planned, spec.minLr))
}

function initialState(spec: PlateauPolicy): PlateauState {
  return { lr: spec.lr, best: null, badEpochs: 0, cooldown: 0 }
}

function next(spec: PlateauPolicy, state: PlateauState, metric: number | null): PlateauState {
  const better = metric !== null && isBetter(spec, metric, state.best)
  const best = better ? metric : state.best
  const counted = better ? 0 : state.badEpochs + 1
  const badEpochs = state.cooldown > 0 ? 0 : counted
  const cooldown = Math.max(0, state.cooldown - 1)
  if (badEpochs <= spec.patience) return { lr: state.lr, best, badEpochs, cooldown }
  const reduced = Math.max(state.lr * spec.factor, spec.minLr)
  const lr = state.lr - reduced > spec.eps ? reduced : state.lr
  return { lr, best, badEpochs: 0, cooldown: spec.cooldown }
}

function isBetter(spec: PlateauPolicy, metric: number, best: number | null): boolean {
  if (!Number.isFinite(metric)) return false
  if (best === null) return true
  const rel = spec.thresholdMode === 'rel'
  if (spec.mode === 'min') return metric < (rel ? best * (1 - spec.threshold) : best - spec.threshold)
  return metric > (rel ? best * (1 + spec.threshold) : best + spec.threshold)
}
