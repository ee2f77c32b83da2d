import { memo } from 'react'
import { percent } from '../../format/format.ts'
import { inMeasure, type ScoreMeasure } from '../../format/scoreMeasure.ts'
import classes from './Cells.module.css'

const width = 100
const height = 24

interface SparkProps {
  readonly accuracies: readonly number[]
  readonly measure: ScoreMeasure
}

/** The curve of accuracy or error by epoch, framed by its own values. */
export const Spark = memo(function Spark({ accuracies, measure }: SparkProps) {
  const values = accuracies.map((accuracy) => inMeasure(accuracy, measure))
  const first = values[0]
  const last = values.at(-1)
  if (first === undefined || last === undefined) return null
  const low = Math.min(...values)
  const span = Math.max(...values) - low || 1
  const points = values.map((value, i) => {
    const x = values.length === 1 ? width : (width * i) / (values.length - 1)
    return `${x.toFixed(1)} ${(height - 2 - ((height - 4) * (value - low)) / span).toFixed(1)}`
  })
  return (
    <svg
      className={classes.spark}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${measure} from ${percent(first)} to ${percent(last)}`}
    >
      <path d={values.length === 1 ? `M0 ${height / 2}H${width}` : `M${points.join('L')}`} />
    </svg>
  )
})
