/*
 * Whether two models lie in one basin: the loss on the straight line between their weights, against the line between their
 * losses (Frankle et al. 2020, "Linear Mode Connectivity and the Lottery Ticket Hypothesis", section 2; Goodfellow et al.
 * 2015). The same of an average of several: its loss against the mean of theirs.
 */

/** How far a loss lies above what its neighbours promise. */
export interface Height {
  /** Nats; below 0 in a basin that is round. */
  readonly height: number
  /** Of that mean, in nats: the examples are the same, so their differences are taken pair by pair. */
  readonly standardError: number
}

/**
 * Standard errors above 0 that count as a bump. Three on one line: of 21 places looked at, chance gives one so high in 3 %
 * of the lines. On several lines more, as then one of all of them is so high by chance about as seldom (the tail of the
 * normal distribution falls as exp(-z² / 2), so that z² grows by 2 ln of their number).
 */
export const errorsOfBump = (lines = 1): number => Math.sqrt(9 + 2 * Math.log(lines))

/**
 * Mean over the examples of loss minus the weighted losses of others there. Weights sum to 1.
 * @param losses of the model in question, one an example
 */
export function heightAbove(
  losses: ArrayLike<number>,
  others: readonly { readonly weight: number; readonly losses: ArrayLike<number> }[],
): Height {
  const n = losses.length
  const differences = Float64Array.from(
    { length: n },
    (_, i) =>
      (losses[i] ?? 0) - others.reduce((sum, { weight, losses: own }) => sum + weight * (own[i] ?? 0), 0),
  )
  const height = differences.reduce((a, b) => a + b, 0) / n
  const squares = differences.reduce((sum, each) => sum + (each - height) ** 2, 0)
  return { height, standardError: n < 2 ? Number.NaN : Math.sqrt(squares / (n - 1) / n) }
}

/** Whether the examples can tell the height from none. Of a loss that is not finite it is a bump, however high. */
export const isBump = ({ height, standardError }: Height, lines = 1): boolean =>
  !Number.isFinite(height) || height > errorsOfBump(lines) * standardError

/** Below this height in nats these examples cannot tell a bump from none. */
const leastBump = ({ standardError }: Height, lines = 1): number => errorsOfBump(lines) * standardError

/** A height with what is made of it. */
export interface Bump extends Height {
  readonly isBump: boolean
  readonly leastBump: number
}

/** @param lines that are looked at together */
export const bumpOf = (height: Height, lines = 1): Bump => ({
  ...height,
  isBump: isBump(height, lines),
  leastBump: leastBump(height, lines),
})

/** What float32 has above 0: a probability below it was stored as 0, and its loss is no more than this one's. */
const leastProbability = 2 ** -149

/** Cross-entropy of each example in nats. @param probs [examples, classes], row-major */
export const lossesOf = ({
  probs,
  labels,
  classes,
}: {
  readonly probs: ArrayLike<number>
  readonly labels: ArrayLike<number>
  readonly classes: number
}): Float64Array =>
  Float64Array.from(
    { length: labels.length },
    (_, i) => -Math.log(Math.max(leastProbability, probs[i * classes + (labels[i] ?? 0)] ?? 0)),
  )
