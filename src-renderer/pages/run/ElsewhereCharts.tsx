import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { EpochInfo, RunSummary } from '../../../shared/api/runs.ts'
import { isActive } from '../../../shared/run/state.ts'
import { compileSchedule } from '../../../shared/schedule/index.ts'
import { CursorPlace } from '../../charts/CursorPlace.tsx'
import { FrameSwitch } from '../../charts/FrameSwitch.tsx'
import { LineChart } from '../../charts/LineChart.tsx'
import { PageLegend } from '../../charts/PageLegend.tsx'
import { scaleOfRates } from '../../charts/rateScale.ts'
import type { ChartAxis } from '../../charts/types.ts'
import { trpc } from '../../client.ts'
import { ScoreMeasureSwitch } from '../../components/ScoreMeasureSwitch.tsx'
import { counted, rate } from '../../format/format.ts'
import { tickNumbers } from '../../format/numberList.ts'
import type { LiveRun } from '../../hooks/useRunWatch.ts'
import { ChartBar } from './ChartBar.tsx'
import classes from './Charts.module.css'
import { answerOf, lineOf, trainingLines, useRequests, useSeen } from './chartParts.ts'
import { inScene, nowMark } from './inScene.ts'
import { LossChart, ScoreChart } from './LineCharts.tsx'
import { testLook, trainLook, validationLook } from './lineLooks.ts'
import { lastWords, useChartHeight, useZoomKeys, zoomWords } from './RunCharts.tsx'
import { SeriesError } from './SeriesError.tsx'
import type { Scene } from './useScene.ts'
import { useScene } from './useScene.ts'
import { useSeriesViews } from './useSeriesViews.ts'
import { useViewState } from './viewState.ts'

interface ElsewhereChartsProps {
  readonly run: RunSummary
  readonly live: LiveRun
}

/** Series that have charts of their own. */
const own = new Set(['lr', 'loss', 'accuracy'])
/** Charts of other series that are there at once: a program may have written hundreds. */
const shownAtOnce = 12
/** Milliseconds between two looks for series that are new, while the run goes on. */
const LOOK = 5000

/** What another program has measured along its steps, live as of a run of ours; nothing of a plan or an epoch is known. */
export function ElsewhereCharts({ run, live }: ElsewhereChartsProps) {
  const scene = useElsewhereScene(run, live)
  const height = useChartHeight(false, 0)
  const zoom = useZoomKeys(scene)
  const names = useSeriesNames(run)
  // A score of the evaluations is drawn with those already.
  const drawn = new Set(Object.values(run.elsewhere?.holders ?? {}))
  const others = (names ?? []).filter((name) => !own.has(name) && !drawn.has(name))
  const [shown, setShown] = useState(shownAtOnce)
  return (
    <section aria-label="Charts" className={classes.charts}>
      <ChartBar
        view={scene.view}
        change={scene.change}
        hasCycles={false}
        hasTime={false}
        hasEpochs={false}
        totalSteps={run.totalSteps}
        zoomWords={zoomWords(scene, false)}
        isZoomed={scene.view.zoom !== undefined}
        onZoomIn={zoom.zoomIn}
        onZoomOut={zoom.zoomOut}
        onShowAll={zoom.showAll}
      />
      <PageLegend entries={legendOf(live.epochs)} group={scene.group}>
        <CursorPlace group={scene.group} words={scene.placeWords} last={lastWords(scene)} />
        <ScoreMeasureSwitch />
        <FrameSwitch frame={scene.view.frame} onChange={(frame) => scene.change({ frame })} />
      </PageLegend>
      <div className={classes.grid}>
        {names === undefined || names.includes('lr') ? (
          <AppliedRate scene={scene} height={height} />
        ) : (
          <p className={classes.absent}>
            Learning rate unknown: no tag of its event files says it. Import it anew and say which tag is the
            rate.
          </p>
        )}
        <LossChart scene={scene} height={height} />
        <ScoreChart scene={scene} height={height} />
        {others.slice(0, shown).map((name) => (
          <OtherSeries key={name} name={name} scene={scene} height={height} />
        ))}
      </div>
      {others.length > shown && (
        <Button variant="default" onClick={() => setShown((before) => before + 4 * shownAtOnce)}>
          {counted(others.length - shown, 'more series', 'more series')}
        </Button>
      )}
    </section>
  )
}

function useElsewhereScene(run: RunSummary, live: LiveRun): Scene {
  const [view, change] = useViewState(run.id)
  const { totalSteps } = run
  const schedule = useMemo(
    () =>
      compileSchedule(
        { kind: 'constant', lr: 1 },
        { totalSteps, stepsPerEpoch: totalSteps, scheduleSteps: totalSteps },
      ),
    [totalSteps],
  )
  const isValidated = live.epochs.some(({ valAccuracy, valLoss }) => valAccuracy !== null || valLoss !== null)
  const part = isValidated ? ('validation' as const) : ('test' as const)
  const alongSteps = useMemo(() => ({ ...view, x: 'step' as const }), [view])
  // What comes may be of any step, and take others back: every event begins all views anew, as an attempt of ours does.
  const attempt = run.elsewhere?.lastEventAt ?? 0
  const read = useMemo(() => ({ ...run, attempt }), [run, attempt])
  return useScene({ ...live, run: read, view: alongSteps, change }, { schedule, part })
}

function useSeriesNames(run: RunSummary): readonly string[] | undefined {
  const { data } = useQuery({
    ...trpc.series.names.queryOptions({ id: run.id }),
    refetchInterval: isActive(run.status) ? LOOK : false,
    refetchOnMount: 'always',
  })
  return data
}

const legendOf = (epochs: readonly EpochInfo[]) => [
  trainLook,
  ...(epochs.some(({ valAccuracy, valLoss }) => (valAccuracy ?? valLoss) !== null) ? [validationLook] : []),
  ...(epochs.some(({ testAccuracy, testLoss }) => (testAccuracy ?? testLoss) !== null) ? [testLook] : []),
]

interface ChartProps {
  readonly scene: Scene
  readonly height: number
}

/** The rate as its program says that it was; nothing of what is to come. */
function AppliedRate({ scene, height }: ChartProps) {
  const { run, map, view, change } = scene
  const [ref, isSeen] = useSeen()
  const requests = useRequests(scene, ['lr'])
  const { views, error } = useSeriesViews(run.id, requests, run, isSeen)
  const answer = answerOf(views, 'raw', 'lr')
  const series = useMemo(
    () => [lineOf(answer, map, { ...trainLook, id: 'applied', label: 'applied' })],
    [answer, map],
  )
  const scale = view.rateScale ?? scaleOfRates((answer?.values ?? []).filter((value) => value !== null))
  const y = useMemo((): ChartAxis => ({ label: '', format: rate, tick: tickNumbers, scale }), [scale])
  const marks = useMemo(() => nowMark(run, map), [run, map])
  return (
    <div ref={ref}>
      <SeriesError error={error} hasData={views.size > 0} />
      <LineChart
        {...inScene(scene)}
        title="Learning rate"
        series={series}
        y={y}
        height={height}
        marks={marks}
        canLog
        onScale={(rateScale) => change({ rateScale })}
      />
    </div>
  )
}

/** A series under the name that its program gave it: of what kind its numbers are, nobody knows. */
function OtherSeries({ scene, name, height }: ChartProps & { readonly name: string }) {
  const { run, map, view } = scene
  const [ref, isSeen] = useSeen()
  const requests = useRequests(scene, [name], view.smoothing)
  const { views, error } = useSeriesViews(run.id, requests, run, isSeen)
  const series = useMemo(
    () => trainingLines(views, name, view.smoothing, map),
    [views, name, view.smoothing, map],
  )
  const y = useMemo(
    (): ChartAxis => ({ label: '', format: rate, tick: tickNumbers, frame: view.frame }),
    [view.frame],
  )
  const marks = useMemo(() => nowMark(run, map), [run, map])
  return (
    <div ref={ref}>
      <SeriesError error={error} hasData={views.size > 0} />
      <LineChart {...inScene(scene)} title={name} series={series} y={y} height={height} marks={marks} />
    </div>
  )
}
