import { useMemo } from 'react'
import { LineChart } from '../../charts/LineChart.tsx'
import { seriesColor } from '../../charts/palette.ts'
import { scaleOfSchedule } from '../../charts/rateScale.ts'
import type { ChartAxis, ChartSeries } from '../../charts/types.ts'
import { rate } from '../../format/format.ts'
import { tickNumbers } from '../../format/numberList.ts'
import { answerOf, lineOf, useRequests, useSeen } from './chartParts.ts'
import { inScene, nowMark } from './inScene.ts'
import { plannedLook, trainLook } from './lineLooks.ts'
import { SeriesError } from './SeriesError.tsx'
import { changeMarks, type PlannedPoint, plannedIn, rateToCome, snapshotMarks } from './scene.ts'
import type { Views } from './seriesFeed.ts'
import type { Scene } from './useScene.ts'
import { useSeriesViews } from './useSeriesViews.ts'

interface RateChartProps {
  readonly scene: Scene
  readonly height: number
}

/** Pixels, axis and all, in which the labels of an axis stay apart. */
const leastHeight = 84

/** The rate as applied and as planned; below it the momentum, where the schedule moves that too. */
export function RateChart({ scene, height }: RateChartProps) {
  const { run, schedule, view, change, window, map, feedback, snapshots, words } = scene
  const planned = useMemo(() => plannedIn(schedule, window), [schedule, window])
  const movesMomentum = planned.some(({ momentum }) => momentum !== undefined)
  const [ref, isSeen] = useSeen()
  const requests = useRequests(scene, movesMomentum ? ['lr', 'momentum'] : ['lr'])
  const { views, error } = useSeriesViews(run.id, requests, run, isSeen)
  const toCome = useMemo(
    () => rateToCome(planned, run.stepsDone, schedule, feedback),
    [planned, run.stepsDone, schedule, feedback],
  )
  const series = useMemo(
    () =>
      appliedAndPlanned(lineOf(answerOf(views, 'raw', 'lr'), map, applied), toCome, ({ lr }) => lr, map.toX),
    [views, map, toCome],
  )
  const marks = useMemo(
    () => [
      ...changeMarks(run, feedback, schedule, map),
      ...snapshotMarks(run, snapshots, window, map, words, ({ lr }) => lr),
      ...nowMark(run, map),
    ],
    [run, feedback, schedule, map, snapshots, window, words],
  )
  const usual = useMemo(() => scaleOfSchedule(schedule), [schedule])
  const scale = view.rateScale ?? usual
  const y = useMemo((): ChartAxis => ({ label: '', format: rate, tick: tickNumbers, scale }), [scale])
  const rateHeight = movesMomentum ? Math.max(leastHeight, Math.round(height * 0.58) - 12) : height
  return (
    <div ref={ref}>
      <SeriesError error={error} hasData={views.size > 0} />
      <LineChart
        {...inScene(scene)}
        title="Learning rate"
        series={series}
        y={y}
        height={rateHeight}
        marks={marks}
        canLog
        onScale={(rateScale) => change({ rateScale })}
      />
      {movesMomentum && (
        <MomentumChart
          scene={scene}
          height={Math.max(leastHeight, height - rateHeight - 24)}
          views={views}
          toCome={toCome}
        />
      )}
    </div>
  )
}

const applied = { ...trainLook, id: 'applied', label: 'applied' }

function appliedAndPlanned(
  done: ChartSeries,
  toCome: readonly PlannedPoint[],
  value: (point: PlannedPoint) => number | undefined,
  toX: (step: number) => number,
): ChartSeries[] {
  if (toCome.length < 2) return [done]
  const rest: ChartSeries = {
    ...plannedLook,
    ahead: true,
    x: toCome.map(({ step }) => toX(step)),
    y: toCome.map((point) => value(point) ?? null),
  }
  return [done, rest]
}

interface MomentumProps extends RateChartProps {
  readonly views: Views
  readonly toCome: readonly PlannedPoint[]
}

function MomentumChart({ scene, height, views, toCome }: MomentumProps) {
  const { map, run } = scene
  const series = useMemo(
    () =>
      appliedAndPlanned(
        lineOf(answerOf(views, 'raw', 'momentum'), map, { ...applied, color: seriesColor(3) }),
        toCome,
        ({ momentum }) => momentum,
        map.toX,
      ),
    [views, map, toCome],
  )
  const marks = useMemo(() => nowMark(run, map), [run, map])
  return (
    <LineChart
      {...inScene(scene)}
      title="Momentum"
      series={series}
      y={momentumAxis}
      height={height}
      marks={marks}
    />
  )
}

const momentumAxis: ChartAxis = { label: '', format: rate, tick: tickNumbers }
