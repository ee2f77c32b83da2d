import { type ReactNode, useMemo } from 'react'
import { isActive } from '../../../shared/run/state.ts'
import { LineChart } from '../../charts/LineChart.tsx'
import { seriesColor } from '../../charts/palette.ts'
import { dwarfs } from '../../charts/scale.ts'
import type { ChartAxis, ChartMark, ChartSeries } from '../../charts/types.ts'
import { plainNumber } from '../../charts/words.ts'
import { count, loss, percent, rate } from '../../format/format.ts'
import { answerOf, lineOf, roundPercent, trainingLines, useRequests, useSeen } from './chartParts.ts'
import { SeriesError } from './SeriesError.tsx'
import {
  bestMark,
  changeMarks,
  epochLine,
  judgedBy,
  type PlannedPoint,
  plannedIn,
  rateToCome,
  snapshotMarks,
} from './scene.ts'
import type { Scene } from './useScene.ts'
import { useSeriesViews } from './useSeriesViews.ts'

/* The charts of a run along its steps. Each asks for its own series, and only while it is in sight. */

interface ChartProps {
  readonly scene: Scene
  readonly height: number
}

const trainColor = seriesColor(0)
const validationColor = seriesColor(1)
const testColor = seriesColor(2)

function nowMark({ run, map }: Scene): ChartMark[] {
  if (!isActive(run.status) || run.stepsDone === 0) return []
  return [{ x: map.toX(run.stepsDone - 1), y: 0, label: 'now', kind: 'now' }]
}

const planDash = '4 4'

export function RateChart({ scene, height }: ChartProps) {
  const { run, schedule, view, change, window, map, feedback, snapshots } = scene
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
      ...snapshotMarks(snapshots, window, map, ({ lr }) => lr),
      ...nowMark(scene),
    ],
    [run, feedback, schedule, map, snapshots, window, scene],
  )
  const scale = view.rateScale ?? (spansDecades(schedule.range) ? 'log' : 'linear')
  const y = useMemo((): ChartAxis => ({ label: '', format: rate, scale }), [scale])
  const rateHeight = movesMomentum ? Math.round(height * 0.58) - 12 : height
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
        <MomentumChart scene={scene} height={height - rateHeight - 24} views={views} toCome={toCome} />
      )}
    </div>
  )
}

const applied = { id: 'applied', label: 'applied', color: trainColor }

function appliedAndPlanned(
  done: ChartSeries,
  toCome: readonly PlannedPoint[],
  value: (point: PlannedPoint) => number | undefined,
  toX: (step: number) => number,
): ChartSeries[] {
  if (toCome.length < 2) return [done]
  const rest: ChartSeries = {
    id: 'planned',
    label: 'planned',
    color: 'var(--mantine-color-dimmed)',
    dash: planDash,
    ahead: true,
    x: toCome.map(({ step }) => toX(step)),
    y: toCome.map((point) => value(point) ?? null),
  }
  return [done, rest]
}

const spansDecades = ({ lrMin, lrMax }: { lrMin: number; lrMax: number }): boolean =>
  lrMin > 0 && lrMax / lrMin >= 99.9

function MomentumChart({
  scene,
  height,
  views,
  toCome,
}: ChartProps & {
  readonly views: Parameters<typeof answerOf>[0]
  readonly toCome: readonly PlannedPoint[]
}) {
  const { map } = scene
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
  const marks = useMemo(() => nowMark(scene), [scene])
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

const momentumAxis: ChartAxis = { label: '', format: rate }

export function LossChart({ scene, height }: ChartProps) {
  const { run, epochs, snapshots, view, change, window, map } = scene
  const [ref, isSeen] = useSeen()
  const requests = useRequests(scene, ['loss'], view.smoothing)
  const { views, error } = useSeriesViews(run.id, requests, run, isSeen)
  const validation = useEpochLine(scene, (epoch) => epoch.valLoss)
  const series = useMemo(
    () => [
      ...trainingLines(views, 'loss', view.smoothing, map, trainColor),
      ...withDots(validation, 'validation', validationColor),
    ],
    [views, view.smoothing, map, validation],
  )
  const marks = useMemo(
    () => [
      ...snapshotMarks(snapshots, window, map, ({ valLoss, testLoss }) => valLoss ?? testLoss),
      ...bestMark(run.best, map, ({ valLoss, testLoss }) => valLoss ?? testLoss),
      ...nowMark(scene),
    ],
    [snapshots, window, map, run.best, scene],
  )
  const scale = view.lossScale ?? (dwarfs(series, 1000) ? 'log' : 'linear')
  const y = useMemo((): ChartAxis => ({ label: 'nats', format: loss, tick: plainNumber, scale }), [scale])
  return (
    <Cell cell={ref} error={error} hasData={views.size > 0 || epochs.length > 0}>
      <LineChart
        {...inScene(scene)}
        title="Loss"
        series={series}
        y={y}
        height={height}
        marks={marks}
        canLog
        onScale={(lossScale) => change({ lossScale })}
      />
    </Cell>
  )
}

export function AccuracyChart({ scene, height }: ChartProps) {
  const { run, snapshots, view, window, map } = scene
  const [ref, isSeen] = useSeen()
  const requests = useRequests(scene, ['accuracy'], view.smoothing)
  const { views, error } = useSeriesViews(run.id, requests, run, isSeen)
  const validation = useEpochLine(scene, (epoch) => epoch.valAccuracy)
  const test = useEpochLine(scene, (epoch) => epoch.testAccuracy)
  const series = useMemo(
    () => [
      ...trainingLines(views, 'accuracy', view.smoothing, map, trainColor),
      ...withDots(validation, 'validation', validationColor),
      ...withDots(test, 'test', testColor, '6 3'),
    ],
    [views, view.smoothing, map, validation, test],
  )
  const marks = useMemo(
    () => [
      ...snapshotMarks(snapshots, window, map, judgedBy),
      ...bestMark(run.best, map, judgedBy),
      ...nowMark(scene),
    ],
    [snapshots, window, map, run.best, scene],
  )
  return (
    <Cell cell={ref} error={error} hasData={views.size > 0}>
      <LineChart
        {...inScene(scene)}
        title="Accuracy"
        series={series}
        y={accuracyAxis}
        height={height}
        marks={marks}
      />
    </Cell>
  )
}

const accuracyAxis: ChartAxis = { label: '', format: (value) => percent(value), tick: roundPercent }

export function SpeedChart({ scene, height }: ChartProps) {
  const { run, map } = scene
  const [ref, isSeen] = useSeen()
  const requests = useRequests(scene, ['samplesPerSecond'])
  const { views, error } = useSeriesViews(run.id, requests, run, isSeen)
  const series = useMemo(
    () => [
      lineOf(answerOf(views, 'raw', 'samplesPerSecond'), map, {
        id: 'speed',
        label: 'training',
        color: trainColor,
      }),
    ],
    [views, map],
  )
  const marks = useMemo(() => nowMark(scene), [scene])
  return (
    <Cell cell={ref} error={error} hasData={views.size > 0}>
      <LineChart
        {...inScene(scene)}
        title="Speed"
        series={series}
        y={speedAxis}
        height={height}
        marks={marks}
      />
    </Cell>
  )
}

const speedAxis: ChartAxis = { label: 'examples/s', format: count, whole: true }

const inScene = ({ axis, bands, group, onZoom }: Scene) => ({ x: axis, bands, group, onZoom })

function Cell({
  cell,
  error,
  hasData,
  children,
}: {
  readonly cell: ReturnType<typeof useSeen>[0]
  readonly error: unknown
  readonly hasData: boolean
  readonly children: ReactNode
}) {
  return (
    <div ref={cell}>
      <SeriesError error={error} hasData={hasData} />
      {children}
    </div>
  )
}

function useEpochLine(
  { epochs, window, map, run, snapshots }: Scene,
  value: (epoch: Scene['epochs'][number]) => number | null,
) {
  const best = run.best?.step
  // biome-ignore lint/correctness/useExhaustiveDependencies: the function is the same one at every render of a chart
  return useMemo(() => {
    const pins = snapshots.map(({ step }) => step)
    return epochLine(epochs, value, window, map, best === undefined ? pins : [...pins, best])
  }, [epochs, window, map, snapshots, best])
}

function withDots(
  line: ReturnType<typeof epochLine>,
  label: string,
  color: string,
  dash?: string,
): ChartSeries[] {
  if (line.x.length === 0) return []
  return [
    {
      id: label,
      label,
      color,
      ...(dash !== undefined && { dash }),
      ...line,
      ...(line.x.length === 1 && { dots: true }),
    },
  ]
}
