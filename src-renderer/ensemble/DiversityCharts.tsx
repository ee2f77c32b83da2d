import { useMemo } from 'react'
import { meanOfDefined } from '../../shared/ensemble/diversity.ts'
import type { MemberPair } from '../../shared/ensemble/memberDiversity.ts'
import { LineChart } from '../charts/LineChart.tsx'
import type { ChartAxis, ChartSeries } from '../charts/types.ts'
import { inMeasure, type ScoreMeasure } from '../format/scoreMeasure.ts'
import { useScoreMeasure } from '../hooks/useScoreMeasure.ts'
import type { Candidate } from './candidates.ts'

interface DiversityChartsProps {
  /** Of the candidates shown, by their places among these. */
  readonly pairs: readonly MemberPair[]
  readonly shown: readonly Candidate[]
  /** Along `shown`, 0..1. */
  readonly accuracies: readonly number[]
  readonly part: string
}

interface Point {
  readonly x: number
  readonly y: number
}

const kappaAxis: ChartAxis = { label: 'kappa, agreement beyond chance', format: (value) => value.toFixed(3) }
const differs: ChartAxis = {
  label: 'mean disagreement with the others, %',
  format: (value) => value.toFixed(1),
}

/** Pairs in a kappa-error diagram, and members by how much they differ and how good they are. */
export function DiversityCharts({ pairs, shown, accuracies, part }: DiversityChartsProps) {
  const [measure] = useScoreMeasure()
  const kappa = useMemo(() => {
    const pointsOf = (isWithin: boolean): Point[] =>
      pairs.flatMap(({ i, j, kappa: x, meanError }) =>
        x !== null && (shown[i]?.runId === shown[j]?.runId) === isWithin ? [{ x, y: 100 * meanError }] : [],
      )
    return [dots('pairs of one run', pointsOf(true)), dots('pairs of two runs', pointsOf(false))].filter(
      ({ x }) => x.length > 0,
    )
  }, [pairs, shown])
  const members = useMemo(
    () => [
      dots(
        'members',
        accuracies.flatMap((accuracy, k) => {
          const own = pairs.filter(({ i, j }) => i === k || j === k)
          const x = meanOfDefined(own.map(({ disagreement }) => disagreement))
          return x === null ? [] : [{ x: 100 * x, y: 100 * inMeasure(accuracy, measure) }]
        }),
      ),
    ],
    [pairs, accuracies, measure],
  )
  return (
    <>
      {kappa.length > 0 && (
        <LineChart
          title={`Kappa and error of pairs, ${part}`}
          series={kappa}
          x={kappaAxis}
          y={{ label: 'mean error of the two, %', format: (value) => value.toFixed(1) }}
          height={180}
        />
      )}
      <LineChart
        title={`Diversity and ${measure} of members, ${part}`}
        series={members}
        x={differs}
        y={yAxis(measure)}
        height={180}
      />
    </>
  )
}

const yAxis = (measure: ScoreMeasure): ChartAxis => ({
  label: `${measure}, %`,
  format: (value) => value.toFixed(1),
})

function dots(label: string, points: readonly Point[]): ChartSeries {
  const sorted = points.toSorted((a, b) => a.x - b.x)
  // The rightmost dot is no present value: the legend has the one at the cursor alone.
  return {
    id: label,
    label,
    x: sorted.map(({ x }) => x),
    y: sorted.map(({ y }) => y),
    dots: true,
    ahead: true,
  }
}
