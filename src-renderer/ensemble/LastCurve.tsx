import { memo, useMemo } from 'react'
import type { PartAssessment } from '../../shared/ensemble/assess.ts'
import { LineChart } from '../charts/LineChart.tsx'
import type { ChartAxis, ChartSeries } from '../charts/types.ts'
import { percent } from '../format/format.ts'

const size: ChartAxis = { label: 'last members, plain average', whole: true }
const error: ChartAxis = { label: 'error, %', format: (value) => value.toFixed(2) }

function series(id: string, label: string, part: PartAssessment, dash?: string): ChartSeries {
  return {
    id,
    label,
    x: part.lastAccuracy.map((_, k) => k + 1),
    y: part.lastAccuracy.map((accuracy) => 100 * (1 - accuracy)),
    ...(dash !== undefined && { dash }),
  }
}

interface LastCurveProps {
  readonly test: PartAssessment | undefined
  readonly validation: PartAssessment | undefined
}

/** Errors of the averages of the last 1, 2, ..., M members: the curve by which snapshot ensembles are judged. */
export const LastCurve = memo(function LastCurve({ test, validation }: LastCurveProps) {
  const lines = useMemo(
    () => [
      ...(test === undefined ? [] : [series('test', 'test', test)]),
      ...(validation === undefined ? [] : [series('validation', 'validation', validation, '5 3')]),
    ],
    [test, validation],
  )
  const judged = test ?? validation
  const single = judged?.bestScores.accuracy
  const reference = useMemo(
    () =>
      single === undefined
        ? undefined
        : { y: 100 * (1 - single), label: `best single ${percent(1 - single, 2)}` },
    [single],
  )
  return (
    <LineChart
      title="Last 1 to M members"
      series={lines}
      x={size}
      y={error}
      height={180}
      {...(reference && { reference })}
    />
  )
})
