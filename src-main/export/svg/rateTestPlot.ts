import type { RatePoint, RateTestView } from '../../../shared/api/studies.ts'
import { rateText } from '../../../shared/numberText.ts'
import { isActive } from '../../../shared/run/state.ts'
import { lossCeiling } from '../../../shared/study/lossCeiling.ts'
import { marksOf } from '../../../shared/study/rateWords.ts'
import { drawTimePlot, type Line } from './timePlot.ts'

/** A range test as a picture: loss and accuracy against the rate, with every rate that was found marked. */
export function drawRateTest(name: string, view: RateTestView): string {
  const { points, settings } = view
  const marks = marksOf(view)
  const ceiling = lossCeiling(points.map(({ smoothed }) => smoothed)) ?? Number.POSITIVE_INFINITY
  const isCut = points.some(({ loss }) => loss !== null && loss > ceiling)
  const belowCeiling = (loss: number | null): number | null => loss && Math.min(loss, ceiling)
  const line = (label: string, value: (point: RatePoint) => number | null, dashed = false): Line => ({
    name: label,
    points: points.map((point) => [point.lr, value(point) ?? Number.NaN] as const),
    dashed,
  })
  return drawTimePlot({
    title: name,
    subtitle: view.warnings.map(({ text }) => text).join(' '),
    xLabel: 'learning rate',
    xDomain: [settings.from, settings.to],
    xScale: settings.ramp === 'exponential' ? 'log' : 'linear',
    cycles: [],
    marks: marks.map(({ lr }) => lr),
    marksLabel: isActive(view.status) ? 'suggested so far' : 'suggested rate',
    markNames: marks.map(({ label, lr }) => `${label}: ${rateText(lr)}`),
    panels: [
      {
        label: `training loss of the batch (nats${isCut ? `, cut off at ${rateText(ceiling)}` : ''})`,
        scale: 'linear',
        lines: [
          line('smoothed', ({ smoothed }) => belowCeiling(smoothed)),
          line('as it was', ({ loss }) => belowCeiling(loss), true),
        ],
        height: 260,
      },
      {
        label: 'training accuracy of the batch (%)',
        scale: 'linear',
        lines: [line('accuracy', ({ accuracy }) => accuracy && 100 * accuracy)],
        height: 140,
      },
    ],
  })
}
