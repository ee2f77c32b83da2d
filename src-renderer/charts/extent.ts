export type Extent = readonly [number, number]

/** Spans all finite values, or undefined where there are none. */
export function extentOf(values: Iterable<number | null>): Extent | undefined {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  return low <= high ? [low, high] : undefined
}
