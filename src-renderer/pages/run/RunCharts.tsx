import { useViewportSize } from '@mantine/hooks'
import { useMemo } from 'react'
import { CursorPlace } from '../../charts/CursorPlace.tsx'
import { cursorOf } from '../../charts/cursor.ts'
import { FrameSwitch } from '../../charts/FrameSwitch.tsx'
import { PageLegend } from '../../charts/PageLegend.tsx'
import type { ChartAxis } from '../../charts/types.ts'
import { ScoreMeasureSwitch } from '../../components/ScoreMeasureSwitch.tsx'
import { count, counted, percent } from '../../format/format.ts'
import { useShortcuts } from '../../frame/shortcuts.ts'
import { ChartBar } from './ChartBar.tsx'
import classes from './Charts.module.css'
import {
  FoldedLoss,
  FoldedRate,
  FoldedScore,
  FoldedSpeed,
  type Folding,
  foldedLegend,
  partWords,
} from './FoldedCharts.tsx'
import { foldedCycles, type PhaseWindow } from './folded.ts'
import { LossChart, ScoreChart, SpeedChart } from './LineCharts.tsx'
import { legendOf } from './lineLooks.ts'
import { RateChart } from './RateChart.tsx'
import { canShowTime, type Scene } from './useScene.ts'
import { isWhole, moved, type Span, scaled } from './zoom.ts'

interface RunChartsProps {
  readonly scene: Scene
  readonly samplesPerSecond: number | null
  /** Beside the ensemble there is room for one column of charts only. */
  readonly isNarrow: boolean
  /** Height of what stands above the charts in some states only, in pixels. */
  readonly above: number
}

export function RunCharts({ scene, samplesPerSecond, isNarrow, above }: RunChartsProps) {
  const { view, change, schedule, run, epochs } = scene
  const height = useChartHeight(isNarrow, above)
  const isFolded = view.x === 'cycle' && schedule.cycles.length > 1
  const folding = useFolding(scene)
  const zoom = useZoomKeys(scene, isFolded ? folding : undefined)
  const charts = { scene, height }
  return (
    <section aria-label="Charts" className={classes.charts}>
      <ChartBar
        view={view}
        change={change}
        hasCycles={schedule.cycles.length > 1}
        hasTime={canShowTime(run, epochs, samplesPerSecond)}
        totalSteps={run.totalSteps}
        zoomWords={zoomWords(scene, isFolded)}
        isZoomed={(isFolded ? view.phase : view.zoom) !== undefined}
        onZoomIn={zoom.zoomIn}
        onZoomOut={zoom.zoomOut}
        onShowAll={zoom.showAll}
      />
      <PageLegend entries={isFolded ? foldedLegend(folding) : legendOf(scene)} group={scene.group}>
        {isFolded ? (
          <CursorPlace group={scene.group} words={partWords} last="" />
        ) : (
          <CursorPlace group={scene.group} words={scene.placeWords} last={lastWords(scene)} />
        )}
        <ScoreMeasureSwitch />
        <FrameSwitch frame={view.frame} onChange={(frame) => change({ frame })} />
      </PageLegend>
      <div className={classes.grid} data-narrow={isNarrow}>
        {isFolded ? (
          <>
            <FoldedRate {...charts} folding={folding} />
            <FoldedLoss {...charts} folding={folding} />
            <FoldedScore {...charts} folding={folding} />
            <FoldedSpeed {...charts} folding={folding} />
          </>
        ) : (
          <>
            <RateChart {...charts} />
            <LossChart {...charts} />
            <ScoreChart {...charts} />
            <SpeedChart {...charts} />
          </>
        )}
      </div>
    </section>
  )
}

/** Where the values stand that the charts tell without a cursor. */
export function lastWords({ run, window, map, placeWords }: Scene): string {
  if (run.stepsDone === 0) return ''
  return placeWords(map.toX(Math.min(window.to, run.stepsDone - 1)))
}

/** What of the window's height is not charts: frame, header, ribbon, bar and the charts' own heads. */
const around = 366

export function useChartHeight(isNarrow: boolean, above: number): number {
  const { height } = useViewportSize()
  const half = Math.round((height - around - above) / 2)
  return Math.min(isNarrow ? 220 : 420, Math.max(150, half))
}

const wholePhase: PhaseWindow = [0, 1]

function useFolding({ schedule, run, view, change }: Scene): Folding {
  const begun =
    schedule.cycleAt(Math.min(Math.max(0, run.stepsDone - 1), schedule.totalSteps - 1))?.index ?? 0
  const from = view.phase?.[0] ?? 0
  const to = view.phase?.[1] ?? 1
  // biome-ignore lint/correctness/useExhaustiveDependencies: which cycles have begun changes with the cycle, not with every step
  return useMemo(() => {
    const phase: PhaseWindow = [from, to]
    const axis: ChartAxis = { label: 'part of the cycle', domain: phase, format: (x) => percent(x, 0) }
    return {
      cycles: foldedCycles(schedule, run.stepsDone),
      phase,
      axis,
      onZoom: (next) => change({ phase: next === undefined ? undefined : [...next] }),
    }
  }, [schedule, begun, from, to, change])
}

export function zoomWords({ view, window, run }: Scene, isFolded: boolean): string {
  if (isFolded) {
    const [from, to] = view.phase ?? wholePhase
    return view.phase === undefined ? 'whole cycles' : `${percent(from, 0)} to ${percent(to, 0)}`
  }
  const all = counted(run.totalSteps, 'step')
  return view.zoom === undefined ? all : `${count(window.to - window.from + 1)} of ${all}`
}

/** The same moves by keys and buttons as by the pointer; about the cursor where there is one. */
export function useZoomKeys(scene: Scene, folding?: Folding) {
  const { axis, group } = scene
  const whole: Span = folding === undefined ? [0, scene.schedule.totalSteps - 1] : wholePhase
  const least = folding === undefined ? 2 : 0.001
  const now: Span = folding === undefined ? [scene.window.from, scene.window.to] : folding.phase
  const set = (next: Span): void => {
    const all = isWhole(next, whole)
    if (folding === undefined)
      scene.change({ zoom: all ? undefined : [Math.round(next[0]), Math.round(next[1])] })
    else folding.onZoom(all ? undefined : next)
  }
  const about = (): number => {
    const x = cursorOf(group)
    if (x === undefined) return (now[0] + now[1]) / 2
    return folding === undefined ? scene.map.toStep(x) : x
  }
  const showAll = (): void => (folding === undefined ? scene.onZoom(undefined) : folding.onZoom(undefined))
  const zoomIn = (): void => set(scaled(now, 0.5, about(), whole, least))
  const zoomOut = (): void => set(scaled(now, 2, about(), whole, least))
  useShortcuts('Run', [
    { keys: '+', does: 'Zoom into the charts', run: zoomIn },
    { keys: '-', does: 'Zoom out of the charts', run: zoomOut },
    { keys: 'Escape', does: 'Show all of the run', run: showAll },
    {
      keys: 'shift+ArrowLeft',
      does: `Move the charts back along the ${axis.label}`,
      run: () => set(moved(now, -0.25, whole)),
    },
    {
      keys: 'shift+ArrowRight',
      does: `Move the charts on along the ${axis.label}`,
      run: () => set(moved(now, 0.25, whole)),
    },
  ])
  return { zoomIn, zoomOut, showAll }
}
