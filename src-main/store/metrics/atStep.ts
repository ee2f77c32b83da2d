import { z } from 'zod'
import type { ValueAtStep } from '../../../shared/api/series.ts'
import type { Db } from '../database.ts'
import { CHUNK_STEPS, lastUpTo, type Points } from './points.ts'
import { findSeries, nextChunk, readTailOf, readValue } from './read.ts'

const chunkRow = z.object({
  chunk: z.number(),
  lastStep: z.number().nullable(),
})

/** Of each run that has one: the value at the step, or the nearest stored before it. */
export function valuesAtStep(db: Db, runIds: readonly string[], series: string, step: number): ValueAtStep[] {
  return runIds.flatMap((runId) => {
    const found = nearest(db, runId, series, step)
    if (found === undefined) return []
    return [{ runId, step: found.step, value: Number.isFinite(found.value) ? found.value : null }]
  })
}

function nearest(db: Db, runId: string, series: string, step: number) {
  const seriesId = findSeries(db, runId, series)
  if (seriesId === undefined) return undefined
  const last = db.get(
    chunkRow,
    `SELECT chunk, iif(steps IS NULL, first_step + length(data) / 8 - 1, NULL) AS lastStep
     FROM metric_chunks WHERE series_id = ? AND chunk <= ? AND first_step <= ? ORDER BY chunk DESC LIMIT 1`,
    seriesId,
    Math.floor(step / CHUNK_STEPS),
    step,
  )
  const tail =
    last === undefined || step >= (last.chunk + 1) * CHUNK_STEPS
      ? tailUpTo(db, runId, series, step)
      : undefined
  if (tail !== undefined || last === undefined) return tail
  if (last.lastStep === null) return lastUpTo(nextChunk(db, seriesId, last.chunk - 1)?.points, step)
  const at = Math.min(step, last.lastStep)
  const value = readValue(db, seriesId, at)
  return value === undefined ? undefined : { step: at, value }
}

const tailUpTo = (db: Db, runId: string, series: string, step: number) => {
  const points: Points = readTailOf(db, runId, series)
  return lastUpTo(points, step)
}
