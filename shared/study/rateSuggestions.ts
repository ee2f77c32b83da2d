/*
 * The four rates that fastai's lr_find suggests (fastai 2.7, callback/schedule.py), by its definitions to the letter: what
 * they are worth on a given curve, rateWarnings.ts says.
 */

/** Of a range test: rates and losses by step, and how many steps it was planned to have. NaN where a loss was no number. */
export interface RateCurve {
  readonly numIt: number
  readonly lrs: ArrayLike<number>
  readonly losses: ArrayLike<number>
}

/** Learning rates; null where there is none. */
export interface RateSuggestions {
  readonly valley: number | null
  readonly steep: number | null
  readonly minimum: number | null
  readonly slide: number | null
}

/** What is looked at of a curve: rates and finite losses of the same steps. */
export interface KeptCurve {
  readonly lrs: readonly number[]
  readonly losses: readonly number[]
}

/** Points from the end that slide compares with the end. */
const slideWidth = 15
/** Change of the loss per step by which two slopes of slide differ. */
const slideThreshold = 0.005

/** Null only where too few points are left to tell one at all. */
export function suggestRates(curve: RateCurve): RateSuggestions {
  const kept = keptOf(curve)
  return { valley: valley(kept), steep: steep(kept), minimum: minimum(kept), slide: slide(kept) }
}

/** Without the first tenth of the steps planned, the last five points, and everything from the first loss that is no number. */
export function keptOf({ numIt, lrs, losses }: RateCurve): KeptCurve {
  const from = Math.floor(numIt / 10)
  const cut = Array.from(losses).slice(from, -5)
  const broken = cut.findIndex((loss) => !Number.isFinite(loss))
  const kept = broken === -1 ? cut : cut.slice(0, broken)
  return { lrs: Array.from(lrs).slice(from, from + kept.length), losses: kept }
}

/** The longest strictly falling subsequence of the losses: of those, the one that ends first. */
export function longestFall(losses: readonly number[]): { readonly end: number; readonly length: number } {
  // lowest[k]: the highest loss with which a fall of k + 1 losses ends so far; they fall with k.
  const lowest: number[] = []
  let end = 0
  losses.forEach((loss, i) => {
    let low = 0
    let high = lowest.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((lowest[middle] ?? 0) > loss) low = middle + 1
      else high = middle
    }
    if (low === lowest.length && i > 0 && low > 0) end = i
    lowest[low] = loss
  })
  return { end, length: lowest.length }
}

/** Halfway along the longest fall. A start before the first point counts from the end, as an index of Python's does. */
function valley({ lrs, losses }: KeptCurve): number | null {
  const { end, length } = longestFall(losses)
  // fastai leaves both at the first point where nothing falls.
  const start = end === 0 ? 0 : end - length
  const third = (end - start) / 3
  return lrs.at(start + Math.floor(third) + Math.floor(third / 2)) ?? null
}

/** Where the loss falls fastest with the logarithm of the rate. */
function steep({ lrs, losses }: KeptCurve): number | null {
  const slopes = losses.slice(1).map((loss, i) => {
    const [before = Number.NaN, rate = Number.NaN, next = Number.NaN] = [losses[i], lrs[i], lrs[i + 1]]
    return (loss - before) / (Math.log(next) - Math.log(rate))
  })
  return lrs[leastOf(slopes)] ?? null
}

/** A tenth of the rate with the least loss. */
function minimum({ lrs, losses }: KeptCurve): number | null {
  const rate = lrs[leastOf(losses)]
  return rate === undefined ? null : rate / 10
}

/** From the end leftwards, as long as the slopes at the two ends of a window differ. */
function slide({ lrs, losses }: KeptCurve): number | null {
  const slopes = losses.map((_, i) => slopeAt(losses, i))
  let right = losses.length - 1
  let left = right - slideWidth
  let found = lrs[left] ?? null
  while (left >= 0 && Math.abs((slopes[right] ?? 0) - (slopes[left] ?? 0)) > slideThreshold) {
    found = lrs[left] ?? null
    right--
    left--
  }
  return found
}

/** Change of the loss per step: between the neighbours, at an end to the only one. */
function slopeAt(losses: readonly number[], i: number): number {
  const before = Math.max(0, i - 1)
  const after = Math.min(losses.length - 1, i + 1)
  return ((losses[after] ?? 0) - (losses[before] ?? 0)) / Math.max(1, after - before)
}

/** Index of the first of the least; −1 where there is no number. */
export function leastOf(values: readonly number[]): number {
  let least = -1
  values.forEach((value, i) => {
    if (value < (least === -1 ? Number.POSITIVE_INFINITY : (values[least] ?? 0))) least = i
  })
  return least
}
