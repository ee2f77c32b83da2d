import type { Random } from '../../../shared/random.ts'
import type { Augmentation } from '../../../shared/run/spec.ts'

/** Rows and columns of an image from (top, left), all of them on the image. */
export interface Rectangle {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

/**
 * The square of cutout, cut at the borders (DeVries & Taylor 2017, section 3.2): its centre is any pixel of the image,
 * all alike likely, and lies below and right of the middle where the side is even.
 */
export function drawCutout(
  rng: Random,
  [height = 1, width = 1]: readonly number[],
  { side }: NonNullable<Augmentation['cutout']>,
): Rectangle {
  const top = rng.below(height) - Math.floor(side / 2)
  const left = rng.below(width) - Math.floor(side / 2)
  const [up, west] = [Math.max(0, top), Math.max(0, left)]
  return {
    top: up,
    left: west,
    height: Math.min(height, top + side) - up,
    width: Math.min(width, left + side) - west,
  }
}

/** Shapes that are tried for one image before it stays whole, as in the authors' program. */
const tries = 100

/**
 * The rectangle of random erasing (Zhong et al. 2020, algorithm 1): area and aspect are drawn evenly, again until the
 * rectangle in whole pixels fits, and then its place among all places. Undefined for an image that stays whole.
 */
export function drawErasing(
  rng: Random,
  [height = 1, width = 1]: readonly number[],
  { probability, areaLow, areaHigh, aspect }: NonNullable<Augmentation['erasing']>,
): Rectangle | undefined {
  if (rng.next() >= probability) return undefined
  for (let attempt = 0; attempt < tries; attempt++) {
    const area = height * width * between(rng, areaLow, areaHigh)
    const ratio = between(rng, aspect, 1 / aspect)
    const rows = Math.round(Math.sqrt(area * ratio))
    const columns = Math.round(Math.sqrt(area / ratio))
    if (rows > height || columns > width) continue
    const top = rng.below(height - rows + 1)
    const left = rng.below(width - columns + 1)
    return { top, left, height: rows, width: columns }
  }
  return undefined
}

/** Evenly in [low, high). */
export const between = (rng: Random, low: number, high: number): number => low + (high - low) * rng.next()

/** Zeros in a rectangle of the image [h, w, c] that begins at `at`. */
export function erase(
  out: Float32Array,
  at: number,
  [, width = 1, channels = 1]: readonly number[],
  { top, left, height, width: columns }: Rectangle,
): void {
  for (let y = top; y < top + height; y++) {
    const from = at + (y * width + left) * channels
    out.fill(0, from, from + columns * channels)
  }
}
