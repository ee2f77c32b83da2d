import { memo, useMemo } from 'react'
import { LineChart } from '../../../charts/LineChart.tsx'
import { type PlotArea, pixelX, pixelY, plotMargin } from '../../../charts/plotArea.ts'
import type { ChartAxis, ChartSeries } from '../../../charts/types.ts'
import { loss, rate } from '../../../format/format.ts'
import { inMeasure, type ScoreMeasure } from '../../../format/scoreMeasure.ts'
import { settingText } from '../words.ts'
import classes from './AxisPlots.module.css'
import type { SweepAxis } from './axes.ts'
import { bestByValue } from './isolation.ts'
import type { SettingRow } from './rows.ts'
import type { Sweep } from './useSweep.ts'
import { settingName, settingSentence } from './words.ts'

interface AxisPlotsProps {
  readonly sweep: Sweep
  readonly rows: readonly SettingRow[]
  readonly measure: ScoreMeasure
  readonly chosen: string | undefined
  readonly onChoose: (key: string) => void
}

/**
 * The objective against each axis: every run a point, and at each value the best setting there, all else at its best for
 * that value (the isolation plots of Google's Deep Learning Tuning Playbook).
 */
export function AxisPlots({ sweep, ...others }: AxisPlotsProps) {
  return (
    <div className={classes.plots}>
      {sweep.axes.map((axis) => (
        <AxisPlot key={axis.path} sweep={sweep} axis={axis} {...others} />
      ))}
    </div>
  )
}

const mostButtons = 40

const AxisPlot = memo(function AxisPlot({
  sweep,
  axis,
  rows,
  measure,
  chosen,
  onChoose,
}: AxisPlotsProps & { readonly axis: SweepAxis }) {
  const { spec, nameOf } = sweep
  const { objective } = spec
  const told = useMemo(
    () =>
      (value: number): number =>
        objective === 'validationAccuracy' ? inMeasure(value, measure) : value,
    [objective, measure],
  )
  const bests = useMemo(() => bestByValue(rows, axis, objective), [rows, axis, objective])
  const series = useMemo(
    () => [
      runPoints(rows, axis, objective, told),
      {
        id: 'best',
        label: 'best setting, mean',
        color: 'var(--best)',
        x: bests.map(({ x }) => x),
        y: bests.map(({ row }) => told(row.score?.mean ?? Number.NaN)),
        marked: true,
      },
    ],
    [rows, bests, axis, objective, told],
  )
  const x = useMemo(() => xAxis(axis), [axis])
  const y = useMemo(
    (): ChartAxis =>
      objective === 'validationAccuracy'
        ? { label: '', share: true }
        : { label: '', unit: 'nats', format: loss, scale: lossScale(series[0]?.y ?? []) },
    [objective, series],
  )
  const overlay = (area: PlotArea) =>
    bests.length > mostButtons
      ? null
      : bests.map(({ x: at, row }) => (
          <button
            key={row.key}
            type="button"
            className={classes.bestPoint}
            data-best={row === sweep.best}
            aria-pressed={row.key === chosen}
            aria-label={`Best at ${nameOf(axis.path)} ${settingText(row.settings[axis.path])}: ${settingSentence(row, settingName(row, nameOf), objective, measure)}`}
            title={settingSentence(row, settingName(row, nameOf), objective, measure)}
            style={{
              left: plotMargin.left + pixelX(area, at),
              top: plotMargin.top + pixelY(area, told(row.score?.mean ?? 0)),
            }}
            onClick={() => onChoose(row.key)}
          />
        ))
  return (
    <LineChart
      title={nameOf(axis.path)}
      series={series}
      x={x}
      y={y}
      height={190}
      legend="none"
      canLog={objective === 'validationLoss'}
      overlay={overlay}
    />
  )
})

/** A loss that spans more than this has a log axis. */
const logFrom = 10

function lossScale(values: readonly (number | null)[]): 'linear' | 'log' {
  const known = values.flatMap((value) => (value !== null && value > 0 ? [value] : []))
  return Math.max(...known) / Math.min(...known) >= logFrom ? 'log' : 'linear'
}

/** Every run at its value; those that diverged are crosses along the upper edge. */
function runPoints(
  rows: readonly SettingRow[],
  axis: SweepAxis,
  objective: Sweep['spec']['objective'],
  told: (value: number) => number,
): ChartSeries {
  const found = rows
    .flatMap((row) => {
      const value = row.settings[axis.path]
      const at = axis.scale === 'categories' ? axis.values.indexOf(value ?? null) : value
      if (typeof at !== 'number' || at < 0) return []
      return row.cells.flatMap((cell): readonly { readonly x: number; readonly y: number | null }[] => {
        if (cell.diverged !== null) return [{ x: at, y: null }]
        // A run half-way through its decay has no score that compares.
        if (cell.status !== 'completed') return []
        const score = objective === 'validationAccuracy' ? cell.validationAccuracy : cell.validationLoss
        return score === null ? [] : [{ x: at, y: told(score) }]
      })
    })
    .sort((a, b) => a.x - b.x)
  return {
    id: 'runs',
    label: 'a run',
    color: 'var(--run-point)',
    dots: true,
    x: found.map(({ x }) => x),
    y: found.map(({ y }) => y),
  }
}

function xAxis({ path, values, scale }: SweepAxis): ChartAxis {
  if (scale === 'categories') {
    const name = (at: number): string => settingText(values[Math.round(at)] ?? null)
    return { label: path, format: name, tick: () => name, whole: true, domain: [-0.5, values.length - 0.5] }
  }
  const numbers = values.filter((value) => typeof value === 'number')
  const [low = 0, high = 1] = [numbers[0], numbers.at(-1)]
  const room = scale === 'log' ? (high / low) ** 0.06 : (high - low) * 0.06
  const domain: readonly [number, number] =
    scale === 'log' ? [low / room, high * room] : [low - room, high + room]
  return { label: path, format: rate, scale, domain }
}
