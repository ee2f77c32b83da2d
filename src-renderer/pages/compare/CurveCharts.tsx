import { useMemo } from 'react'
import type { EpochInfo, RunSummary } from '../../../shared/api/runs.ts'
import { LineChart } from '../../charts/LineChart.tsx'
import { dwarfs } from '../../charts/scale.ts'
import type { ChartAxis, ChartSeries } from '../../charts/types.ts'
import { plainNumber } from '../../charts/words.ts'
import { loss, percent, rate } from '../../format/format.ts'
import type { Place } from './places.ts'
import type { Curves } from './useCurves.ts'
import type { EpochsOf } from './useEpochs.ts'

interface CurveChartsProps {
  readonly places: readonly Place[]
  readonly curves: Curves
  readonly epochsOf: EpochsOf
  /** The run pointed at: the others step back. */
  readonly highlight: string | undefined
  readonly x: ChartAxis
  readonly onZoom: (zoom: readonly [number, number] | undefined) => void
}

const height = 190
const group = 'compare'
const accuracy: ChartAxis = {
  label: '',
  format: (value) => percent(value),
  tick: (value) => percent(value, 0),
}
const nats: ChartAxis = { label: 'nats', format: loss, tick: plainNumber }
const plain: ChartAxis = { label: '', format: rate }
/** One run that diverged would press the others flat. */
const natsLog: ChartAxis = { ...nats, scale: 'log' }
const plainLog: ChartAxis = { ...plain, scale: 'log' }

/** The curves of all runs over each other, on one axis with one cursor. */
export function CurveCharts(props: CurveChartsProps) {
  const { places, curves, epochsOf, highlight, x, onZoom } = props
  const lines = useMemo(() => {
    const stored = (name: string): ChartSeries[] =>
      places.map(({ run, map, label, color, dash }) => {
        const answer = curves.of(run.id, name)
        return {
          ...lookOf(run.id, label, color, dash, highlight),
          x: answer?.steps.map(map.toX) ?? [],
          y: answer?.values ?? [],
        }
      })
    const judged = places.map(({ run, map, label, color, dash }) => {
      const epochs = epochsOf(run.id).filter((epoch) => judgedBy(epoch) !== null)
      return {
        ...lookOf(run.id, hasValidation(run) ? label : `${label} (test)`, color, dash, highlight),
        x: epochs.map(({ step }) => map.toX(step)),
        y: epochs.map(judgedBy),
        ...(epochs.length === 1 && { dots: true }),
      }
    })
    const momentum = stored('momentum')
    const varies = momentum.some(({ y }) => y.some((value) => value !== y[0]))
    const differs = new Set(momentum.map(({ y }) => y[0])).size > 1
    return {
      judged,
      accuracy: stored('accuracy'),
      loss: stored('loss'),
      lr: stored('lr'),
      momentum: varies || differs ? momentum : undefined,
    }
  }, [places, curves, epochsOf, highlight])
  const common = { x, group, height, onZoom }
  return (
    <>
      <LineChart {...common} title="Validation accuracy" series={lines.judged} y={accuracy} />
      <LineChart
        {...common}
        title="Training loss"
        series={lines.loss}
        y={dwarfs(lines.loss, 1000) ? natsLog : nats}
        canLog
      />
      <LineChart {...common} title="Training accuracy" series={lines.accuracy} y={accuracy} />
      <LineChart
        {...common}
        title="Learning rate"
        series={lines.lr}
        y={dwarfs(lines.lr, 100) ? plainLog : plain}
        canLog
      />
      {lines.momentum !== undefined && (
        <LineChart {...common} title="Momentum" series={lines.momentum} y={plain} />
      )}
    </>
  )
}

/** Without validation data a run is judged by the test data, which is to be seen. */
const hasValidation = ({ spec }: RunSummary): boolean => spec.dataset.validation > 0
const judgedBy = ({ valAccuracy, testAccuracy }: EpochInfo): number | null => valAccuracy ?? testAccuracy

function lookOf(
  id: string,
  label: string,
  color: string,
  dash: string | undefined,
  highlight: string | undefined,
) {
  const isBehind = highlight !== undefined && highlight !== id
  return {
    id,
    label,
    color: isBehind ? `color-mix(in srgb, ${color} 22%, transparent)` : color,
    ...(dash !== undefined && { dash }),
  }
}
