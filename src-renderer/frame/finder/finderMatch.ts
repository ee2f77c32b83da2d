import { distance } from 'fastest-levenshtein'

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

/** For a query that nothing matches: items whose words are a slip of the finger away from it. */
export function nearMatches<T>(
  items: readonly T[],
  query: string,
  wordsOf: (item: T) => readonly string[],
): readonly T[] {
  const wanted = query.trim().toLowerCase().split(/\s+/)
  return items.filter((item) => isNear(wanted, wordsOf(item)))
}

/** Shorter words are near to too many others. */
const shortest = 4

function isNear(wanted: readonly string[], words: readonly string[]): boolean {
  const parts = words.flatMap((word) => word.toLowerCase().split(/[^\p{L}\p{N}]+/u))
  return wanted.every((want) =>
    parts.some((part) => part.includes(want) || (want.length >= shortest && slips(want, part) <= most(want))),
  )
}

/** What is typed may be the beginning of a word. */
const slips = (want: string, part: string): number =>
  Math.min(distance(want, part), distance(want, part.slice(0, want.length)))

/** Two letters changed places are two slips. */
const most = (want: string): number => (want.length < 5 ? 1 : 2)
