import { Link } from '@tanstack/react-router'
import { useId } from 'react'
import type { StudyCellInfo } from '../../../../shared/api/studies.ts'
import type { ChartAxis } from '../../../charts/types.ts'
import { StatusBadge } from '../../../components/StatusBadge.tsx'
import { count, loss } from '../../../format/format.ts'
import { measureTitles, type ScoreMeasure, scoreText } from '../../../format/scoreMeasure.ts'
import { useMemoBy } from '../../../hooks/useMemoBy.ts'
import { useRunSummary, useRuns } from '../../../hooks/useRuns.ts'
import { WhereShort } from '../../../workers/Where.tsx'
import { CurveCharts } from '../../compare/CurveCharts.tsx'
import { useCurveLines } from '../../compare/curveLines.ts'
import { mostDrawn, placesOf } from '../../compare/places.ts'
import { useCurves } from '../../compare/useCurves.ts'
import { useEpochs } from '../../compare/useEpochs.ts'
import { SeriesError } from '../../run/SeriesError.tsx'
import classes from './ChosenSetting.module.css'
import type { SettingRow } from './rows.ts'
import sweepClasses from './Sweep.module.css'
import type { Sweep } from './useSweep.ts'
import { divergedText, settingName } from './words.ts'

interface ChosenSettingProps {
  readonly sweep: Sweep
  readonly row: SettingRow
  readonly measure: ScoreMeasure
}

/** The runs of the chosen setting, one a seed, with their curves. */
export function ChosenSetting({ sweep, row, measure }: ChosenSettingProps) {
  return (
    <section className={classes.chosen} aria-label="Chosen setting">
      <h2>
        {settingName(row, sweep.nameOf)}
        {row === sweep.best && <span className={classes.bestTag}>best</span>}
      </h2>
      <table className={classes.runs}>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">
              {measureTitles[measure]}
              <span className={classes.ofPart}>validation</span>
            </th>
            <th scope="col">
              Loss<span className={classes.ofPart}>validation, nats</span>
            </th>
            <th scope="col">
              {measureTitles[measure]}
              <span className={classes.ofPart}>test</span>
            </th>
            <th scope="col">Status</th>
          </tr>
        </thead>
        <tbody>
          {row.cells.map((cell) => (
            <RunLine key={cell.key} cell={cell} measure={measure} />
          ))}
        </tbody>
      </table>
      <Curves row={row} measure={measure} />
    </section>
  )
}

function RunLine({ cell, measure }: { readonly cell: StudyCellInfo; readonly measure: ScoreMeasure }) {
  const { runId, seed, status, diverged, reason } = cell
  return (
    <tr>
      <th scope="row">
        {status === 'deleted' ? (
          `seed ${seed}`
        ) : (
          <Link to="/runs/$runId" params={{ runId }}>
            seed {seed}
          </Link>
        )}
      </th>
      <td>{scoreText(cell.validationAccuracy, measure)}</td>
      <td>{loss(cell.validationLoss)}</td>
      <td>{scoreText(cell.testAccuracy, measure)}</td>
      <td title={reason ?? undefined}>
        {status === 'deleted' ? 'deleted' : <StatusBadge status={status} />}
        <CellPlace runId={runId} />
        {diverged !== null && <span className={classes.ofPart}>{divergedText(diverged)}</span>}
      </td>
    </tr>
  )
}

/** Where its run trains, of one that does not train here. */
function CellPlace({ runId }: { readonly runId: string }) {
  const run = useRunSummary(runId)
  if (run === undefined || run.place === null) return null
  return (
    <span className={classes.ofPart}>
      <WhereShort run={run} />
    </span>
  )
}

const chartHeight = 128
const smoothing = 0.9
const noZoom = (): void => undefined
const stepAxis: ChartAxis = { label: 'step', format: count, whole: true }

function Curves({ row, measure }: Pick<ChosenSettingProps, 'row' | 'measure'>) {
  const group = useId()
  const { byId } = useRuns()
  const ids = row.cells.slice(0, mostDrawn).map(({ runId }) => runId)
  const runs = ids.flatMap((id) => byId.get(id) ?? [])
  const epochsOf = useEpochs(runs.map(({ id }) => id))
  const places = useMemoBy([epochsOf, ...runs], () => placesOf(runs, 'step', epochsOf))
  const curves = useCurves(places, smoothing, undefined)
  const lines = useCurveLines(places, curves, epochsOf, measure)
  if (runs.length === 0)
    return <p className={sweepClasses.note}>Its runs were deleted: there are no curves.</p>
  if (runs.every(({ stepsDone }) => stepsDone === 0))
    return <p className={sweepClasses.note}>Its curves are drawn here from the first steps of a run on.</p>
  return (
    <>
      <SeriesError error={curves.error ?? undefined} hasData={false} />
      <div className={classes.curves}>
        <CurveCharts
          lines={lines}
          measure={measure}
          frame="signal"
          group={group}
          x={stepAxis}
          height={chartHeight}
          onZoom={noZoom}
        />
      </div>
    </>
  )
}
