import type { Normalisation } from '../normalise.ts'
import type { Rectangle } from './erase.ts'

/**
 * Multiplies the pixels in a rectangle of the normalised image [h, w, c] that begins at `at`, as they were before
 * normalisation. Levels (black 0, white 1) stay in [0, 1], as in torchvision's adjust_brightness; other numbers have no
 * white and are not cut.
 */
export function brighten(
  out: Float32Array,
  at: number,
  [, width = 1, channels = 1]: readonly number[],
  { top, left, height, width: columns }: Rectangle,
  { factor, norm, hasWhite }: Brightness,
): void {
  const most = hasWhite ? 1 : Number.POSITIVE_INFINITY
  for (let c = 0; c < channels; c++) {
    const [mean, std] = [norm.mean[c] ?? 0, norm.std[c] ?? 1]
    for (let y = top; y < top + height; y++) {
      const from = at + (y * width + left) * channels + c
      const end = from + columns * channels
      for (let i = from; i < end; i += channels) {
        out[i] = (Math.min(((out[i] ?? 0) * std + mean) * factor, most) - mean) / std
      }
    }
  }
}

export interface Brightness {
  /** At least 0. */
  readonly factor: number
  readonly norm: Normalisation
  /** The pixels are levels from black to white. */
  readonly hasWhite: boolean
}
