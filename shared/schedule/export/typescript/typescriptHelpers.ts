/** Functions that a TypeScript file gets only where it calls them. */
const helpers: Readonly<Record<string, string>> = {
  snapFloor: `/** The whole number below, or the nearest where it lies within rounding of it. */
function snapFloor(value: number): number {
  const nearest = Math.floor(value + 0.5)
  const rounding = Math.min(1e-3, 1e-9 * Math.max(1, Math.abs(value)))
  return Math.abs(value - nearest) <= rounding ? nearest : Math.floor(value)
}`,
  bisectRight: `/** How many numbers of a rising list are at most \`value\`. */
function bisectRight(list: readonly number[], value: number): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (value < at(list, middle)) high = middle
    else low = middle + 1
  }
  return low
}`,
  at: `function at(list: readonly number[], index: number): number {
  return list[index] ?? Number.NaN
}`,
  isTrue: `function isTrue(value: number): boolean {
  return !Number.isNaN(value) && value !== 0
}`,
  isSame: `function isSame(a: number | boolean, b: number | boolean): boolean {
  return a === b
}`,
}

/** The helpers that a code calls, and those that they call. */
export function helpersOf(code: string): string[] {
  const wanted = Object.entries(helpers).filter(([name]) => new RegExp(`\\b${name}\\(`).test(code))
  const texts = wanted.map(([, text]) => text)
  const needsAt = texts.some((text) => text.includes('at(list'))
  const hasAt = wanted.some(([name]) => name === 'at')
  return needsAt && !hasAt ? [...texts, helpers.at ?? ''] : texts
}
