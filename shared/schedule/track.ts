/** What a family needs to know of the run: all counts in optimizer steps. */
export interface Context {
  /** The budget that profiles stretch over (the plan's scheduleSteps, less what stands before a nested schedule). */
  horizon: number
  stepsPerEpoch: number
  /** The step of the run at which a nested schedule begins, for messages; absent: 0. */
  origin?: number
}

export interface RateRange {
  lrMin: number
  lrMax: number
}

/**
 * A cycle on the step axis. `end` is where the next cycle begins (Infinity: it lasts as long as the plan);
 * `plannedEnd` is later than `end` where a sequence cuts the cycle short.
 */
export interface Span {
  start: number
  end: number
  plannedEnd: number
  /** The step whose planned rate is the lowest of the cycle, where that need not be its last. */
  lowest?: number
}

/** What the feedback policy needs to know; families/plateau.ts tells what each field means. */
export interface PlateauPolicy {
  lr: number
  metric: 'validationLoss' | 'validationAccuracy' | 'trainingLoss'
  mode: 'min' | 'max'
  factor: number
  patience: number
  threshold: number
  thresholdMode: 'rel' | 'abs'
  cooldown: number
  minLr: number
  eps: number
}

/** What a family compiles to: pure functions of the step, defined for every integer step from 0 on. */
export interface Track {
  lr(step: number): number
  momentum?: (step: number) => number | undefined
  /** Absent where nothing restarts: then one open cycle holds every step. */
  cycleAt?: (step: number) => Span
  /** Bounds of the rate over the first `steps` steps; not finite where the rate is not. */
  range(steps: number): RateRange
  feedback?: PlateauPolicy
  /**
   * How a recursive chain moves the rate `lr` from step `before` on to `step` (its first tick has no `before`), where that
   * is not by this track's ratio of rates.
   */
  advance?: (lr: number, step: number, before: number | undefined) => number
}

export function rangeOf(...rates: number[]): RateRange {
  return { lrMin: Math.min(...rates), lrMax: Math.max(...rates) }
}

/** The same cycle `by` steps later, or earlier where negative. */
export function shiftSpan({ start, end, plannedEnd, lowest }: Span, by: number): Span {
  return {
    start: start + by,
    end: end + by,
    plannedEnd: plannedEnd + by,
    ...(lowest !== undefined && { lowest: lowest + by }),
  }
}
