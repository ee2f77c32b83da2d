import { distance } from 'fastest-levenshtein'

/** Letters that may be wrong, and the share of a name that must be right, for it to be meant. */
const mostWrong = 3
const leastRight = 0.4
/** Names that are equally near are told as long as they help. */
const mostNames = 3

/**
 * What a misspelt word may stand for: " (did you mean lrMax?)", or nothing where no name is near. The case of letters does
 * not count.
 */
export function didYouMean(word: string, names: readonly string[]): string {
  const meant = nearest(word, names)
  if (meant.length === 0 || meant.length > mostNames) return ''
  const [last = '', ...others] = meant.toReversed()
  return ` (did you mean ${others.length === 0 ? last : `${others.toReversed().join(', ')} or ${last}`}?)`
}

/** The names with the fewest letters to change, in their own order; none where all are too far. */
function nearest(word: string, names: readonly string[]): string[] {
  const asked = word.toLowerCase()
  const near = [...new Set(names)].flatMap((name) => {
    const wrong = distance(asked, name.toLowerCase())
    const right = 1 - wrong / Math.max(asked.length, name.length)
    return wrong <= mostWrong && right > leastRight ? [{ name, wrong }] : []
  })
  const least = Math.min(...near.map(({ wrong }) => wrong))
  return near.filter(({ wrong }) => wrong === least).map(({ name }) => name)
}
