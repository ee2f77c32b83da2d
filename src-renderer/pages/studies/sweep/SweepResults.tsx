import { SegmentedControl } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { SortingState } from '@tanstack/react-table'
import { useCallback, useDeferredValue, useMemo, useState } from 'react'
import type { SweepSpec } from '../../../../shared/study/spec.ts'
import { EmptyState } from '../../../components/EmptyState.tsx'
import { ScoreMeasureSwitch } from '../../../components/ScoreMeasureSwitch.tsx'
import { counted, percent } from '../../../format/format.ts'
import type { ScoreMeasure } from '../../../format/scoreMeasure.ts'
import { useScoreMeasure } from '../../../hooks/useScoreMeasure.ts'
import { goesOn, type StudyResultsProps } from '../results.ts'
import { objectiveWords } from '../words.ts'
import { AxisPlots } from './AxisPlots.tsx'
import { ChosenSetting } from './ChosenSetting.tsx'
import { Heatmap } from './Heatmap.tsx'
import { NextSteps } from './NextSteps.tsx'
import { Parallel } from './Parallel.tsx'
import { type Brushes, isBrushed, objectiveAxis, objectiveScale, parallelLines } from './parallel.ts'
import { type SettingRow, standingOf } from './rows.ts'
import { SettingsTable } from './SettingsTable.tsx'
import classes from './Sweep.module.css'
import { type Sweep, useSweep } from './useSweep.ts'
import { objectiveSpread, settingName } from './words.ts'

/** What came of a sweep: a row a setting, and what each axis does to the objective. */
export function SweepResults({ study, spec, cells }: StudyResultsProps<SweepSpec>) {
  const sweep = useSweep(spec, cells)
  const [measure] = useScoreMeasure()
  const [brushes, setBrushes] = useState<Brushes>({})
  const view = useView(spec, measure)
  const budgets = useBudgets(sweep)
  const [budget = budgets[0], setBudget] = useState<number>()
  const atBudget = useMemo(() => sweep.rows.filter((row) => row.budget === budget), [sweep.rows, budget])
  const brushed = useBrushed(sweep, atBudget, brushes)
  // The table has all budgets; a brush is a question about one of them.
  const rows = Object.keys(brushes).length === 0 ? sweep.rows : brushed
  // The plots follow the table: while runs train, what is typed and clicked goes first.
  const plotted = useDeferredValue(brushed, noRows)
  const chosen = sweep.byKey.get(view.chosen ?? '') ?? sweep.best ?? sweep.rows[0]
  if (sweep.rows.length === 0)
    return goesOn(study) ? (
      <EmptyState title="No runs yet" text="Its runs are listed here as soon as they are stored." />
    ) : (
      <EmptyState title="No runs" text="The study ended before a run of it was stored." />
    )
  // Plots without a value would be empty boxes. A run that diverged is a value.
  const isAnything = sweep.rows.some(({ score, diverged }) => score !== null || diverged > 0)
  const common = { sweep, rows: plotted, measure, chosen: chosen?.key, onChoose: view.choose } as const
  return (
    <div className={classes.results}>
      <div className={classes.main}>
        <div className={classes.partHead}>
          <h2>{counted(sweep.rows.length, 'setting')}</h2>
          <span className={classes.space} />
          <ScoreMeasureSwitch />
        </div>
        <Verdict sweep={sweep} measure={measure} />
        {sweep.best !== undefined && (
          <p className={classes.about}>
            Each value is the mean ± standard deviation over n runs that differ by their seed; differences
            within their standard error are no difference.
          </p>
        )}
        <SettingsTable
          sweep={sweep}
          rows={rows}
          measure={measure}
          chosen={chosen?.key}
          sorting={view.sorting}
          onSorting={view.sort}
          onChoose={view.choose}
        />
        <div className={classes.partHead}>
          <NextSteps study={study} sweep={sweep} row={chosen} />
          <span className={classes.space} />
          {isAnything && budgets.length > 1 && (
            <>
              <span className={classes.about}>Plots of the runs at</span>
              <SegmentedControl
                aria-label="Budget of the plots"
                value={String(budget)}
                data={budgets
                  .toSorted((a, b) => a - b)
                  .map((one) => ({ value: String(one), label: percent(one, 0) }))}
                onChange={(value) => {
                  setBudget(Number(value))
                  setBrushes({})
                }}
              />
            </>
          )}
        </div>
        {isAnything ? (
          <>
            <section className={classes.part} aria-label="Each axis">
              <div className={classes.partHead}>
                <h2>Each axis</h2>
              </div>
              <p className={classes.about}>
                {capitalized(objectiveWords(spec.objective, measure))}
                {spec.objective === 'validationLoss' && ', nats'}. Grey: single runs, a cross where one
                diverged. Line: the best setting's mean at each value, all other axes at their best there.
                Click a point of the line to see its runs.
              </p>
              <AxisPlots {...common} />
            </section>
            <Heatmap {...common} />
            <Parallel
              {...common}
              rows={plotted === noRows ? noRows : atBudget}
              brushes={brushes}
              onBrushes={setBrushes}
            />
          </>
        ) : (
          <p className={classes.note}>
            {goesOn(study)
              ? `When the first run has ended, ${objectiveWords(spec.objective, measure)} is drawn here: against each axis, over two axes at once, and over all of them.`
              : 'No run of the study came to a result, so there is nothing to draw.'}
          </p>
        )}
      </div>
      {chosen !== undefined && <ChosenSetting sweep={sweep} row={chosen} measure={measure} />}
    </div>
  )
}

const capitalized = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)

/** At first there is the table: what takes longer to draw comes a moment later. */
const noRows: readonly SettingRow[] = []

/** What can be said by now: the best, by what, and what cannot be told from it. */
function Verdict({ sweep, measure }: { readonly sweep: Sweep; readonly measure: ScoreMeasure }) {
  const { best, rows, spec, nameOf } = sweep
  if (best === undefined) return <p className={classes.verdict}>No setting has a validation score yet.</p>
  const standings = rows.map((row) => standingOf(row, best, spec.objective).is)
  const equal = standings.filter((is) => is === 'equal').length
  const single = standings.filter((is) => is === 'oneRun').length
  return (
    <p className={classes.verdict}>
      Best: <strong>{settingName(best, nameOf)}</strong>,{' '}
      {objectiveSpread(best.score, spec.objective, measure)} {objectiveWords(spec.objective, measure)} (
      {counted(best.score?.n ?? 0, 'run')}).
      {equal > 0 && ` ${counted(equal, 'other')} within the standard error: no difference.`}
      {single > 0 && best.score?.n === 1 && ' One run a setting: no telling how sure the differences are.'}
    </p>
  )
}

/** The settings that pass all brushes; those without a line (nothing known yet) while there are none. */
function useBrushed(
  { axes, spec }: Sweep,
  rows: readonly SettingRow[],
  brushes: Brushes,
): readonly SettingRow[] {
  return useMemo(() => {
    if (Object.keys(brushes).length === 0) return rows
    const names = [...axes.map(({ path }) => path), objectiveAxis]
    return parallelLines(rows, axes, objectiveScale(rows, spec.objective))
      .filter((line) => isBrushed(line, names, brushes))
      .map(({ row }) => row)
  }, [rows, axes, spec.objective, brushes])
}

/** The budgets of its rungs, that with the most settings first; of equals the greater. Settings of one can be compared. */
function useBudgets({ rows }: Sweep): readonly number[] {
  return useMemo(() => {
    const count = new Map<number, number>()
    for (const { budget, score } of rows)
      count.set(budget, (count.get(budget) ?? 0) + (score === null ? 0 : 1))
    return [...count].sort(([a, most], [b, other]) => other - most || b - a).map(([budget]) => budget)
  }, [rows])
}

/** What is looked at lies in the address: the chosen setting and the order of the table. */
function useView(spec: SweepSpec, measure: ScoreMeasure) {
  const { setting, sort } = useSearch({ from: '/studies/$studyId' })
  const navigate = useNavigate({ from: '/studies/$studyId' })
  const sorting = useMemo(
    () => (sort === undefined ? bestFirst(spec, measure) : [sortOf(sort)]),
    [sort, spec, measure],
  )
  const change = useCallback(
    (part: { readonly setting?: string; readonly sort?: string | undefined }) =>
      void navigate({ replace: true, resetScroll: false, search: (before) => ({ ...before, ...part }) }),
    [navigate],
  )
  const choose = useCallback((key: string) => change({ setting: key }), [change])
  const keepSorting = useCallback(
    ([first]: SortingState) =>
      change({ sort: first === undefined ? undefined : `${first.desc ? '-' : ''}${first.id}` }),
    [change],
  )
  return { chosen: setting, sorting, choose, sort: keepSorting }
}

const sortOf = (text: string) =>
  text.startsWith('-') ? { id: text.slice(1), desc: true } : { id: text, desc: false }

const bestFirst = ({ objective }: SweepSpec, measure: ScoreMeasure): SortingState => [
  objective === 'validationAccuracy'
    ? { id: 'accuracy', desc: measure === 'accuracy' }
    : { id: 'loss', desc: false },
]
