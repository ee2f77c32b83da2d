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
 * its slope has one zero, found to a part in 10^9 by Newton's method, which bisects ln T over 0.01..100 where it would leave
 * what is known to hold the zero.
 * @param probs shape [N, C]  @returns null where a probability is NaN
 * @throws UserError if shapes or labels do not fit
 */
export function fitTemperature(probs: Probs, truth: Truth): Temperature | null {
  exampleCount(truth)
  checkShape(probs, truth)
  if (probs.some(Number.isNaN)) return null
  const logs = new Float64Array(probs.length)
  for (let i = 0; i < logs.length; i++) logs[i] = Math.log(Math.max(probs[i] ?? Number.NaN, least))
  const at = (logT: number): Look => look(logs, truth, Math.exp(-logT))
  const [low, high] = temperatureRange.map(Math.log) as [number, number]
  // Of the NLL in 1/T: below 0 the inverse should grow, which is a lower temperature.
  const end = at(low).slope <= 0 ? low : at(high).slope >= 0 ? high : undefined
  const logT = end ?? zeroBetween(low, high, at)
  return {
    temperature: Math.exp(logT),
    nll: look(logs, truth, Math.exp(-logT)).nll,
    atEnd: end !== undefined,
  }
}

/** Where the slope is 0, in ln T: above 0 at `low`, below 0 at `high`. */
function zeroBetween(low: number, high: number, at: (logT: number) => Look): number {
  let here = 0
  while (high - low > 1e-9) {
    const { slope, curvature } = at(here)
    if (slope === 0) return here
    if (slope < 0) high = here
    else low = here
    const inverse = Math.exp(-here) - slope / curvature
    const next = inverse > 0 ? -Math.log(inverse) : Number.NaN
    const isInside = next > low && next < high
    if (isInside && Math.abs(next - here) < 1e-9) return next
    here = isInside ? next : (low + high) / 2
  }
  return (low + high) / 2
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

interface Look {
  readonly nll: number
  readonly slope: number
  readonly curvature: number
}

/**
 * NLL at inverse temperature b, its slope in b, which is the mean of E[ln p] - ln p[y] under the softmax at b, and the slope of
 * that: the mean variance of ln p.
 */
function look(logs: Float64Array, { labels, classes }: Truth, inverse: number): Look {
  let curvature = 0
  let nll = 0
  let slope = 0
  for (let row = 0; row < labels.length; row++) {
    const start = row * classes
    let top = Number.NEGATIVE_INFINITY
    for (let i = start; i < start + classes; i++) top = Math.max(top, logs[i] ?? 0)
    let total = 0
    let weighted = 0
    let squared = 0
    for (let i = start; i < start + classes; i++) {
      const log = (logs[i] ?? 0) - top
      const e = Math.exp(log * inverse)
      total += e
      weighted += e * log
      squared += e * log * log
    }
    const own = (logs[start + (labels[row] ?? 0)] ?? 0) - top
    nll += Math.log(total) - own * inverse
    const mean = weighted / total
    slope += mean - own
    curvature += squared / total - mean * mean
  }
  const n = labels.length
  return { nll: nll / n, slope: slope / n, curvature: curvature / n }
}
