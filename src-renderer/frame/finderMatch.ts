/**
 * Items whose words hold every word of the query, those that begin with it first, otherwise in the order given. An empty
 * query keeps all.
 */
export function bestMatches<T>(
  items: readonly T[],
  query: string,
  wordsOf: (item: T) => readonly string[],
): readonly T[] {
  const whole = query.trim().toLowerCase()
  if (whole === '') return items
  const wanted = whole.split(/\s+/)
  const begins: T[] = []
  const holds: T[] = []
  for (const item of items) {
    const words = wordsOf(item).map((word) => word.toLowerCase())
    if (words.some((word) => word.startsWith(whole))) begins.push(item)
    else if (wanted.every((part) => words.some((word) => word.includes(part)))) holds.push(item)
  }
  return [...begins, ...holds]
}
