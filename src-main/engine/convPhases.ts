import type { ConvInfo } from './convAttrs.ts'

/*
 * The gradient of a convolution's input at a stride. Pixels whose distance from the padded edge leaves the same remainder
 * by the stride meet the same taps, so each such phase is a convolution of dy with its part of the filter, turned around,
 * and nothing is multiplied by zeros.
 */

/** Of one axis. */
export interface Phase {
  /** The first pixel, and how many there are, a stride apart. */
  readonly first: number
  readonly count: number
  /** Taps that meet them, a stride apart, and the first and last of these. */
  readonly taps: number
  readonly firstTap: number
  readonly lastTap: number
  /** Row or column of dy that the first pixel meets with its first tap. */
  readonly start: number
}

export function phasesOf(info: ConvInfo): { readonly down: Phase[]; readonly right: Phase[] } {
  return {
    down: phases(info.strideHeight, info.filterHeight, info.padInfo.top, info.inHeight),
    right: phases(info.strideWidth, info.filterWidth, info.padInfo.left, info.inWidth),
  }
}

/** Of one axis. */
export function phases(stride: number, filter: number, padding: number, size: number): Phase[] {
  return Array.from({ length: stride }, (_, firstTap) => {
    const taps = Math.max(0, Math.ceil((filter - firstTap) / stride))
    const start = Math.max(0, Math.ceil((padding - firstTap) / stride))
    const first = start * stride + firstTap - padding
    return {
      first,
      count: Math.max(0, Math.ceil((size - first) / stride)),
      taps,
      firstTap,
      lastTap: firstTap + (taps - 1) * stride,
      start,
    }
  })
}
