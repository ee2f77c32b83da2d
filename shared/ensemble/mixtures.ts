import type { Probs } from './members.ts'

/* Mixtures of stored probabilities, into arrays that are used again at every tick. */

export function scaled(sum: Probs, by: number, target: Float64Array): Float64Array {
  for (let i = 0; i < target.length; i++) target[i] = (sum[i] ?? Number.NaN) / by
  return target
}

export function weightedMean(
  probs: readonly Probs[],
  ticked: readonly boolean[],
  weights: readonly number[],
  target: Float64Array,
): Float64Array | undefined {
  target.fill(0)
  let total = 0
  probs.forEach((matrix, k) => {
    const weight = ticked[k] === true ? (weights[k] ?? 0) : 0
    // Left out, not multiplied in: 0 times the NaN of a diverged member is NaN.
    if (weight <= 0) return
    total += weight
    for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) + weight * (matrix[i] ?? Number.NaN)
  })
  return total > 0 ? scaled(target, total, target) : undefined
}

/**
 * Stands for ln 0 in sums of logarithms: so low that a class ruled out by more members than another gets no mass at all
 * (the limit that `geometricMeanProbs` defines), yet finite, so that classes ruled out by equally many still compare.
 * float32 logarithms reach down to -103.3 and exp underflows at -745, so this holds for up to 1,000 members.
 */
const LOG_OF_ZERO = -(2 ** 20)

export const logarithm = (p: number): number => (p === 0 ? LOG_OF_ZERO : Math.log(p))

export function logarithms(probs: Probs): Float64Array<ArrayBuffer> {
  const logs = new Float64Array(probs.length)
  for (let i = 0; i < logs.length; i++) logs[i] = logarithm(probs[i] ?? Number.NaN)
  return logs
}

/** How far apart the logarithms of each row lie; above all numbers where one is NaN. */
export function rowSpreads(probs: Probs, classes: number): Float32Array {
  const spreads = new Float32Array(probs.length / classes)
  for (let row = 0; row < spreads.length; row++) {
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    let isWhole = true
    for (let i = row * classes; i < (row + 1) * classes; i++) {
      const value = probs[i] ?? Number.NaN
      if (Number.isNaN(value)) isWhole = false
      if (value < low) low = value
      if (value > high) high = value
    }
    spreads[row] = isWhole ? logarithm(high) - logarithm(low) : Number.POSITIVE_INFINITY
  }
  return spreads
}

/** Row-wise softmax of logSum / members: the normalised geometric mean. */
export function normalisedExp(
  logSum: Probs,
  members: number,
  classes: number,
  target: Float64Array,
): Float64Array {
  for (let row = 0; row < target.length; row += classes) {
    let max = Number.NEGATIVE_INFINITY
    for (let i = row; i < row + classes; i++) max = Math.max(max, logSum[i] ?? Number.NaN)
    let total = 0
    for (let i = row; i < row + classes; i++) {
      const e = Math.exp(((logSum[i] ?? Number.NaN) - max) / members)
      target[i] = e
      total += e
    }
    for (let i = row; i < row + classes; i++) target[i] = (target[i] ?? Number.NaN) / total
  }
  return target
}
