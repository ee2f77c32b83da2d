/** Of the fall above the least loss. */
const shown = 1.4

/**
 * Up to which loss a range test is worth drawing: its end bursts, and would press all that matters into one line.
 * @param smoothed losses by step; null where there is none · @returns undefined where there is nothing to draw
 */
export function lossCeiling(smoothed: readonly (number | null)[]): number | undefined {
  const losses = smoothed.filter((loss) => loss !== null)
  const [first] = losses
  if (first === undefined) return undefined
  const least = losses.reduce((low, loss) => Math.min(low, loss), first)
  const highest = losses.reduce((high, loss) => Math.max(high, loss), first)
  const before = losses
    .slice(0, losses.indexOf(least) + 1)
    .reduce((high, loss) => Math.max(high, loss), least)
  return Math.min(highest, least + shown * (before - least || highest - least))
}
