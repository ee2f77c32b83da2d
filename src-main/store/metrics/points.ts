import { bisectLeft } from 'd3-array'

/** Steps in a chunk of raw points. */
export const CHUNK_STEPS = 4096

/** Points of one series in ascending order of steps. */
export interface Points {
  readonly steps: Float64Array
  readonly values: Float64Array
}

/** Consecutive steps from firstStep on. */
export interface Segment {
  readonly firstStep: number
  readonly values: Float64Array
}

export const NO_POINTS: Points = { steps: new Float64Array(0), values: new Float64Array(0) }

export function joinSegments(segments: readonly Segment[]): Points {
  const total = segments.reduce((sum, { values }) => sum + values.length, 0)
  const steps = new Float64Array(total)
  const values = new Float64Array(total)
  let at = 0
  for (const segment of segments) {
    values.set(segment.values, at)
    for (let i = 0; i < segment.values.length; i++) steps[at++] = segment.firstStep + i
  }
  return { steps, values }
}

/** The points from `fromStep` to `toStep`, both included; not copied. */
export function slicePoints({ steps, values }: Points, fromStep: number, toStep: number): Points {
  const from = bisectLeft(steps, fromStep)
  const to = bisectLeft(steps, toStep + 1)
  return { steps: steps.subarray(from, to), values: values.subarray(from, to) }
}

/** The value of one step, if it has a point. */
export function valueAt({ steps, values }: Points, step: number): number | undefined {
  const index = bisectLeft(steps, step)
  return steps[index] === step ? values[index] : undefined
}

/** The last point up to a step, itself included. */
export function lastUpTo(
  points: Points | undefined,
  step: number,
): { readonly step: number; readonly value: number } | undefined {
  if (points === undefined) return undefined
  const index = bisectLeft(points.steps, step + 1) - 1
  const [found, value] = [points.steps[index], points.values[index]]
  return found === undefined || value === undefined ? undefined : { step: found, value }
}

export function joinPoints(parts: readonly Points[]): Points {
  const total = parts.reduce((sum, { steps }) => sum + steps.length, 0)
  const steps = new Float64Array(total)
  const values = new Float64Array(total)
  let at = 0
  for (const part of parts) {
    steps.set(part.steps, at)
    values.set(part.values, at)
    at += part.steps.length
  }
  return { steps, values }
}
