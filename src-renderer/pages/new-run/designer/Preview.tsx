import { memo, useCallback, useMemo, useState } from 'react'
import type { CompiledSchedule, Handle } from '../../../../shared/schedule/index.ts'
import { LineChart } from '../../../charts/LineChart.tsx'
import type { PlotArea } from '../../../charts/plotArea.ts'
import { scaleOfSchedule } from '../../../charts/rateScale.ts'
import type { ChartAxis, ChartBand, ChartMark, ChartSeries } from '../../../charts/types.ts'
import { afterSteps, rate as rateText } from '../../../format/format.ts'
import { DotWords } from '../../../ribbon/DotWords.tsx'
import { Ribbon } from '../../../ribbon/Ribbon.tsx'
import { type Line, momentumSeries, rateDomain, rateSeries } from '../model/lines.ts'
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
  /** Pixels high that there are for the words above, this and the table below; undefined: what it needs. */
  readonly room: number | undefined
  /** What the optimizer uses where a line does not move it. Only where one of the lines does. */
  readonly momentum?: number
  readonly momentumName?: string
}

const group = 'designer'

/* Heights in pixels. */
const momentumHeight = 104
/** The title above a chart. */
const headHeight = 24
const ribbonHeight = 62
/** The pins and the words above. The table below is scrolled to. */
const around = 80
const leastCurve = 200
const mostCurve = 520
/** With less than so much for the curve the ribbon, which shows the same, makes room. */
const curveBesideRibbon = 300

/** How high the curve is drawn in the room there is, and whether the ribbon has a place too. */
function layoutIn(room: number | undefined, movesMomentum: boolean) {
  if (room === undefined) return { curve: 260, hasRibbon: false }
  const left = room - around - headHeight - (movesMomentum ? headHeight + momentumHeight : 0)
  const hasRibbon = left - ribbonHeight >= curveBesideRibbon
  const curve = left - (hasRibbon ? ribbonHeight : 0)
  return { curve: Math.min(mostCurve, Math.max(leastCurve, curve)), hasRibbon }
}

/** The schedule over the whole budget, drawn by the function that trains. */
export const Preview = memo(function Preview(props: PreviewProps) {
  const { compiled, drawn, snapshots, pins, stepsPerX, momentum } = props
  const [frozen, setFrozen] = useState<readonly [number, number]>()
  const [chosenScale, setScale] = useState<'linear' | 'log'>()
  const usualScale = useMemo(() => scaleOfSchedule(compiled), [compiled])
  const scale = chosenScale ?? usualScale
  const lines = useMemo(() => [{ id: 'this', label: 'this schedule', drawn }, ...pins], [drawn, pins])
  const series = useMemo(() => rateSeries(lines, stepsPerX), [lines, stepsPerX])
  const momenta = useMomenta(lines, stepsPerX, momentum)
  const domain = useDomain(frozen, series, scale, props.handles)
  const x = useAxis(compiled.totalSteps, stepsPerX)
  const y = useMemo(
    (): ChartAxis => ({ label: `${scale} scale`, scale, domain, format: rateText }),
    [scale, domain],
  )
  const marks = useMemo(() => marksOf(compiled, snapshots, stepsPerX), [compiled, snapshots, stepsPerX])
  const bands = useMemo(() => bandsOf(compiled, stepsPerX), [compiled, stepsPerX])
  const ribbon = useMemo(() => ribbonOf(compiled, drawn, snapshots), [compiled, drawn, snapshots])
  const { handles, onHandle } = props
  const { curve, hasRibbon } = layoutIn(props.room, momenta !== undefined)
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
      {hasRibbon && (
        <div className={classes.ribbon}>
          <div style={{ width: lastStepAt(compiled.totalSteps) }}>
            <Ribbon data={ribbon} height={52} label="The rate over the budget, with the snapshots planned" />
          </div>
        </div>
      )}
      <DotWords data={ribbon} />
      <LineChart
        title="Learning rate"
        series={series}
        x={x}
        y={y}
        height={curve}
        marks={marks}
        bands={bands}
        group={group}
        canLog
        onScale={setScale}
        overlay={overlay}
      />
      {momenta !== undefined && (
        <LineChart
          title="Momentum"
          series={momenta}
          x={x}
          y={momentumAxis(props.momentumName ?? '')}
          height={momentumHeight}
          bands={bands}
          group={group}
        />
      )}
    </div>
  )
})

/** What the axis of rates spans; while a handle is dragged, what it spanned before. */
function useDomain(
  frozen: readonly [number, number] | undefined,
  series: readonly ChartSeries[],
  scale: 'linear' | 'log',
  handles: readonly Handle[],
): readonly [number, number] {
  return useMemo(() => {
    const named = handles.flatMap(({ axis, rate }) => (axis === 'rate' ? [rate] : []))
    return frozen ?? rateDomain(series, scale, named)
  }, [frozen, series, scale, handles])
}

/** The ribbon ends with the last step, the axis of the chart below with the end of that step. */
const lastStepAt = (totalSteps: number): string =>
  totalSteps < 2 ? '100%' : `${(100 * (totalSteps - 1)) / totalSteps}%`

/** The momentum of every line, where one of them moves it. @param usual the optimizer's own */
function useMomenta(lines: readonly Line[], stepsPerX: number, usual: number | undefined) {
  return useMemo(
    () => (usual === undefined ? undefined : momentumSeries(lines, stepsPerX, usual)),
    [lines, stepsPerX, usual],
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

const marksOf = (compiled: CompiledSchedule, { drawn }: Snapshots, stepsPerX: number): ChartMark[] =>
  drawn.map(({ step, number }) => ({
    x: step / stepsPerX,
    y: compiled.at(step).lr,
    kind: 'snapshot',
    label: `Snapshot ${number}, ${afterSteps(step)}, at rate ${rateText(compiled.at(step).lr)}`,
  }))

/** Cycles beyond these would shade everything alike. */
const mostBands = 300

const bandsOf = ({ cycles }: CompiledSchedule, stepsPerX: number): ChartBand[] =>
  cycles.length > mostBands
    ? []
    : cycles
        .filter(({ index }) => index % 2 === 1)
        .map(({ start, end }) => ({ from: start / stepsPerX, to: end / stepsPerX }))
