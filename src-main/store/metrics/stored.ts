import type { Db } from '../database.ts'
import type { SeriesQuery, SeriesView } from '../types.ts'
import { LEVELS, levelWidth, readLevel } from './levels.ts'
import { CHUNK_STEPS, joinPoints, NO_POINTS, type Points, slicePoints, valueAt } from './points.ts'
import { closedEnd, findSeries, nextChunk, readTailOf, readValue } from './read.ts'
import { type Source, viewSource } from './view.ts'

const WIDTHS = Array.from({ length: LEVELS }, (_, level) => levelWidth(level))

/** A series as it is stored. Within a transaction. */
export function viewSeries(db: Db, query: SeriesQuery): SeriesView {
  const seriesId = findSeries(db, query.runId, query.series)
  if (seriesId === undefined) return { ...NO_POINTS, total: 0 }
  return viewSource(storedSource(db, seriesId, query.runId, query.series), query)
}

function storedSource(db: Db, seriesId: number, runId: string, series: string): Source {
  const end = closedEnd(db, seriesId)
  const open = readTailOf(db, runId, series)
  return {
    widths: WIDTHS,
    closedEnd: end,
    open,
    readLevel: (level, from, to) => readLevel(db, seriesId, level, from, to),
    readPoints: (from, to) =>
      joinPoints([...closedPoints(db, seriesId, from, Math.min(to, end - 1)), slicePoints(open, from, to)]),
    valueAt: (step) => (step < end ? readValue(db, seriesId, step) : valueAt(open, step)),
  }
}

/** The points of closed chunks from `from` to `to`, both included, chunk by chunk. */
function closedPoints(db: Db, seriesId: number, from: number, to: number): Points[] {
  const parts: Points[] = []
  let after = Math.floor(from / CHUNK_STEPS) - 1
  while (after < Math.floor(to / CHUNK_STEPS)) {
    const next = nextChunk(db, seriesId, after)
    if (next === undefined) break
    parts.push(slicePoints(next.points, from, to))
    after = next.chunk
  }
  return parts
}
