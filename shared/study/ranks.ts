/*
 * Who was better where: methods compared over cells, each cell a question that all of them answered (Demšar 2006, "Statistical
 * comparisons of classifiers over multiple data sets"). A missing score is the worst there is, equal to other missing ones:
 * a method that diverged has lost.
 */

/** By cell, then by method; null and NaN: no score. */
export type Scores = readonly (readonly (number | null)[])[]

/** Of the test whether all methods are equally good. */
export interface Friedman {
  readonly chiSquared: number
  /** Of ranks as unequal as these where all methods are equally good; k - 1 degrees of freedom. */
  readonly p: number
}

/** Each cell's ranks by method: 1 is best, equals share the mean of their places. */
export function ranksOf(scores: Scores, higherIsBetter: boolean): number[][] {
  return scores.map((cell) => {
    const values = cell.map((score) => asHigher(score, higherIsBetter))
    return values.map((value) => {
      const better = values.filter((other) => other > value).length
      const equal = values.filter((other) => other === value).length
      return better + (equal + 1) / 2
    })
  })
}

/** By method: the share of cells in which fewer than `k` methods are strictly better. NaN where there is no cell. */
export function topShares(scores: Scores, higherIsBetter: boolean, k: number): number[] {
  const finishes = scores.map((cell) => {
    const values = cell.map((score) => asHigher(score, higherIsBetter))
    return values.map((value) => values.filter((other) => other > value).length < k)
  })
  return methodsOf(scores).map((method) => finishes.filter((cell) => cell[method]).length / scores.length)
}

/** By method; NaN where there is no cell. */
export function meanRanks(ranks: readonly (readonly number[])[]): number[] {
  return methodsOf(ranks).map(
    (method) => ranks.reduce((sum, cell) => sum + (cell[method] ?? 0), 0) / ranks.length,
  )
}

const methodsOf = (cells: readonly (readonly unknown[])[]): number[] => (cells[0] ?? []).map((_, i) => i)

function asHigher(score: number | null, higherIsBetter: boolean): number {
  if (score === null || Number.isNaN(score)) return Number.NEGATIVE_INFINITY
  return higherIsBetter ? score : -score
}

/**
 * Groups of methods whose mean ranks lie within the critical difference: the bars of a critical-difference diagram. Only groups
 * of two or more that no other holds; methods by their index, the best first.
 */
export function notToldApart(means: readonly number[], criticalDifference: number): number[][] {
  const order = means.map((_, method) => method).sort((a, b) => (means[a] ?? 0) - (means[b] ?? 0))
  const groups: number[][] = []
  let reached = 0
  for (const [start, first] of order.entries()) {
    const within = order.filter(
      (method, place) => place >= start && (means[method] ?? 0) - (means[first] ?? 0) <= criticalDifference,
    )
    const end = start + within.length
    if (within.length > 1 && end > reached) groups.push(within)
    reached = Math.max(reached, end)
  }
  return groups
}
