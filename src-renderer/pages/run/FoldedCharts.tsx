import { useMemo } from 'react'
import type { Smoothing } from '../../../shared/api/series.ts'
import type { Cycle } from '../../../shared/schedule/index.ts'
import { LineChart } from '../../charts/LineChart.tsx'
import { seriesColor, seriesDash } from '../../charts/palette.ts'
import type { ChartAxis, ChartSeries } from '../../charts/types.ts'
import { plainNumber } from '../../charts/words.ts'
import { count, loss, percent, rate } from '../../format/format.ts'
import { lineOf, notSmoothed, roundPercent, useSeen } from './chartParts.ts'
import { type PhaseWindow, phaseOf, pointsPerCycle, stepsWithin } from './folded.ts'
import { SeriesError } from './SeriesError.tsx'
import { epochLine, judgedBy } from './scene.ts'
import type { SeriesRequest } from './seriesFeed.ts'
import type { Scene } from './useScene.ts'
import { useSeriesViews } from './useSeriesViews.ts'

/* The charts of a run with its cycles laid over each other, a line each. */

export interface Folding {
  readonly cycles: readonly Cycle[]
  readonly phase: PhaseWindow
  readonly axis: ChartAxis
  readonly onZoom: (phase: PhaseWindow | undefined) => void
}

interface FoldedProps {
  readonly scene: Scene
  readonly folding: Folding
  readonly height: number
}

export const FoldedRate = ({ scene, ...props }: FoldedProps) => (
  <FoldedSeries
    {...props}
    scene={scene}
    title="Learning rate"
    name="lr"
    smoothing={notSmoothed}
    unit=""
    format={rate}
    scale={scene.view.rateScale ?? 'linear'}
    onScale={(rateScale) => scene.change({ rateScale })}
  />
)

export const FoldedLoss = ({ scene, ...props }: FoldedProps) => (
  <FoldedSeries
    {...props}
    scene={scene}
    title="Training loss"
    name="loss"
    smoothing={scene.view.smoothing}
    unit="nats"
    format={loss}
    scale={scene.view.lossScale ?? 'linear'}
    onScale={(lossScale) => scene.change({ lossScale })}
  />
)

export const FoldedSpeed = (props: FoldedProps) => (
  <FoldedSeries
    {...props}
    title="Speed"
    name="samplesPerSecond"
    smoothing={notSmoothed}
    unit="examples/s"
    format={count}
  />
)

/** What is measured once an epoch lies in the cycle that the epoch ended in. */
export function FoldedAccuracy({ scene, folding, height }: FoldedProps) {
  const { epochs } = scene
  const hasValidation = epochs.some(({ valAccuracy }) => valAccuracy !== null)
  const series = useMemo(
    () =>
      folding.cycles.map((cycle) => {
        const { from, to } = stepsWithin(cycle, folding.phase)
        const map = { label: '', format: String, toStep: Math.round, toX: phaseIn(cycle) }
        const own = epochs.filter(({ step }) => step >= cycle.start && step < cycle.end)
        const line = epochLine(own, judgedBy, { from, to }, map, [])
        return { ...lookOf(cycle), ...line, ...(line.x.length === 1 && { dots: true }) }
      }),
    [folding, epochs],
  )
  return (
    <LineChart
      {...inFold(scene, folding)}
      title={hasValidation ? 'Validation accuracy' : 'Test accuracy'}
      series={series}
      y={accuracyAxis}
      height={height}
    />
  )
}

const accuracyAxis: ChartAxis = { label: '', format: (value) => percent(value), tick: roundPercent }

function FoldedSeries(
  props: FoldedProps & {
    readonly title: string
    readonly name: string
    readonly smoothing: Smoothing
    readonly unit: string
    readonly format: (value: number) => string
    readonly scale?: 'linear' | 'log'
    readonly onScale?: (scale: 'linear' | 'log') => void
  },
) {
  const { scene, folding, name, smoothing, title, height, unit, format, scale, onScale } = props
  const [ref, isSeen] = useSeen()
  const requests = useMemo(
    () => folding.cycles.map((cycle) => requestOf(cycle, folding.phase, name, smoothing)),
    [folding, name, smoothing],
  )
  const { views, error } = useSeriesViews(scene.run.id, requests, scene.run, isSeen)
  const series = useMemo(
    () =>
      folding.cycles.map((cycle): ChartSeries => {
        const answer = views.get(slotOf(cycle))?.[0]
        return lineOf(answer, { toX: phaseIn(cycle) }, lookOf(cycle))
      }),
    [folding, views],
  )
  const y = useMemo(
    (): ChartAxis => ({
      label: unit,
      format,
      ...(name === 'loss' && { tick: plainNumber }),
      ...(scale !== undefined && { scale }),
    }),
    [unit, format, scale, name],
  )
  return (
    <div ref={ref}>
      <SeriesError error={error} hasData={views.size > 0} />
      <LineChart
        {...inFold(scene, folding)}
        title={title}
        series={series}
        y={y}
        height={height}
        {...(onScale !== undefined && { canLog: true, onScale })}
      />
    </div>
  )
}

const slotOf = ({ index }: Cycle): string => `cycle ${index}`

function requestOf(cycle: Cycle, phase: PhaseWindow, name: string, smoothing: Smoothing): SeriesRequest {
  const { from, to } = stepsWithin(cycle, phase)
  return {
    slot: slotOf(cycle),
    series: [name],
    fromStep: from,
    toStep: Math.max(from, to),
    points: pointsPerCycle,
    smoothing,
  }
}

const phaseIn = (cycle: Cycle) => (step: number) => phaseOf(cycle, step)

const lookOf = ({ index }: Cycle) => {
  const dash = seriesDash(index)
  const id = `cycle ${index + 1}`
  return { id, label: id, color: seriesColor(index), ...(dash !== undefined && { dash }) }
}

const inFold = ({ group }: Scene, { axis, onZoom }: Folding) => ({ x: axis, group, onZoom })
