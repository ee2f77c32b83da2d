import { type ReactNode, useMemo } from 'react'
import type { Evaluation } from '../../../shared/metrics/evaluations.ts'
import { accuracyOn } from '../../../shared/run/best.ts'
import { LineChart } from '../../charts/LineChart.tsx'
import type { ChartSeries } from '../../charts/types.ts'
import { inMeasure, measureTitles } from '../../format/scoreMeasure.ts'
import {
  answerOf,
  lineInMeasure,
  lineOf,
  lossAxis,
  scoreAxis,
  speedAxis,
  trainingLines,
  useRequests,
  useSeen,
} from './chartParts.ts'
import { inScene, nowMark } from './inScene.ts'
import { testLook, trainLook, validationLook } from './lineLooks.ts'
import { SeriesError } from './SeriesError.tsx'
import { bestMark, lossOn, scoreLine, snapshotMarks } from './scene.ts'
import type { Scene } from './useScene.ts'
import { useSeriesViews } from './useSeriesViews.ts'

/* The charts of what a run measures along its steps. Each asks for its own series, and only while it is in sight. */

interface ChartProps {
  readonly scene: Scene
  readonly height: number
}

export function LossChart({ scene, height }: ChartProps) {
  const { run, evaluations, snapshots, view, change, window, map, words } = scene
  const { part } = words
  const [ref, isSeen] = useSeen()
  const requests = useRequests(scene, ['loss'], view.smoothing)
  const { views, error } = useSeriesViews(run.id, requests, run, isSeen)
  const judged = useScoreLine(scene, lossOf[part])
  const series = useMemo(
    () => [
      ...trainingLines(views, 'loss', view.smoothing, map),
      ...withLook(judged, part === 'validation' ? validationLook : testLook),
    ],
    [views, view.smoothing, map, judged, part],
  )
  const marks = useMemo(
    () => [
      ...snapshotMarks(run, snapshots, window, map, words, (snapshot) => lossOn(snapshot, words.part)),
      ...bestMark(run.best, map, words, (best) => lossOn(best, words.part)),
      ...nowMark(run, map),
    ],
    [snapshots, window, map, run, words],
  )
  const y = useMemo(() => lossAxis(view.frame, view.lossScale), [view.frame, view.lossScale])
  return (
    <Cell cell={ref} error={error} hasData={views.size > 0 || evaluations.length > 0}>
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

/** One function each, so that lines made by it are kept. */
const lossOf = {
  validation: ({ valLoss }: Evaluation) => valLoss,
  test: ({ testLoss }: Evaluation) => testLoss,
} as const
const accuracyOf = {
  validation: ({ valAccuracy }: Evaluation) => valAccuracy,
  test: ({ testAccuracy }: Evaluation) => testAccuracy,
} as const

export function ScoreChart({ scene, height }: ChartProps) {
  const { run, snapshots, view, window, map, words } = scene
  const { measure } = words
  const [ref, isSeen] = useSeen()
  const requests = useRequests(scene, ['accuracy'], view.smoothing)
  const { views, error } = useSeriesViews(run.id, requests, run, isSeen)
  const validation = useScoreLine(scene, accuracyOf.validation)
  const test = useScoreLine(scene, accuracyOf.test)
  const series = useMemo(
    () =>
      [
        ...trainingLines(views, 'accuracy', view.smoothing, map),
        ...withLook(validation, validationLook),
        ...withLook(test, testLook),
      ].map((line) => lineInMeasure(line, measure)),
    [views, view.smoothing, map, validation, test, measure],
  )
  const marks = useMemo(() => {
    const y = (scores: Parameters<typeof accuracyOn>[0]) =>
      inMeasure(accuracyOn(scores, words.part), words.measure)
    return [
      ...snapshotMarks(run, snapshots, window, map, words, y),
      ...bestMark(run.best, map, words, y),
      ...nowMark(run, map),
    ]
  }, [snapshots, window, map, run, words])
  const y = useMemo(() => scoreAxis(view.frame), [view.frame])
  return (
    <Cell cell={ref} error={error} hasData={views.size > 0}>
      <LineChart
        {...inScene(scene)}
        title={measureTitles[measure]}
        series={series}
        y={y}
        height={height}
        marks={marks}
      />
    </Cell>
  )
}

export function SpeedChart({ scene, height }: ChartProps) {
  const { run, map, view } = scene
  const [ref, isSeen] = useSeen()
  const requests = useRequests(scene, ['samplesPerSecond'])
  const { views, error } = useSeriesViews(run.id, requests, run, isSeen)
  const series = useMemo(
    () => [lineOf(answerOf(views, 'raw', 'samplesPerSecond'), map, { ...trainLook, id: 'speed' })],
    [views, map],
  )
  const marks = useMemo(() => nowMark(run, map), [run, map])
  const y = useMemo(() => speedAxis(view.frame), [view.frame])
  return (
    <Cell cell={ref} error={error} hasData={views.size > 0}>
      <LineChart {...inScene(scene)} title="Speed" series={series} y={y} height={height} marks={marks} />
    </Cell>
  )
}

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

/** @param value the same function for the same score */
function useScoreLine(
  { evaluations, window, map, run, snapshots }: Scene,
  value: (evaluation: Evaluation) => number | null,
) {
  const best = run.best?.step
  return useMemo(() => {
    const pins = snapshots.map(({ step }) => step)
    return scoreLine(evaluations, value, window, map, best === undefined ? pins : [...pins, best])
  }, [evaluations, value, window, map, snapshots, best])
}

function withLook(
  line: ReturnType<typeof scoreLine>,
  look: typeof validationLook | typeof testLook,
): ChartSeries[] {
  return line.x.length === 0 ? [] : [{ ...look, ...line }]
}
