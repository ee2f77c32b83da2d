/**
 * Every random number in training comes from here, keyed by (seed, purpose, step), so that a resumed run draws what
 * the run never stopped would have drawn. The key goes through FNV-1a and murmur3's finaliser into the four words of
 * sfc32 (Chris Doty-Humphrey, PractRand), which passes BigCrush and needs only 32-bit integer arithmetic.
 */
export interface Random {
  /** A float in [0, 1) with 32 bits. */
  next(): number
  /** A standard normal (Box-Muller). */
  normal(): number
  /** An integer in [0, n). */
  below(n: number): number
}

/** @param purpose what the numbers are for, e.g. "batch-order" · @param step the step or epoch they belong to */
export function random(seed: number, purpose: string, step = 0): Random {
  let [a, b, c, d] = stateOf(seed, purpose, step)
  const next32 = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 12; i++) next32()
  let spare: number | undefined
  const next = (): number => next32() / 2 ** 32
  return {
    next,
    normal() {
      if (spare !== undefined) {
        const value = spare
        spare = undefined
        return value
      }
      // 1 - next() lies in (0, 1]: the logarithm stays finite.
      const radius = Math.sqrt(-2 * Math.log(1 - next()))
      const angle = 2 * Math.PI * next()
      spare = radius * Math.sin(angle)
      return radius * Math.cos(angle)
    },
    below: (n) => Math.floor(next() * n),
  }
}

/** The four words from which sfc32 starts, before its twelve rounds of mixing. */
export function stateOf(seed: number, purpose: string, step: number): [number, number, number, number] {
  const key = `${seed}/${purpose}/${step}`
  return [hash(key, 0x811c9dc5), hash(key, 0x9e3779b9), hash(key, 0x85ebca6b), hash(key, 0xc2b2ae35)]
}

/** A permutation of 0..n-1 (Fisher-Yates). */
export function permutation(n: number, rng: Random): Uint32Array {
  const order = new Uint32Array(n)
  for (let i = 0; i < n; i++) {
    const j = rng.below(i + 1)
    order[i] = order[j] ?? 0
    order[j] = i
  }
  return order
}

function hash(text: string, start: number): number {
  let h = start
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
