import { useMemo } from 'react'
import { LineChart } from '../../charts/LineChart.tsx'
import type { ChartAxis, ChartFrame } from '../../charts/types.ts'
import { rate } from '../../format/format.ts'
import { tickNumbers } from '../../format/numberList.ts'
import type { ScoreMeasure } from '../../format/scoreMeasure.ts'
import { lossAxis, scoreAxis } from '../run/chartParts.ts'
import type { CurveLines } from './curveLines.ts'

interface CurveChartsProps {
  readonly lines: CurveLines
  readonly measure: ScoreMeasure
  readonly frame: ChartFrame
  readonly group: string
  readonly x: ChartAxis
  readonly height: number
  readonly onZoom: (zoom: readonly [number, number] | undefined) => void
}

/** The curves of all runs over each other, on one axis with one cursor; the list of runs is their legend. */
export function CurveCharts({ lines, measure, frame, group, x, height, onZoom }: CurveChartsProps) {
  const axes = useMemo(
    () => ({
      score: { ...scoreAxis(frame), origin: measure === 'accuracy' ? 1 : 0 },
      loss: { ...lossAxis(frame), origin: 0 },
      rate: { ...plain, scale: lines.rateScale },
    }),
    [frame, measure, lines.rateScale],
  )
  const common = { x, group, height, onZoom, legend: 'none' } as const
  return (
    <>
      <LineChart {...common} title={`Validation ${measure}`} series={lines.judged} y={axes.score} />
      <LineChart {...common} title="Training loss" series={lines.loss} y={axes.loss} canLog />
      <LineChart {...common} title={`Training ${measure}`} series={lines.score} y={axes.score} />
      <LineChart {...common} title="Learning rate" series={lines.lr} y={axes.rate} canLog />
      {lines.momentum !== undefined && (
        <LineChart {...common} title="Momentum" series={lines.momentum} y={plain} />
      )}
    </>
  )
}

const plain: ChartAxis = { label: '', format: rate, tick: tickNumbers }
