import { useId, useMemo, useState } from 'react'
import type { StudyCellInfo } from '../../../../shared/api/studies.ts'
import { type ScorePart, scoreFor } from '../../../../shared/study/budgetBlocks.ts'
import type { TrunkStudySpec } from '../../../../shared/study/spec.ts'
import { type TrunkTable, trunkTables } from '../../../../shared/study/trunkTable.ts'
import { LineChart } from '../../../charts/LineChart.tsx'
import { PageLegend } from '../../../charts/PageLegend.tsx'
import type { ChartAxis } from '../../../charts/types.ts'
import { ScoreMeasureSwitch } from '../../../components/ScoreMeasureSwitch.tsx'
import { count, rate } from '../../../format/format.ts'
import { tickNumbers } from '../../../format/numberList.ts'
import { useRuns } from '../../../hooks/useRuns.ts'
import { useScoreMeasure } from '../../../hooks/useScoreMeasure.ts'
import { CopyTable } from '../CopyTable.tsx'
import { PartSwitch } from '../PartSwitch.tsx'
import classes from '../Results.module.css'
import { goesOn, type StudyResultsProps } from '../results.ts'
import { Section } from '../Section.tsx'
import { type ScoreTexts, scoreTexts } from '../scoreTexts.ts'
import { useSameRows } from '../useSameRows.ts'
import { TrunkTableView } from './TrunkTableView.tsx'
import { legendOf, rateSeries, scoreSeries, type TrunkRun } from './trunkCharts.ts'
import { trunkCsv, trunkMarkdown } from './trunkText.ts'
import { trunkVerdict } from './trunkVerdict.ts'

const steps: ChartAxis = { label: 'steps', format: count, tick: tickNumbers }
const budgetSteps: ChartAxis = { ...steps, label: 'steps of the budget' }
const rates: ChartAxis = { label: '', format: rate, tick: tickNumbers }

/** One trunk for every budget, beside each budget trained by itself: what is saved, and what that costs. */
export function TrunkResults({ study, spec, cells }: StudyResultsProps<TrunkStudySpec>) {
  const [part, setPart] = useState<ScorePart>('validation')
  const [measure] = useScoreMeasure()
  const score = useMemo(() => scoreFor(spec.objective, part), [spec.objective, part])
  const texts = useMemo(() => scoreTexts(score, measure), [score, measure])
  const tables = useMemo(() => trunkTables(cells, score), [cells, score])
  const verdict = useMemo(() => trunkVerdict(tables, score, texts), [tables, score, texts])
  const isGoingOn = goesOn(study)
  return (
    <div className={classes.results}>
      <ul className={classes.verdict} aria-label="What came of it">
        {verdict.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
        {tables.length === 0 && (
          <li>
            {isGoingOn
              ? 'Cool-downs are made when the trunk of a seed has been trained. The table of steps and scores comes with them.'
              : 'No cool-down was made, so there is no table of steps and scores.'}
          </li>
        )}
      </ul>
      {tables.map((table, place) => (
        <Section
          key={table.shape}
          title={`One trunk, ${table.shape} cool-downs`}
          {...(place === 0 && {
            about: `${texts.title}. New steps: what this budget adds to the trunk, and its cool-down; steps are of one seed. Differences are paired by seed; within their standard error they are not told apart.`,
          })}
          actions={
            place === 0 && (
              <div className={classes.bar}>
                <PartSwitch part={part} onPart={setPart} />
                {score.of === 'accuracy' && <ScoreMeasureSwitch />}
                <CopyTable
                  what="the tables"
                  markdown={() => trunkMarkdown(tables, texts)}
                  csv={() => trunkCsv(tables, score)}
                />
              </div>
            )
          }
        >
          <TrunkTableView table={table} score={score} texts={texts} />
        </Section>
      ))}
      <Charts cells={cells} tables={tables} texts={texts} isGoingOn={isGoingOn} />
    </div>
  )
}

interface ChartsProps {
  readonly cells: readonly StudyCellInfo[]
  readonly tables: readonly TrunkTable[]
  readonly texts: ScoreTexts
  readonly isGoingOn: boolean
}

function Charts({ cells, tables, texts, isGoingOn }: ChartsProps) {
  const group = useId()
  const legend = useMemo(() => legendOf(tables), [tables])
  return (
    <Section title="Rates and scores">
      {legend.length > 0 && <PageLegend entries={legend} group={group} />}
      <div className={classes.charts}>
        <Rates cells={cells} group={group} />
        <Scores tables={tables} texts={texts} group={group} isGoingOn={isGoingOn} />
      </div>
    </Section>
  )
}

interface RatesProps {
  readonly cells: readonly StudyCellInfo[]
  readonly group: string
}

/** The rates as they were planned, of the first seed. */
function Rates({ cells, group }: RatesProps) {
  const { byId } = useRuns()
  const seed = cells[0]?.seed
  const ofSeed = cells.filter((cell) => cell.seed === seed)
  const runs = useSameRows(ofSeed.map(({ runId }) => byId.get(runId)))
  const keys = useSameRows(ofSeed.map(({ key }) => key))
  // biome-ignore lint/correctness/useExhaustiveDependencies: cells change with every step, their keys with the study alone
  const series = useMemo(
    () =>
      rateSeries(
        ofSeed.flatMap((cell, i): readonly TrunkRun[] => {
          const run = runs[i]
          return run === undefined ? [] : [{ cell, run }]
        }),
      ),
    [runs, keys],
  )
  if (series.length === 0) return null
  return (
    <LineChart
      title={`Learning rate, seed ${seed}`}
      series={series}
      x={steps}
      y={rates}
      height={260}
      group={group}
      legend="none"
    />
  )
}

interface ScoresProps {
  readonly tables: readonly TrunkTable[]
  readonly texts: ScoreTexts
  readonly group: string
  readonly isGoingOn: boolean
}

function Scores({ tables, texts, group, isGoingOn }: ScoresProps) {
  const series = useMemo(() => scoreSeries(tables, texts), [tables, texts])
  const y = useMemo(
    (): ChartAxis =>
      texts.unit === 'nats' ? { label: 'nats', format: texts.value } : { label: '', share: true },
    [texts],
  )
  if (series.length === 0)
    return (
      <p className={classes.about}>
        {isGoingOn
          ? `${texts.title} against the steps of each budget is drawn here when the first cool-down has ended.`
          : 'No cool-down has ended, so there is no score to draw.'}
      </p>
    )
  return (
    <LineChart
      title={`${texts.title}, mean over seeds`}
      series={series}
      x={budgetSteps}
      y={y}
      height={260}
      group={group}
      legend="values"
    />
  )
}
