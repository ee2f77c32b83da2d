import { permutation, type Random, random } from '../../shared/random.ts'

/** What a mixed batch has besides its own labels. */
export interface Mixture {
  /** The part of an example's own image and label; its partner has the rest. In [0, 1]. */
  readonly lambda: number
  /** The partners' labels, [batch]. */
  readonly labels: Uint16Array<ArrayBuffer>
}

/**
 * Mixes each example of a batch with its partner, the example at its place in another order of the batch, in place:
 * λ · x_i + (1 - λ) · x_j, one λ of Beta(alpha, alpha) for the batch (Zhang et al. 2018, equation 1 and figure 1). The
 * generator is keyed by (seed, 'mixup', step) and draws λ, then the order.
 * @param values [batch, exampleSize], normalised and augmented
 */
export function mix(
  values: Float32Array,
  labels: Uint16Array,
  alpha: number,
  step: number,
  seed: number,
): Mixture {
  const rng = random(seed, 'mixup', step)
  const lambda = drawBeta(rng, alpha)
  const order = permutation(labels.length, rng)
  const size = values.length / labels.length
  const own = values.slice()
  for (const [i, j] of order.entries()) {
    for (let k = 0; k < size; k++) {
      values[i * size + k] = lambda * (own[i * size + k] ?? 0) + (1 - lambda) * (own[j * size + k] ?? 0)
    }
  }
  return { lambda, labels: Uint16Array.from(order, (j) => labels[j] ?? 0) }
}

/**
 * A number of Beta(alpha, alpha), as G1 / (G1 + G2) of two gamma variables, by their logarithms: for a small alpha both
 * would underflow to 0.
 */
export function drawBeta(rng: Random, alpha: number): number {
  const [first, second] = [drawLogGamma(rng, alpha), drawLogGamma(rng, alpha)]
  return 1 / (1 + Math.exp(second - first))
}

/**
 * The logarithm of a number of Gamma(shape, 1): Marsaglia and Tsang 2000, section 3, for shapes of 1 and above, and
 * below them with section 6's Gamma(shape + 1) · U^(1 / shape).
 */
function drawLogGamma(rng: Random, shape: number): number {
  // 1 - next() lies in (0, 1]: the logarithm stays finite.
  if (shape < 1) return drawLogGamma(rng, shape + 1) + Math.log(1 - rng.next()) / shape
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = rng.normal()
    const v = (1 + c * x) ** 3
    if (v <= 0) continue
    if (Math.log(1 - rng.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v)
  }
}
