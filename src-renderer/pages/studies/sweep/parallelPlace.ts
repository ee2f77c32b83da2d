import type { ParallelLine } from './parallel.ts'

/* Where parallel coordinates stand in pixels, from the upper left corner of their box. */

export const plot = { height: 260, top: 28, bottom: 34, side: 78 } as const
/** From the foot of the axes down to the lane of what diverged. */
const lane = 18

export interface ParallelPlace {
  readonly width: number
  /** How many stand side by side, the objective's included. */
  readonly axes: number
}

export const axisX = ({ width, axes }: ParallelPlace, index: number): number =>
  axes < 2 ? width / 2 : plot.side + (index * (width - 2 * plot.side)) / (axes - 1)

export const foot = plot.height - plot.bottom
export const placeY = (place: number | null): number =>
  place === null ? foot + lane : foot - place * (foot - plot.top)

/** The place along an axis, in 0..1. */
export const placeAtY = (y: number): number => Math.min(1, Math.max(0, (foot - y) / (foot - plot.top)))

export function pathOf(lines: readonly ParallelLine[], place: ParallelPlace): string {
  return lines
    .map(({ places }) =>
      places
        .map((at, i) => `${i === 0 ? 'M' : 'L'}${axisX(place, i).toFixed(1)} ${placeY(at).toFixed(1)}`)
        .join(''),
    )
    .join('')
}

/** A click this far from a line, in pixels, means none. */
const reach = 12

/** The line nearest to a point, above or below it. */
export function nearestLine(
  lines: readonly ParallelLine[],
  place: ParallelPlace,
  x: number,
  y: number,
): ParallelLine | undefined {
  const between = axisX(place, 1) - axisX(place, 0)
  const along = Math.min(place.axes - 1, Math.max(0, (x - axisX(place, 0)) / Math.max(1, between)))
  const left = Math.min(place.axes - 2, Math.floor(along))
  const part = along - left
  const distance = ({ places }: ParallelLine): number => {
    const [from, to] = [placeY(places[left] ?? null), placeY(places[left + 1] ?? null)]
    return Math.abs(from + part * (to - from) - y)
  }
  let nearest: ParallelLine | undefined
  let least: number = reach
  for (const line of lines) {
    const far = distance(line)
    if (far < least) {
      least = far
      nearest = line
    }
  }
  return nearest
}
