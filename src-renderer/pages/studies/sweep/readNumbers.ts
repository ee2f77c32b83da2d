/** "0.01, 0.1" as numbers; undefined where a part of it is none. An empty text is an empty list. */
export function readNumbers(text: string): number[] | undefined {
  const parts = text
    .split(/[\s,;]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const numbers = parts.map(Number)
  return numbers.every(Number.isFinite) ? numbers : undefined
}
