import { memo, useMemo } from 'react'
import type { PartAssessment } from '../../shared/ensemble/assess.ts'
import { LineChart } from '../charts/LineChart.tsx'
import type { ChartAxis, ChartSeries } from '../charts/types.ts'
import { inMeasure, type ScoreMeasure, scoreText } from '../format/scoreMeasure.ts'
import { useScoreMeasure } from '../hooks/useScoreMeasure.ts'

const size: ChartAxis = { label: 'last members, plain average', whole: true }
const axes: Readonly<Record<ScoreMeasure, ChartAxis>> = {
  accuracy: { label: 'accuracy, %', format: (value) => value.toFixed(2) },
  error: { label: 'error, %', format: (value) => value.toFixed(2) },
}

interface Line {
  readonly id: string
  readonly part: PartAssessment
  readonly measure: ScoreMeasure
  readonly dash?: string
}

function series({ id, part, measure, dash }: Line): ChartSeries {
  return {
    id,
    label: id,
    x: part.lastAccuracy.map((_, k) => k + 1),
    y: part.lastAccuracy.map((accuracy) => 100 * inMeasure(accuracy, measure)),
    ...(dash !== undefined && { dash }),
  }
}

interface LastCurveProps {
  readonly test: PartAssessment | undefined
  readonly validation: PartAssessment | undefined
}

/** Scores of the averages of the last 1, 2, ..., M members: the curve by which snapshot ensembles are judged. */
export const LastCurve = memo(function LastCurve({ test, validation }: LastCurveProps) {
  const [measure] = useScoreMeasure()
  const lines = useMemo(
    () => [
      ...(test === undefined ? [] : [series({ id: 'test', part: test, measure })]),
      ...(validation === undefined
        ? []
        : [series({ id: 'validation', part: validation, measure, dash: '5 3' })]),
    ],
    [test, validation, measure],
  )
  const judged = test ?? validation
  const single = judged?.bestScores.accuracy
  const reference = useMemo(
    () =>
      single === undefined
        ? undefined
        : {
            y: 100 * inMeasure(single, measure),
            label: `best snapshot ${scoreText(single, measure, 2)}`,
          },
    [single, measure],
  )
  return (
    <LineChart
      title="Last 1 to M members"
      series={lines}
      x={size}
      y={axes[measure]}
      height={180}
      {...(reference && { reference })}
    />
  )
})
