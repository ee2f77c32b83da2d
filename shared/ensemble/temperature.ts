import { checkShape, exampleCount, type Probs, type Truth } from './members.ts'

/** One temperature for all examples, fitted by likelihood. */
export interface Temperature {
  /** Above 1: the predictor was surer than right. Probabilities become softmax(ln p / T). */
  readonly temperature: number
  /** NLL at that temperature on the examples it was fitted on, nats. */
  readonly nll: number
  /** The best lies at an end of the range that is searched, or beyond it: nothing was ever wrong, or hardly ever right. */
  readonly atEnd: boolean
}

/** Of the search: no predictor of use needs a temperature outside of it. */
export const temperatureRange = [0.01, 100] as const

/** Stored zeros stand for all that lies below the least float32; a logarithm is taken of this instead. */
const least = 2 ** -149

/**
 * The temperature that minimises the NLL of softmax(ln p / T) (Guo et al. 2017, section 4.2). In 1/T the NLL is convex, so
 * its slope has one zero, found by bisection in ln T over 0.01..100 to a part in 10^9.
 * @param probs shape [N, C]  @returns null where a probability is NaN
 * @throws UserError if shapes or labels do not fit
 */
export function fitTemperature(probs: Probs, truth: Truth): Temperature | null {
  exampleCount(truth)
  checkShape(probs, truth)
  if (probs.some(Number.isNaN)) return null
  const logs = Float64Array.from(probs, (p) => Math.log(Math.max(p, least)))
  let [low, high] = temperatureRange.map(Math.log) as [number, number]
  // Of the NLL in 1/T: below 0 the inverse should grow, which is a lower temperature.
  const slope = (logT: number): number => look(logs, truth, Math.exp(-logT)).slope
  const end = slope(low) <= 0 ? low : slope(high) >= 0 ? high : undefined
  if (end === undefined) {
    while (high - low > 1e-9) {
      const middle = (low + high) / 2
      if (slope(middle) < 0) high = middle
      else low = middle
    }
  }
  const logT = end ?? (low + high) / 2
  return {
    temperature: Math.exp(logT),
    nll: look(logs, truth, Math.exp(-logT)).nll,
    atEnd: end !== undefined,
  }
}

/** softmax(ln p / T) of every row, shape [N, C]. */
export function atTemperature(probs: Probs, classes: number, temperature: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(probs.length)
  for (let row = 0; row < out.length; row += classes) {
    let top = 0
    for (let i = row; i < row + classes; i++) top = Math.max(top, probs[i] ?? Number.NaN)
    const highest = Math.log(Math.max(top, least))
    let total = 0
    for (let i = row; i < row + classes; i++) {
      const p = probs[i] ?? Number.NaN
      const e = Math.exp((Math.log(Math.max(p, least)) - highest) / temperature)
      out[i] = e
      total += e
    }
    for (let i = row; i < row + classes; i++) out[i] = (out[i] ?? Number.NaN) / total
  }
  return out
}

/** NLL at inverse temperature b, and its slope in b: the mean of E[ln p] - ln p[y] under the softmax at b. */
function look(
  logs: Float64Array,
  { labels, classes }: Truth,
  inverse: number,
): { nll: number; slope: number } {
  let nll = 0
  let slope = 0
  for (let n = 0; n < labels.length; n++) {
    const start = n * classes
    let top = Number.NEGATIVE_INFINITY
    for (let i = start; i < start + classes; i++) top = Math.max(top, logs[i] ?? 0)
    let total = 0
    let weighted = 0
    for (let i = start; i < start + classes; i++) {
      const log = (logs[i] ?? 0) - top
      const e = Math.exp(log * inverse)
      total += e
      weighted += e * log
    }
    const own = (logs[start + (labels[n] ?? 0)] ?? 0) - top
    nll += Math.log(total) - own * inverse
    slope += weighted / total - own
  }
  return { nll: nll / labels.length, slope: slope / labels.length }
}
