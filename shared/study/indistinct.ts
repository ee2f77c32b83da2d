/**
 * Which methods a post-hoc test cannot tell apart: every largest set of methods whose mean ranks lie within the critical
 * difference of each other (Demšar 2006, figure 1: the bars of his diagram).
 * @param meanRanks 1 is best, by method
 * @returns sets of at least two methods, as places in `meanRanks`, each from the best rank to the worst; the sets, too
 */
export function indistinctSets(meanRanks: readonly number[], criticalDifference: number): number[][] {
  const order = [...meanRanks.keys()].sort((a, b) => (meanRanks[a] ?? 0) - (meanRanks[b] ?? 0))
  const rankAt = (place: number): number => meanRanks[order[place] ?? 0] ?? 0
  const sets: number[][] = []
  let reached = 0
  for (let from = 0; from < order.length; from++) {
    let to = from
    while (to + 1 < order.length && rankAt(to + 1) - rankAt(from) <= criticalDifference) to++
    // One that ends no further than an earlier set lies within it.
    if (to > from && to > reached) sets.push(order.slice(from, to + 1))
    reached = Math.max(reached, to)
  }
  return sets
}
