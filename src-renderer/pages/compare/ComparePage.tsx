import { Button, Select } from '@mantine/core'
import { useViewportSize } from '@mantine/hooks'
import { Link, useNavigate } from '@tanstack/react-router'
import { useId, useMemo, useRef, useState } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import type { ChartAxis, ChartFrame } from '../../charts/types.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { counted } from '../../format/format.ts'
import { useMemoBy } from '../../hooks/useMemoBy.ts'
import { useRuns } from '../../hooks/useRuns.ts'
import { useScoreMeasure } from '../../hooks/useScoreMeasure.ts'
import { SeriesError } from '../run/SeriesError.tsx'
import { isSameData } from '../runs/columns/delta.ts'
import { AddRuns } from './AddRuns.tsx'
import { axisNames } from './axes.ts'
import classes from './Compare.module.css'
import { CompareBar } from './CompareBar.tsx'
import { ConfigTable } from './ConfigTable.tsx'
import { CurveCharts } from './CurveCharts.tsx'
import { useCurveLines } from './curveLines.ts'
import { EnsembleList } from './EnsembleList.tsx'
import { drawnOf, mostDrawn, type Place, placesOf } from './places.ts'
import { RunKey } from './RunKey.tsx'
import { ScoreTable } from './ScoreTable.tsx'
import { type CompareChange, type CompareView, useCompareAddress } from './useCompareAddress.ts'
import { useCurves } from './useCurves.ts'
import { useEpochs } from './useEpochs.ts'

/** Several runs side by side: curves over each other, what they reached, and in what their settings differ. */
export function ComparePage() {
  const [view, change] = useCompareAddress()
  const { byId, state } = useRuns()
  const navigate = useNavigate()
  const all = view.ids.flatMap((id) => byId.get(id) ?? [])
  const missing = state === 'connecting' ? 0 : view.ids.length - all.length
  const { runs, others } = ofOneData(all, view)
  const add = (ids: readonly string[]) => change({ ids: [...view.ids, ...ids] })
  const detail =
    missing === 0 ? counted(runs.length, 'run') : `${counted(runs.length, 'run')}, ${missing} no longer there`
  return (
    <main className={classes.page}>
      <PageHeader
        title="Compare"
        detail={detail}
        actions={
          <>
            <AddRuns taken={view.ids} onAdd={add} />
            <Button
              variant="default"
              disabled={runs.length === 0}
              onClick={() => void navigate({ to: '/ensembles', search: { runs: runs.map(({ id }) => id) } })}
            >
              Ensemble their snapshots
            </Button>
          </>
        }
      />
      {runs.length === 0 && state !== 'connecting' ? (
        <EmptyState
          title="Nothing to compare yet"
          text="Add runs here, or select two or more in the table of runs and press c."
          action={
            <Button component={Link} to="/">
              Choose runs
            </Button>
          }
        />
      ) : (
        <>
          <OtherData view={view} others={others} onShow={(show) => change({ others: show || undefined })} />
          <Comparison view={view} change={change} runs={runs} />
        </>
      )}
    </main>
  )
}

/** Scores of different data have nothing in common: such runs are compared only when that is asked for. */
function ofOneData(
  all: readonly RunSummary[],
  { baseline, others: isAsked }: CompareView,
): { readonly runs: readonly RunSummary[]; readonly others: readonly RunSummary[] } {
  const first = all.find(({ id }) => id === baseline) ?? ofMostCommonData(all)
  const others = all.filter((run) => first !== undefined && !isSameData(run, first))
  return { runs: isAsked ? all : all.filter((run) => !others.includes(run)), others }
}

/** One of the runs of the data set that most of them share; of equals the first. */
function ofMostCommonData(all: readonly RunSummary[]): RunSummary | undefined {
  const count = (run: RunSummary): number => all.filter((other) => isSameData(run, other)).length
  return all.reduce<RunSummary | undefined>(
    (top, run) => (top === undefined || count(run) > count(top) ? run : top),
    undefined,
  )
}

interface OtherDataProps {
  readonly view: CompareView
  readonly others: readonly RunSummary[]
  readonly onShow: (show: boolean) => void
}

function OtherData({ view, others, onShow }: OtherDataProps) {
  if (others.length === 0) return null
  const names = [...new Set(others.map(({ spec }) => spec.dataset.name))].join(', ')
  return (
    <p className={classes.note} role="status">
      {view.others
        ? `${counted(others.length, 'run')} of other data (${names}) ${others.length === 1 ? 'is' : 'are'} shown: scores on other data do not compare.`
        : `${counted(others.length, 'run')} of other data (${names}) ${others.length === 1 ? 'is' : 'are'} hidden: scores on other data do not compare.`}{' '}
      <button type="button" className={classes.inline} onClick={() => onShow(!view.others)}>
        {view.others ? 'Hide' : 'Show'}
      </button>
    </p>
  )
}

interface ComparisonProps {
  readonly view: CompareView
  readonly change: (change: CompareChange) => void
  readonly runs: Parameters<typeof placesOf>[0]
}

function Comparison({ view, change, runs }: ComparisonProps) {
  const group = useId()
  const [frame, setFrame] = useState<ChartFrame>('signal')
  const [measure] = useScoreMeasure()
  const ids = runs.map(({ id }) => id)
  const epochsOf = useEpochs(ids)
  const places = useMemoBy([view.x, epochsOf, ...runs], () => placesOf(runs, view.x, epochsOf))
  const { drawn, left } = drawnOf(ids, view.hidden)
  const drawnPlaces = useMemoBy([places, ...drawn], () => places.filter(({ run }) => drawn.has(run.id)))
  const curves = useCurves(drawnPlaces, view.smooth, view.zoom)
  const lines = useCurveLines(drawnPlaces, curves, epochsOf, measure)
  const baseline = runs.find(({ id }) => id === view.baseline)
  const x = useAxis(drawnPlaces, view)
  const chartHeight = useChartHeight()
  const toggleHidden = (id: string) => {
    const hidden = new Set(view.hidden)
    if (!hidden.delete(id)) hidden.add(id)
    change({ hidden: [...hidden] })
  }
  return (
    <>
      <CompareBar view={view} change={change} frame={frame} onFrame={setFrame} />
      {left > 0 && (
        <p className={classes.note} role="status">
          Curves of the first {mostDrawn} runs are drawn; {left} more are in the tables only. Hide some to
          draw others.
        </p>
      )}
      <SeriesError error={curves.error ?? undefined} hasData={false} />
      <div className={classes.curves}>
        <div className={classes.charts}>
          <CurveCharts
            lines={lines}
            measure={measure}
            frame={frame}
            group={group}
            x={x}
            height={chartHeight}
            onZoom={(zoom) => change({ zoom })}
          />
        </div>
        <aside className={classes.aside} aria-label="Legend">
          <RunKey
            places={places}
            lines={lines}
            measure={measure}
            group={group}
            x={x}
            drawn={drawn}
            hidden={view.hidden}
            baseline={view.baseline}
            onHidden={toggleHidden}
            onBaseline={(id) => change({ baseline: view.baseline === id ? undefined : id })}
            onRemove={(id) => change({ ids: view.ids.filter((one) => one !== id) })}
          />
        </aside>
      </div>
      <section aria-label="Scores">
        <div className={classes.sectionHead}>
          <h2>Scores</h2>
          <Select
            aria-label="Baseline"
            placeholder="Baseline: none"
            clearable
            data={places.map(({ run, label }) => ({ value: run.id, label: `Baseline: ${label}` }))}
            value={baseline?.id ?? null}
            onChange={(id) => change({ baseline: id ?? undefined })}
          />
          <span className={classes.dim}>Each number is of one run, with one seed.</span>
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <section className={classes.scroll} tabIndex={0} aria-label="Table of scores">
          <ScoreTable places={places} epochsOf={epochsOf} baseline={baseline} />
        </section>
      </section>
      <ConfigTable
        places={places}
        baseline={baseline?.id}
        showAll={view.all}
        onShowAll={(all) => change({ all: all || undefined })}
      />
      <EnsembleList places={places} />
    </>
  )
}

/** What of the window's height is not charts: frame, header, bar and the charts' own heads. */
const around = 240

/** Two rows of charts fill the window. */
function useChartHeight(): number {
  const { height } = useViewportSize()
  return Math.min(320, Math.max(150, Math.round((height - around) / 2)))
}

/** One axis for all charts: what is looked at, or all that is trained of the runs drawn. */
function useAxis(places: readonly Place[], { x, zoom }: CompareView): ChartAxis {
  const from = zoom?.[0] ?? Math.min(...places.map(({ map }) => map.toX(0)))
  const to = zoom?.[1] ?? Math.max(...places.map(({ run, map }) => map.toX(Math.max(0, run.stepsDone - 1))))
  const map = places[0]?.map
  const latest = useRef(map)
  latest.current = map
  return useMemo(
    () => ({
      label: axisNames[x].toLowerCase(),
      format: (value) => latest.current?.format(value) ?? '',
      ...(from < to && { domain: [from, to] }),
    }),
    [x, from, to],
  )
}
