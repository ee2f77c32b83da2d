import { bisectLeft } from 'd3-array'
import { z } from 'zod'
import { movingAverage } from '../../../shared/metrics/movingAverage.ts'
import type { Db } from '../database.ts'
import { CHUNK_STEPS, joinPoints, NO_POINTS, type Points, slicePoints } from './points.ts'
import { createPyramid } from './pyramid.ts'
import { nextChunk } from './read.ts'
import type { Smoother } from './smoothed.ts'

const countRow = z.object({ chunk: z.number(), count: z.number() })

/** Points smoothed in one go, where there are many: what is read around them is little beside them. */
const BATCH = 65_536

/**
 * Centred moving average. Points are counted along the series; those whose whole window lies in closed chunks never change
 * again and go into the pyramid, the ones after them are smoothed for every view: about two windows and a chunk,
 * however long the series is.
 */
export function createWindowSmoother(half: number): Smoother {
  const window = 2 * half + 1
  const pyramid = createPyramid()
  /** Closed chunks, and how many points are before each of them. */
  const chunks: { readonly chunk: number; readonly start: number; readonly count: number }[] = []
  let closed = 0
  /** Points in the pyramid, and the step after the last of them. */
  let done = 0
  let doneEnd = 0

  /** Raw points of the closed chunks by index, [from, to). */
  const raw = (db: Db, seriesId: number, from: number, to: number): Points => {
    const parts: Points[] = []
    for (let i = chunkHolding(from); i < chunks.length; i++) {
      const { chunk, start, count } = chunks[i] ?? { chunk: 0, start: 0, count: 0 }
      if (start >= to) break
      const points = nextChunk(db, seriesId, chunk - 1)?.points ?? NO_POINTS
      const isDamaged = points.steps.length < count
      parts.push(cut(isDamaged ? gapOf(count) : points, from - start, to - start))
    }
    return joinPoints(parts)
  }
  const chunkHolding = (index: number): number =>
    Math.max(
      0,
      chunks.findLastIndex(({ start }) => start <= index),
    )

  /** Smoothed points by index, [from, to), of closed chunks and tail: bit for bit what smoothing everything gives. */
  const smooth = (db: Db, seriesId: number, tail: Points, from: number, to: number): Points => {
    if (from >= to) return NO_POINTS
    // Its sums run inside blocks, which are counted from the first point of the series.
    const reach = Math.max(0, from - half)
    const start = reach - (reach % window)
    const end = Math.min(closed + tail.steps.length, to + half)
    const points = joinPoints([
      raw(db, seriesId, start, Math.min(end, closed)),
      cut(tail, start - closed, end - closed),
    ])
    const { values } = movingAverage(points.values, half)
    return withoutGaps(cut({ steps: points.steps, values }, from - start, to - start))
  }
  /** How many closed points lie before a step. */
  const indexOf = (db: Db, seriesId: number, step: number): number => {
    const i = chunks.findLastIndex(({ chunk }) => chunk * CHUNK_STEPS <= step)
    const found = chunks[i]
    if (found === undefined) return 0
    const { steps } = nextChunk(db, seriesId, found.chunk - 1)?.points ?? NO_POINTS
    return found.start + bisectLeft(steps, step)
  }

  return {
    get size() {
      return pyramid.size + chunks.length
    },
    extend(db, seriesId, isTime) {
      for (const { chunk, count } of newChunks(db, seriesId, chunks.at(-1)?.chunk ?? -1)) {
        chunks.push({ chunk, start: closed, count })
        closed += count
      }
      // Not every chunk for itself: a window of many chunks would be read again with each of them.
      const least = Math.max(CHUNK_STEPS, window)
      while (closed - half - done >= least) {
        const to = Math.min(closed - half, done + Math.max(BATCH, 4 * window))
        const points = smooth(db, seriesId, NO_POINTS, done, to)
        pyramid.add(points)
        done = to
        doneEnd = (points.steps.at(-1) ?? doneEnd - 1) + 1
        if (isTime()) return closed - half - done < least
      }
      return true
    },
    source(db, seriesId, tail) {
      const open = smooth(db, seriesId, tail, done, closed + tail.steps.length)
      return {
        closedEnd: doneEnd,
        open,
        readLevel: pyramid.level,
        readPoints(from, to) {
          const last = Math.min(to, doneEnd - 1)
          const before =
            from > last
              ? NO_POINTS
              : smooth(
                  db,
                  seriesId,
                  tail,
                  indexOf(db, seriesId, from),
                  Math.min(done, indexOf(db, seriesId, last + 1)),
                )
          return joinPoints([before, slicePoints(open, from, to)])
        },
      }
    },
  }
}

/** Stands for the points of a damaged chunk, so that those after it keep their index: no step, and nothing to average. */
const gapOf = (count: number): Points => ({
  steps: new Float64Array(count).fill(Number.NaN),
  values: new Float64Array(count).fill(Number.NaN),
})

function withoutGaps(points: Points): Points {
  if (!points.steps.some(Number.isNaN)) return points
  const kept = [...points.steps.keys()].filter((i) => !Number.isNaN(points.steps[i]))
  return {
    steps: Float64Array.from(kept, (i) => points.steps[i] ?? 0),
    values: Float64Array.from(kept, (i) => points.values[i] ?? 0),
  }
}

/** Lengths of blobs are read without the blobs. */
const newChunks = (db: Db, seriesId: number, after: number) =>
  db.all(
    countRow,
    'SELECT chunk, length(data) / 8 AS count FROM metric_chunks WHERE series_id = ? AND chunk > ? ORDER BY chunk',
    seriesId,
    after,
  )

function cut({ steps, values }: Points, from: number, to: number): Points {
  const [a, b] = [Math.max(0, from), Math.max(0, to)]
  return { steps: steps.subarray(a, b), values: values.subarray(a, b) }
}
