/** How much better one predictor is than another on the same examples. */
export interface Difference {
  /** Accuracy of the one minus that of the other, -1..1. */
  readonly accuracy: number
  /** Standard error of that difference, paired: only the examples on which just one of them is right count. */
  readonly standardError: number
}

/** Accuracy of `a` less that of `b`, with the standard error over the examples that exactly one of them gets right. */
export function pairedDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  labels: ArrayLike<number>,
): Difference {
  const n = labels.length
  let [onlyA, onlyB] = [0, 0]
  for (let row = 0; row < n; row++) {
    const right = a[row] === labels[row]
    const alsoRight = b[row] === labels[row]
    if (right && !alsoRight) onlyA++
    else if (alsoRight && !right) onlyB++
  }
  return differenceOf(onlyA, onlyB, n)
}

/** From the counts of the examples that exactly one of the two gets right, of n. */
export function differenceOf(onlyA: number, onlyB: number, n: number): Difference {
  const mean = (onlyA - onlyB) / n
  return { accuracy: mean, standardError: Math.sqrt(Math.max(0, (onlyA + onlyB) / n - mean * mean) / n) }
}
