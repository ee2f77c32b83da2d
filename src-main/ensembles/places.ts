import type { LineTop, WeightLinePoint } from '../../shared/api/ensembles.ts'
import { bumpOf } from '../../shared/ensemble/bump.ts'

/*
 * λ along a line, from 0 to 1 in equal steps: the ends first, since heights are measured against them; then the middle
 * outwards.
 */

export const isEnd = (at: number): boolean => at === 0 || at === 1

export const placesOf = (steps: number): readonly number[] => [
  0,
  1,
  ...Array.from({ length: steps - 1 }, (_, k) => (k + 1) / steps).sort(
    (a, b) => Math.abs(a - 0.5) - Math.abs(b - 0.5) || a - b,
  ),
]

/** The highest of the bumps where there are any, else the highest place. @param lines that are looked at together */
export function topOf(points: readonly WeightLinePoint[], lines = 1): LineTop | null {
  const inner = points.flatMap(({ at, height, standardError }) =>
    height === null ? [] : [{ at, ...bumpOf({ height, standardError: standardError ?? Number.NaN }, lines) }],
  )
  const bumps = inner.filter(({ isBump }) => isBump)
  const among = bumps.length > 0 ? bumps : inner
  return among.reduce<LineTop | null>(
    (best, each) => (best === null || !(each.height <= best.height) ? each : best),
    null,
  )
}
