import { type Bucket, summarize } from '../../../shared/metrics/buckets.ts'
import { downsample, downsampleBuckets, type Point } from '../../../shared/metrics/downsample.ts'
import type { SeriesQuery, SeriesView } from '../types.ts'
import { NO_POINTS, type Points, slicePoints } from './points.ts'

/** One series while a view of it is made, from one state of the file: summaries of its first part, points of the rest. */
export interface Source {
  /** Widths of the levels of summaries in steps, finest first; powers of two. */
  readonly widths: readonly number[]
  /** Summaries answer for the steps below this one, and hold buckets cut by it as well. */
  readonly closedEnd: number
  /** The points from there on. */
  readonly open: Points
  /** The buckets of a level that begin in [fromStep, toStep), both borders of the level's grid. */
  readLevel(level: number, fromStep: number, toStep: number): Bucket[]
  /** Every point from `from` to `to`, both included. */
  readPoints(from: number, to: number): Points
  valueAt(step: number): number | undefined
}

export type Window = Pick<SeriesQuery, 'fromStep' | 'toStep' | 'points' | 'pinned'>

/** Answers a window from the coarsest summaries that are fine enough for it; raw points only at its edges. */
export function viewSource(source: Source, window: Window): SeriesView {
  const end = source.open.steps.at(-1) ?? source.closedEnd - 1
  const from = Math.max(0, Math.ceil(window.fromStep ?? 0))
  const to = Math.min(end, Math.floor(window.toStep ?? end))
  if (from > to) return { ...NO_POINTS, total: 0 }
  const { points } = window
  if (points === undefined) return withTotal(source.readPoints(from, to))
  const pins = (window.pinned ?? []).filter((step) => step >= from && step <= to)
  for (let level = levelFor(source, (to - from + 1) / points); level >= 0; level--) {
    const view = viewLevel(source, level, from, to, points, pins)
    // Where nothing had to be joined, a finer level may fit as well: the series has gaps.
    if (view !== undefined) return view
  }
  const raw = source.readPoints(from, to)
  const { steps, values } = downsample(raw.steps, raw.values, { maxPoints: points, pins })
  return { steps, values, total: raw.steps.length }
}

const withTotal = (points: Points): SeriesView => ({ ...points, total: points.steps.length })

/** The coarsest level that still has a bucket for every point wanted; -1 for raw points. */
function levelFor({ widths }: Source, stepsPerPoint: number): number {
  return widths.findLastIndex((width) => width <= stepsPerPoint)
}

function viewLevel(
  source: Source,
  level: number,
  from: number,
  to: number,
  maxPoints: number,
  pins: readonly number[],
): SeriesView | undefined {
  const width = widthOf(source, level)
  const buckets = [
    ...cover(source, level, from, Math.min(to + 1, source.closedEnd)),
    ...bucketsOf(source, slicePoints(source.open, from, to)),
  ]
  const [first] = buckets
  const last = buckets.at(-1)
  if (first === undefined || last === undefined) return { ...NO_POINTS, total: 0 }
  const find = (step: number): Point[] => {
    const value = source.valueAt(step)
    return value === undefined ? [] : [{ step, value }]
  }
  const sampled = downsampleBuckets(
    buckets,
    {
      maxPoints,
      ends: [first.firstStep, last.lastStep].flatMap(find),
      pins: pins.flatMap(find),
    },
    width,
  )
  if (sampled.width === width) return undefined
  const total = buckets.reduce((sum, bucket) => sum + bucket.count, 0)
  return { steps: sampled.steps, values: sampled.values, total }
}

/** Buckets no wider than the level's for the closed steps [from, to): finer ones where the window cuts a bucket. */
function cover(source: Source, level: number, from: number, to: number): Bucket[] {
  if (from >= to) return []
  if (level < 0) return bucketsOf(source, source.readPoints(from, to - 1))
  const width = widthOf(source, level)
  const innerFrom = Math.ceil(from / width) * width
  const innerTo = Math.floor(to / width) * width
  if (innerFrom >= innerTo) return cover(source, level - 1, from, to)
  return [
    ...cover(source, level - 1, from, innerFrom),
    ...source.readLevel(level, innerFrom, innerTo),
    ...cover(source, level - 1, innerTo, to),
  ]
}

const widthOf = ({ widths }: Source, level: number): number => widths[level] ?? 1

const bucketsOf = (source: Source, { steps, values }: Points): Bucket[] =>
  summarize(steps, values, widthOf(source, 0))
