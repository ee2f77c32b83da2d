import { EMA_START, type EmaState, emaSmooth } from '../../../shared/metrics/smooth.ts'
import type { Db } from '../database.ts'
import { CHUNK_STEPS, joinPoints, type Points, slicePoints } from './points.ts'
import { createPyramid } from './pyramid.ts'
import { nextChunk } from './read.ts'
import type { Smoother } from './smoothed.ts'

/** Exponential: the average at a chunk's start is all that must be known to smooth the chunk. */
export function createEmaSmoother(weight: number): Smoother {
  const pyramid = createPyramid()
  /** By chunk; of the chunks that are closed. */
  const starts = new Map<number, EmaState>()
  let state = EMA_START
  let last = -1

  const smooth = ({ steps, values }: Points, from: EmaState): Points => ({
    steps,
    values: emaSmooth(values, weight, from).values,
  })
  const closedPoints = (db: Db, seriesId: number, from: number, to: number): Points[] => {
    const parts: Points[] = []
    let after = Math.floor(from / CHUNK_STEPS) - 1
    while (after < Math.floor(to / CHUNK_STEPS)) {
      const next = nextChunk(db, seriesId, after)
      if (next === undefined) break
      parts.push(slicePoints(smooth(next.points, starts.get(next.chunk) ?? EMA_START), from, to))
      after = next.chunk
    }
    return parts
  }

  return {
    get size() {
      return pyramid.size + starts.size
    },
    extend(db, seriesId, isTime) {
      for (;;) {
        const next = nextChunk(db, seriesId, last)
        if (next === undefined) return true
        starts.set(next.chunk, state)
        const smoothed = emaSmooth(next.points.values, weight, state)
        pyramid.add({ steps: next.points.steps, values: smoothed.values })
        state = smoothed.state
        last = next.chunk
        if (isTime()) return false
      }
    },
    source(db, seriesId, tail) {
      const closedEnd = (last + 1) * CHUNK_STEPS
      const open = smooth(tail, state)
      return {
        closedEnd,
        open,
        readLevel: pyramid.level,
        readPoints: (from, to) =>
          joinPoints([
            ...closedPoints(db, seriesId, from, Math.min(to, closedEnd - 1)),
            slicePoints(open, from, to),
          ]),
      }
    },
  }
}
