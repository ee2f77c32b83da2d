/*
 * Words at the upper ends of vertical lines. Where two would lie over each other, the later one goes a row down.
 */

export interface Flag<T> {
  readonly of: T
  /** Of the line, in pixels of the plot. */
  readonly x: number
  /** From 0, downwards. */
  readonly row: number
  /** On which side of its line it stands: at the right edge there is room on the left only. */
  readonly side: 'left' | 'right'
}

/** About what a letter takes, and what stays free between a line, its words and the next, in pixels. */
const letter = 6
const gap = 4

/** @param width of the plot */
export function placeFlags<T>(
  given: readonly { readonly of: T; readonly x: number; readonly words: string }[],
  width: number,
): Flag<T>[] {
  const taken: [from: number, to: number][][] = []
  return [...given]
    .sort((a, b) => a.x - b.x)
    .map(({ of, x, words }) => {
      const size = words.length * letter + gap
      const side = x + size + gap > width ? 'left' : 'right'
      const [from, to] = side === 'right' ? [x, x + size + gap] : [x - size - gap, x]
      const free = taken.findIndex((row) => row.every(([begin, end]) => to <= begin || from >= end))
      const row = free === -1 ? taken.length : free
      taken[row] = [...(taken[row] ?? []), [from, to]]
      return { of, x, row, side }
    })
}
