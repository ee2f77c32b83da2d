import { type Bucket, summarize } from '../../../shared/metrics/buckets.ts'
import { downsample, downsampleBuckets, type Point } from '../../../shared/metrics/downsample.ts'
import type { Db } from '../database.ts'
import type { SeriesQuery, SeriesView } from '../types.ts'
import { CHUNK_STEPS, LEVELS, levelWidth, readLevel } from './levels.ts'
import { joinPoints, NO_POINTS, type Points, slicePoints, valueAt } from './points.ts'
import { closedEnd, findSeries, nextChunk, readTailOf, readValue } from './read.ts'

/** One series while a view of it is made, from one state of the file. */
interface Source {
  readonly db: Db
  readonly seriesId: number
  /** Chunks are closed below this step; the points from it on are in the tail. */
  readonly closedEnd: number
  readonly tail: Points
}

/** Answers a window from the coarsest summaries that are fine enough for it; raw points only at its edges. */
export function viewSeries(db: Db, query: SeriesQuery): SeriesView {
  const seriesId = findSeries(db, query.runId, query.series)
  if (seriesId === undefined) return { ...NO_POINTS, total: 0 }
  const source: Source = {
    db,
    seriesId,
    closedEnd: closedEnd(db, seriesId),
    tail: readTailOf(db, query.runId, query.series),
  }
  const end = source.tail.steps.at(-1) ?? source.closedEnd - 1
  const from = Math.max(0, Math.ceil(query.fromStep ?? 0))
  const to = Math.min(end, Math.floor(query.toStep ?? end))
  if (from > to) return { ...NO_POINTS, total: 0 }
  const { points } = query
  if (points === undefined) return withTotal(readPoints(source, from, to))
  const pins = (query.pinned ?? []).filter((step) => step >= from && step <= to)
  for (let level = levelFor((to - from + 1) / points); level >= 0; level--) {
    const view = viewLevel(source, level, from, to, points, pins)
    // Where nothing had to be joined, a finer level may fit as well: the series has gaps.
    if (view !== undefined) return view
  }
  const raw = readPoints(source, from, to)
  const { steps, values } = downsample(raw.steps, raw.values, { maxPoints: points, pins })
  return { steps, values, total: raw.steps.length }
}

const withTotal = (points: Points): SeriesView => ({ ...points, total: points.steps.length })

/** The coarsest level that still has a bucket for every point wanted; -1 for raw points. */
function levelFor(stepsPerPoint: number): number {
  let level = -1
  while (level + 1 < LEVELS && levelWidth(level + 1) <= stepsPerPoint) level++
  return level
}

function viewLevel(
  source: Source,
  level: number,
  from: number,
  to: number,
  maxPoints: number,
  pins: readonly number[],
): SeriesView | undefined {
  const width = levelWidth(level)
  const buckets = [
    ...cover(source, level, from, Math.min(to + 1, source.closedEnd)),
    ...bucketsOf(slicePoints(source.tail, from, to)),
  ]
  const [first] = buckets
  const last = buckets.at(-1)
  if (first === undefined || last === undefined) return { ...NO_POINTS, total: 0 }
  const find = findPoint(source)
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
  if (level < 0) return bucketsOf(readPoints(source, from, to - 1))
  const width = levelWidth(level)
  const innerFrom = Math.ceil(from / width) * width
  const innerTo = Math.floor(to / width) * width
  if (innerFrom >= innerTo) return cover(source, level - 1, from, to)
  return [
    ...cover(source, level - 1, from, innerFrom),
    ...readLevel(source.db, source.seriesId, level, innerFrom, innerTo),
    ...cover(source, level - 1, innerTo, to),
  ]
}

const bucketsOf = ({ steps, values }: Points): Bucket[] => summarize(steps, values, levelWidth(0))

/** Every point from `from` to `to`, both included. */
function readPoints({ db, seriesId, closedEnd, tail }: Source, from: number, to: number): Points {
  const parts: Points[] = []
  let after = Math.floor(from / CHUNK_STEPS) - 1
  while (after < Math.floor(Math.min(to, closedEnd - 1) / CHUNK_STEPS)) {
    const next = nextChunk(db, seriesId, after)
    if (next === undefined) break
    parts.push(slicePoints(next.points, from, to))
    after = next.chunk
  }
  return joinPoints([...parts, slicePoints(tail, from, to)])
}

const findPoint =
  ({ db, seriesId, closedEnd, tail }: Source) =>
  (step: number): Point[] => {
    const value = step < closedEnd ? readValue(db, seriesId, step) : valueAt(tail, step)
    return value === undefined ? [] : [{ step, value }]
  }
