/**
 * A float as a CSV file has it. A whole number keeps its point, which says that it is a measure and no code.
 * @param isShort whether it has 32 bits or fewer
 */
export function floatText(value: number, isShort: boolean): string {
  if (!Number.isFinite(value)) return String(value)
  if (Number.isInteger(value)) return Math.abs(value) < 1e16 ? value.toFixed(1) : String(value)
  return isShort ? shortestText(value) : String(value)
}

/** The fewest digits that tell a 32-bit number from its neighbours: 0.1, not 0.10000000149011612. */
function shortestText(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === value) return String(Number(text))
  }
  return String(Number(value.toPrecision(9)))
}
