import { useId, useMemo } from 'react'
import type { RunSummary } from '../../../../shared/api/runs.ts'
import type { StudyCellInfo } from '../../../../shared/api/studies.ts'
import { type BudgetBlock, type StudyScore, schedulesIn } from '../../../../shared/study/budgetBlocks.ts'
import { extentOf } from '../../../charts/extent.ts'
import { LineChart } from '../../../charts/LineChart.tsx'
import type { ChartAxis, ChartSeries } from '../../../charts/types.ts'
import { count } from '../../../format/format.ts'
import { useRuns } from '../../../hooks/useRuns.ts'
import classes from '../Results.module.css'
import { Section } from '../Section.tsx'
import type { ScoreTexts } from '../scoreTexts.ts'
import { useSameRows } from '../useSameRows.ts'
import { anytimeSeries, type CyclicRun, cyclicRun } from './anytime.ts'
import { sectionsOf, sectionTitle } from './budgetTable.ts'

interface AnytimeChartsProps {
  readonly comparisons: readonly BudgetBlock[]
  readonly score: StudyScore
  readonly texts: ScoreTexts
}

const steps: ChartAxis = { label: 'steps trained', scale: 'log', whole: true, format: count }

/** How good a model one has after so many steps: of runs of each budget, and of one run with cycles. */
export function AnytimeCharts({ comparisons, score, texts }: AnytimeChartsProps) {
  const { byId } = useRuns()
  const largest = sectionsOf(comparisons).flatMap((section) => section.at(-1) ?? [])
  // The list of all runs changes with every step of any of them; these rows do so seldom.
  const runs = useSameRows(
    largest.flatMap(({ outcomes }) =>
      outcomes.flatMap(({ cells }) => cells.flatMap(({ runId }) => byId.get(runId) ?? [])),
    ),
  )
  const y = useMemo(
    (): ChartAxis => ({
      label: texts.unit === 'nats' ? 'nats' : '',
      share: texts.unit === '%',
      ...(texts.unit === 'nats' && { format: texts.value }),
    }),
    [texts],
  )
  const charts = useMemo(
    () =>
      sectionsOf(comparisons).map((section) => {
        const cyclic = cyclicRunsOf(section, new Map(runs.map((run) => [run.id, run])), score)
        return {
          title: section[0] === undefined ? '' : sectionTitle(section[0]),
          cyclic,
          series: anytimeSeries(section, cyclic, score, texts),
        }
      }),
    [comparisons, runs, score, texts],
  )
  const hasCycles = charts.some(({ cyclic }) => cyclic.length > 0)
  const shown = charts.filter(({ series }) => series.length > 0)
  return (
    <Section
      title="Anytime: the best so far against the steps it took"
      about={
        <>
          A dot is the mean of the separate runs of one budget, the stair the best of them so far.{' '}
          {hasCycles
            ? 'The line with dots is one run: the best of its cycle ends so far, at the largest budget.'
            : 'No schedule here has cycles whose models are kept, so no single run gives more than one point.'}
        </>
      }
    >
      {shown.length === 0 ? (
        <p className={classes.about}>No run has come to its end yet.</p>
      ) : (
        <div className={classes.charts}>
          {shown.map(({ title, series }) => (
            <AnytimeChart key={title} title={title} texts={texts} series={series} y={y} />
          ))}
        </div>
      )}
    </Section>
  )
}

interface AnytimeChartProps {
  readonly title: string
  readonly texts: ScoreTexts
  readonly series: readonly ChartSeries[]
  readonly y: ChartAxis
}

function AnytimeChart({ title, texts, series, y }: AnytimeChartProps) {
  const group = useId()
  const x = useMemo(() => {
    const [least, most] = extentOf(series.flatMap((line) => line.x)) ?? [1, 1]
    // Room for the dots of the smallest and the largest budget.
    return { ...steps, domain: [least * 0.9, most * 1.1] as const }
  }, [series])
  return (
    <LineChart
      title={title === '' ? texts.title : `${texts.title}, ${title}`}
      series={series}
      x={x}
      y={y}
      height={280}
      group={group}
    />
  )
}

function cyclicRunsOf(
  section: readonly BudgetBlock[],
  byId: ReadonlyMap<string, RunSummary>,
  score: StudyScore,
): readonly CyclicRun[] {
  // Of the models kept a run's row has accuracies alone.
  if (score.of !== 'accuracy') return []
  const largest = section.at(-1)
  return schedulesIn(section).flatMap((schedule, place) => {
    const cells: readonly StudyCellInfo[] = largest?.outcomes[place]?.cells ?? []
    const runs = cells.flatMap(({ runId, status }) => (status === 'completed' ? (byId.get(runId) ?? []) : []))
    return cyclicRun(schedule, runs, score) ?? []
  })
}
