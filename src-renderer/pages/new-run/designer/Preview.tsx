import { useViewportSize } from '@mantine/hooks'
import { memo, useCallback, useMemo, useState } from 'react'
import type { CompiledSchedule, Handle } from '../../../../shared/schedule/index.ts'
import { LineChart } from '../../../charts/LineChart.tsx'
import type { PlotArea } from '../../../charts/plotArea.ts'
import type { ChartAxis, ChartBand, ChartMark } from '../../../charts/types.ts'
import { rate as rateText } from '../../../format/format.ts'
import { DotWords } from '../../../ribbon/DotWords.tsx'
import { Ribbon } from '../../../ribbon/Ribbon.tsx'
import { type Line, momentumSeries, rateDomain, rateSeries, steadyMomentum } from '../model/lines.ts'
import { type Preview as Drawn, ribbonOf, type Snapshots } from '../model/preview.ts'
import classes from './Designer.module.css'
import { Handles } from './Handles.tsx'

interface PreviewProps {
  readonly compiled: CompiledSchedule
  readonly drawn: Drawn
  readonly snapshots: Snapshots
  /** The schedules pinned beside it, over the same budget. */
  readonly pins: readonly Line[]
  readonly handles: readonly Handle[]
  readonly onHandle: (handle: Handle, value: number) => void
  /** Steps in one of the x axis' unit: an epoch's, or 1. */
  readonly stepsPerX: number
  /** What the optimizer uses where the schedule does not move it. */
  readonly momentum: number
  readonly momentumName: string
}

const group = 'designer'
const momentumHeight = 104
/** Of the chart of rates: what the window has left over beside the fields. */
const leastHeight = 176
const mostHeight = 440
const elsewhere = 630

/** The schedule over the whole budget, drawn by the function that trains. */
export const Preview = memo(function Preview(props: PreviewProps) {
  const { compiled, drawn, snapshots, pins, stepsPerX } = props
  const { height } = useViewportSize()
  const [frozen, setFrozen] = useState<readonly [number, number]>()
  const [chosenScale, setScale] = useState<'linear' | 'log'>()
  const scale = chosenScale ?? usualScale(compiled)
  const lines = useMemo(() => [{ id: 'this', label: 'this schedule', drawn }, ...pins], [drawn, pins])
  const series = useMemo(() => rateSeries(lines, stepsPerX), [lines, stepsPerX])
  const momenta = useMomenta(lines, compiled.totalSteps, stepsPerX, props.momentum)
  const domain = useMemo(() => frozen ?? rateDomain(series, scale), [frozen, series, scale])
  const x = useAxis(compiled.totalSteps, stepsPerX)
  const y = useMemo(
    (): ChartAxis => ({ label: `${scale} scale`, scale, domain, format: rateText }),
    [scale, domain],
  )
  const marks = useMemo(() => marksOf(compiled, snapshots, stepsPerX), [compiled, snapshots, stepsPerX])
  const bands = useMemo(() => bandsOf(compiled, stepsPerX), [compiled, stepsPerX])
  const ribbon = useMemo(() => ribbonOf(compiled, drawn, snapshots), [compiled, drawn, snapshots])
  const { handles, onHandle } = props
  const overlay = useCallback(
    (area: PlotArea) => (
      <Handles
        area={area}
        handles={handles}
        stepsPerX={stepsPerX}
        onChange={onHandle}
        onDragging={(on) => setFrozen(on ? domain : undefined)}
      />
    ),
    [handles, stepsPerX, onHandle, domain],
  )
  return (
    <div>
      <div className={classes.ribbon}>
        <Ribbon data={ribbon} height={52} label="The rate over the budget, with the snapshots planned" />
        <DotWords data={ribbon} />
      </div>
      <LineChart
        title="Learning rate"
        series={series}
        x={x}
        y={y}
        height={Math.min(mostHeight, Math.max(leastHeight, height - elsewhere))}
        marks={marks}
        bands={bands}
        group={group}
        canLog
        onScale={setScale}
        overlay={overlay}
      />
      <LineChart
        title="Momentum"
        series={momenta}
        x={x}
        y={momentumAxis(props.momentumName)}
        height={momentumHeight}
        bands={bands}
        group={group}
      />
    </div>
  )
})

/** The same series while no line moves the momentum, so that its chart is not drawn anew with every rate. */
function useMomenta(lines: readonly Line[], totalSteps: number, stepsPerX: number, usual: number) {
  const moved = lines.some(({ drawn }) => drawn.momenta !== undefined)
  const moving = moved ? lines : undefined
  return useMemo(
    () =>
      moving === undefined
        ? [steadyMomentum(totalSteps - 1, stepsPerX, usual)]
        : momentumSeries(moving, stepsPerX, usual),
    [moving, totalSteps, stepsPerX, usual],
  )
}

const momentumAxes: Record<string, ChartAxis> = {}
/** The same axis for the same name, so that the chart is not drawn again for it. */
function momentumAxis(name: string): ChartAxis {
  momentumAxes[name] ??= { label: name }
  return momentumAxes[name]
}

function useAxis(totalSteps: number, stepsPerX: number): ChartAxis {
  return useMemo(
    () => ({
      label: stepsPerX === 1 ? 'step' : 'epoch',
      // To where the last step has been taken: its rate stands one step before.
      domain: [0, Math.max(1, totalSteps) / stepsPerX],
      whole: stepsPerX === 1,
      ticksEnd: true,
    }),
    [totalSteps, stepsPerX],
  )
}

/** A log axis where the rate is meant to span two decades; one that comes down to 0 is not. */
const usualScale = ({ range: { lrMin, lrMax } }: CompiledSchedule): 'linear' | 'log' =>
  lrMin > 0 && lrMax / lrMin >= 100 ? 'log' : 'linear'

const marksOf = (compiled: CompiledSchedule, { drawn }: Snapshots, stepsPerX: number): ChartMark[] =>
  drawn.map(({ step, number }) => ({
    x: step / stepsPerX,
    y: compiled.at(step).lr,
    kind: 'snapshot',
    label: `Snapshot ${number}, after step ${step + 1}, at rate ${rateText(compiled.at(step).lr)}`,
  }))

/** Cycles beyond these would shade everything alike. */
const mostBands = 300

const bandsOf = ({ cycles }: CompiledSchedule, stepsPerX: number): ChartBand[] =>
  cycles.length > mostBands
    ? []
    : cycles
        .filter(({ index }) => index % 2 === 1)
        .map(({ start, end }) => ({ from: start / stepsPerX, to: end / stepsPerX }))
