/** Different values kept over all columns of a table: about 50 MB. */
const mostKept = 2 ** 19
const fewestKept = 64
const mostOfColumn = 2 ** 16

/** Of different values that are looked at, so many may become one: the last digits of a measure are noise. */
const mostLost = 0.01

/** Tells whether a column of numbers would lose what sets its rows apart when its numbers are rounded to float32. */
export interface PrecisionCheck {
  add(value: number): void
  /** Whether more than one in a hundred different values would become another one. */
  collapses(): boolean
}

/**
 * Times since 1970, Julian days and map coordinates differ in digits that float32 does not have. Two signs are looked for:
 * the first different values of the column (so many fit into memory), of any order; and neighbouring rows, to the end of
 * the file, which finds a sorted column that grows.
 * @param columns how many columns share the memory
 */
export function createPrecisionCheck(columns: number): PrecisionCheck {
  const most = Math.max(fewestKept, Math.min(mostOfColumn, Math.floor(mostKept / columns)))
  const exact = new Set<number>()
  const rounded = new Set<number>()
  let previous: number | undefined
  let changes = 0
  let unseen = 0
  return {
    add(value) {
      const short = Math.fround(value)
      if (exact.size < most) {
        exact.add(value)
        rounded.add(short)
      }
      if (previous !== undefined && previous !== value) {
        changes += 1
        if (Math.fround(previous) === short) unseen += 1
      }
      previous = value
    },
    collapses: () => exact.size - rounded.size > mostLost * exact.size || unseen > mostLost * changes,
  }
}
