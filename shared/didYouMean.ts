import { distance } from 'fastest-levenshtein'

/** One letter in so many may be wrong. */
const lettersPerMistake = 3
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

/** Of the names that may be meant, those with the fewest mistakes, in their own order. */
function nearest(word: string, names: readonly string[]): string[] {
  const near = [...new Set(names)].flatMap((name) => {
    const wrong = mistakes(word.toLowerCase(), name.toLowerCase())
    return wrong === undefined ? [] : [{ name, wrong }]
  })
  const least = Math.min(...near.map(({ wrong }) => wrong))
  return near.filter(({ wrong }) => wrong === least).map(({ name }) => name)
}

/** Undefined where it is another word. Letters in another order ("sgrd") are one mistake; a name may be broken off. */
function mistakes(asked: string, name: string): number | undefined {
  const wrong = distance(asked, name)
  if (asked.length < 2 || wrong === 0) return wrong === 0 ? 0 : undefined
  const sorted = (text: string): string => [...text].sort().join('')
  if (sorted(asked) === sorted(name)) return 1
  return wrong <= asked.length / lettersPerMistake || name.startsWith(asked) ? wrong : undefined
}
