import { useCallback, useId, useMemo } from 'react'
import type { RateTestView } from '../../shared/api/studies.ts'
import { LineChart } from '../charts/LineChart.tsx'
import type { PlotArea } from '../charts/plotArea.ts'
import type { ChartAxis } from '../charts/types.ts'
import { loss as lossText, rate as rateText } from '../format/format.ts'
import { tickNumbers } from '../format/numberList.ts'
import { accuracyLines, lossFrame, lossLines } from './curves.ts'
import { MarkLines, MarkNames } from './MarkFlags.tsx'
import { type Mark, marksOf } from './marks.ts'
import { RateHandles } from './RateHandles.tsx'
import classes from './RateTest.module.css'
import type { RateLines } from './rateLines.ts'

interface RateTestPlotProps {
  readonly view: Pick<RateTestView, 'settings' | 'points' | 'suggestions' | 'bounds'>
  /** undefined while the test goes on: no line stands before its suggestions do. */
  readonly lines: RateLines | undefined
  readonly onMove: (lines: RateLines) => void
  /** Pixels that both charts may take together. */
  readonly height: number
}

/** What stands above each chart, in pixels, and the part of the rest that the loss has. */
const heads = 48
const lossPart = 0.66
const leastLoss = 160
const leastAccuracy = 96

const lossAxis: ChartAxis = {
  label: 'nats',
  unit: 'nats',
  format: lossText,
  tick: tickNumbers,
  frame: 'signal',
}
const accuracyAxis: ChartAxis = { label: '', share: true }

/** Loss and training accuracy against the rate, with the suggestions and the two lines that can be moved. */
export function RateTestPlot({ view, lines, onMove, height }: RateTestPlotProps) {
  const { settings, points, suggestions, bounds } = view
  const group = useId()
  const loss = useMemo(() => lossLines(points), [points])
  const frame = useMemo(() => lossFrame(points), [points])
  const y = useMemo(
    (): ChartAxis => ({ ...lossAxis, ...(frame !== undefined && { domain: frame }) }),
    [frame],
  )
  const accuracy = useMemo(() => accuracyLines(points), [points])
  const isLive = lines === undefined
  const marks = useMemo(
    () => marksOf({ suggestions, bounds }).map((mark) => (isLive ? soFar(mark) : mark)),
    [isLive, suggestions, bounds],
  )
  const x = useRateAxis(settings)
  const bands = useMemo(() => (lines === undefined ? [] : [{ from: lines.low, to: lines.high }]), [lines])
  const placeWords = useCallback((at: number) => `rate ${rateText(Number(at.toPrecision(3)))}`, [])
  const overLoss = useCallback(
    (area: PlotArea) => (
      <>
        <MarkLines area={area} marks={marks} hasNames />
        {lines !== undefined && <RateHandles area={area} lines={lines} settings={settings} onMove={onMove} />}
        <MarkNames area={area} marks={marks} />
      </>
    ),
    [marks, lines, settings, onMove],
  )
  const overAccuracy = useMarks(marks)
  const shared = { x, bands, group, placeWords } as const
  const lossHeight = Math.max(leastLoss, Math.round((height - heads) * lossPart))
  return (
    <section className={classes.plot} aria-label="Range test">
      <LineChart
        {...shared}
        title="Training loss"
        series={loss}
        y={y}
        height={lossHeight}
        overlay={overLoss}
        canLog
      />
      <LineChart
        {...shared}
        title="Training accuracy"
        series={accuracy}
        y={accuracyAxis}
        height={Math.max(leastAccuracy, height - heads - lossHeight)}
        overlay={overAccuracy}
      />
    </section>
  )
}

/** All rates of the ramp from the start on, so that nothing moves while the lines come. */
function useRateAxis({ ramp, from, to }: RateTestView['settings']): ChartAxis {
  return useMemo(
    () => ({
      label: 'learning rate',
      scale: ramp === 'exponential' ? 'log' : 'linear',
      domain: [from, to],
      format: rateText,
      tick: tickNumbers,
    }),
    [ramp, from, to],
  )
}

const soFar = (mark: Mark): Mark => ({ ...mark, label: `${mark.label} so far` })

const useMarks = (marks: readonly Mark[]) =>
  useCallback((area: PlotArea) => <MarkLines area={area} marks={marks} hasNames={false} />, [marks])
