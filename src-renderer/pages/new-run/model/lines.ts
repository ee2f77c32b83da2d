import { nice } from 'd3-array'
import { seriesColor, seriesDash } from '../../../charts/palette.ts'
import type { ChartSeries } from '../../../charts/types.ts'
import type { Preview } from './preview.ts'

/** A schedule as a line of the preview. */
export interface Line {
  readonly id: string
  readonly label: string
  readonly drawn: Preview
}

export const rateSeries = (lines: readonly Line[], stepsPerX: number): ChartSeries[] =>
  lines.map(({ id, label, drawn }, place) => ({
    id,
    label,
    ...styleOf(place),
    x: drawn.steps.map((step) => step / stepsPerX),
    y: drawn.rates,
  }))

/** The momentum of this schedule, and of those pinned ones that move it. @param usual the optimizer's own */
export function momentumSeries(lines: readonly Line[], stepsPerX: number, usual: number): ChartSeries[] {
  return lines.flatMap(({ id, label, drawn: { steps, momenta } }, place) => {
    if (momenta === undefined) return place === 0 ? [steadyMomentum(steps.at(-1) ?? 0, stepsPerX, usual)] : []
    const x = steps.map((step) => step / stepsPerX)
    return [{ id, label, ...styleOf(place), x, y: momenta.map((value) => value ?? usual) }]
  })
}

/** Of a schedule that leaves it to the optimizer: two points say it all. */
const steadyMomentum = (lastStep: number, stepsPerX: number, usual: number): ChartSeries => ({
  id: 'this',
  label: 'the optimizer’s own',
  x: [0, lastStep / stepsPerX],
  y: [usual, usual],
})

/** Its own in every chart, whichever lines stand beside it there. */
function styleOf(place: number): { color: string; dash?: string } {
  const dash = seriesDash(place)
  return { color: seriesColor(place), ...(dash !== undefined && { dash }) }
}

/** Further down than this under the highest rate, a line to 0 would stretch a log axis for nothing. */
const decades = 5
/** A rate that the schedule names is shown further down, up to here. */
const mostDecades = 9

/**
 * What the axis of rates spans: some room above the highest, so that it can be dragged up.
 * @param named rates that have a handle
 */
export function rateDomain(
  series: readonly ChartSeries[],
  scale: 'linear' | 'log',
  named: readonly number[] = [],
): readonly [number, number] {
  let top = 0
  let bottom = Number.POSITIVE_INFINITY
  for (const { y } of series) {
    for (const value of y) {
      if (value === null) continue
      top = Math.max(top, value)
      if (value > 0) bottom = Math.min(bottom, value)
    }
  }
  if (top <= 0) return scale === 'log' ? [0.001, 1] : [0, 1]
  if (scale === 'log') {
    const shown = named.filter((rate) => rate > top * 10 ** -mostDecades)
    const floor = Math.min(top * 10 ** -decades, ...shown.map((rate) => rate * 0.7))
    return [Math.max(Math.min(bottom, ...shown) * 0.7, floor), top * 2]
  }
  const [, most] = nice(0, top * 1.18, 8)
  return [0, most]
}
