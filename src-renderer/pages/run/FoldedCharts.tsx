import { useMemo } from 'react'
import type { Smoothing } from '../../../shared/api/series.ts'
import { accuracyOn } from '../../../shared/run/best.ts'
import type { Cycle } from '../../../shared/schedule/index.ts'
import { LineChart } from '../../charts/LineChart.tsx'
import type { LegendEntry } from '../../charts/PageLegend.tsx'
import { seriesColor, seriesDash } from '../../charts/palette.ts'
import type { ChartAxis, ChartSeries } from '../../charts/types.ts'
import { percent, rate } from '../../format/format.ts'
import { tickNumbers } from '../../format/numberList.ts'
import { lineInMeasure, lineOf, lossAxis, notSmoothed, scoreAxis, speedAxis, useSeen } from './chartParts.ts'
import { type PhaseWindow, phaseOf, pointsPerCycle, stepsWithin } from './folded.ts'
import { SeriesError } from './SeriesError.tsx'
import { scoreLine } from './scene.ts'
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

export function FoldedRate({ scene, ...props }: FoldedProps) {
  const { view, change } = scene
  const y = useMemo(
    (): ChartAxis => ({ label: '', format: rate, tick: tickNumbers, scale: view.rateScale ?? 'linear' }),
    [view.rateScale],
  )
  return (
    <FoldedSeries
      {...props}
      scene={scene}
      title="Learning rate"
      name="lr"
      smoothing={notSmoothed}
      y={y}
      onScale={(rateScale) => change({ rateScale })}
    />
  )
}

export function FoldedLoss({ scene, ...props }: FoldedProps) {
  const { view, change } = scene
  const y = useMemo(() => lossAxis(view.frame, view.lossScale), [view.frame, view.lossScale])
  return (
    <FoldedSeries
      {...props}
      scene={scene}
      title="Training loss"
      name="loss"
      smoothing={view.smoothing}
      y={y}
      onScale={(lossScale) => change({ lossScale })}
    />
  )
}

export function FoldedSpeed({ scene, ...props }: FoldedProps) {
  const { frame } = scene.view
  const y = useMemo(() => speedAxis(frame), [frame])
  return (
    <FoldedSeries
      {...props}
      scene={scene}
      title="Speed"
      name="samplesPerSecond"
      smoothing={notSmoothed}
      y={y}
    />
  )
}

/** An evaluation lies in the cycle whose steps it follows: that of a cycle's end is the last of its line. */
export function FoldedScore({ scene, folding, height }: FoldedProps) {
  const { evaluations, words, view } = scene
  const { part, measure } = words
  const series = useMemo(
    () =>
      folding.cycles.map((cycle) => {
        const { from, to } = stepsWithin(cycle, folding.phase)
        const own = evaluations.filter(({ step }) => step >= cycle.start && step < cycle.end)
        const map = { toX: phaseIn(cycle) }
        const line = scoreLine(own, (scores) => accuracyOn(scores, part), { from, to }, map, [cycle.end - 1])
        return lineInMeasure({ ...lookOf(cycle), marked: true, ...line }, measure)
      }),
    [folding, evaluations, part, measure],
  )
  const y = useMemo(() => scoreAxis(view.frame), [view.frame])
  const title = `${part === 'validation' ? 'Validation' : 'Test'} ${measure}`
  return <LineChart {...inFold(scene, folding)} title={title} series={series} y={y} height={height} />
}

interface FoldedSeriesProps extends FoldedProps {
  readonly title: string
  /** Of the series, as it is stored. */
  readonly name: string
  readonly smoothing: Smoothing
  readonly y: ChartAxis
  readonly onScale?: (scale: 'linear' | 'log') => void
}

function FoldedSeries(props: FoldedSeriesProps) {
  const { scene, folding, name, smoothing, title, height, y, onScale } = props
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

/** The page's legend names the cycles once for all charts. */
export const foldedLegend = ({ cycles }: Folding): readonly LegendEntry[] => cycles.map(lookOf)

const inFold = ({ group }: Scene, { axis, onZoom }: Folding) =>
  ({ x: axis, group, onZoom, legend: 'values', placeWords: partWords }) as const

export const partWords = (part: number): string => `${percent(part, 0)} of the cycle`
