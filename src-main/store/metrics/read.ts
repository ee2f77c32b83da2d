import { z } from 'zod'
import { float64Of, uint32Of } from '../blobs.ts'
import type { Db } from '../database.ts'
import { idNumberRow } from '../rows.ts'
import { RUN_VISIBLE } from '../runReads.ts'
import { CHUNK_STEPS } from './levels.ts'
import { joinSegments, type Points, valueAt } from './points.ts'
import { decodeTail, type Slab, segmentOf, tailRow } from './slab.ts'

const bytes = z.instanceof(Uint8Array)
const chunkRow = z.object({
  chunk: z.number(),
  firstStep: z.number(),
  steps: bytes.nullable(),
  data: bytes,
})
const valueRow = z.object({ isConsecutive: z.number(), value: bytes })
const CHUNKS = 'SELECT chunk, first_step AS firstStep, steps, data FROM metric_chunks WHERE series_id = ?'

export interface Chunk {
  readonly chunk: number
  readonly points: Points
}

export function findSeries(db: Db, runId: string, name: string): number | undefined {
  return db.get(
    idNumberRow,
    `SELECT id FROM series WHERE run_id = ? AND name = ? AND ${RUN_VISIBLE}`,
    runId,
    name,
  )?.id
}

/** The closed chunk that holds the step, if there is one. */
function readChunk(db: Db, seriesId: number, step: number): Points | undefined {
  const row = db.get(chunkRow, `${CHUNKS} AND chunk = ?`, seriesId, Math.floor(step / CHUNK_STEPS))
  return row && pointsOf(row)
}

/** The value of one step in the closed chunks, without taking a whole chunk out of the file where it has no gap. */
export function readValue(db: Db, seriesId: number, step: number): number | undefined {
  const row = db.get(
    valueRow,
    `SELECT steps IS NULL AS isConsecutive, substr(data, (? - first_step) * 8 + 1, 8) AS value
     FROM metric_chunks WHERE series_id = ? AND chunk = ? AND first_step <= ?`,
    step,
    seriesId,
    Math.floor(step / CHUNK_STEPS),
    step,
  )
  if (row === undefined) return undefined
  if (row.isConsecutive === 1) return float64Of(row.value)[0]
  const points = readChunk(db, seriesId, step)
  return points && valueAt(points, step)
}

/** The first chunk after the given one. */
export function nextChunk(db: Db, seriesId: number, after: number): Chunk | undefined {
  const row = db.get(chunkRow, `${CHUNKS} AND chunk > ? ORDER BY chunk LIMIT 1`, seriesId, after)
  return row && { chunk: row.chunk, points: pointsOf(row) }
}

/** What of the run is not in closed chunks yet, in order. */
export function readTail(db: Db, runId: string): Slab[] {
  return db
    .all(
      tailRow,
      'SELECT first_step AS firstStep, count, names, data FROM metric_tail WHERE run_id = ? ORDER BY first_step',
      runId,
    )
    .map(decodeTail)
}

/** The points of one series that are not in closed chunks yet. */
export function readTailOf(db: Db, runId: string, name: string): Points {
  return joinSegments(readTail(db, runId).flatMap((slab) => segmentOf(slab, name) ?? []))
}

function pointsOf(row: z.infer<typeof chunkRow>): Points {
  const values = float64Of(row.data)
  if (row.steps !== null) return { steps: Float64Array.from(uint32Of(row.steps)), values }
  const steps = new Float64Array(values.length)
  for (let i = 0; i < steps.length; i++) steps[i] = row.firstStep + i
  return { steps, values }
}

const chunkNumber = z.object({ chunk: z.number() })

/** The step from which on nothing is in closed chunks. */
export function closedEnd(db: Db, seriesId: number): number {
  const last = db.get(
    chunkNumber,
    'SELECT chunk FROM metric_chunks WHERE series_id = ? ORDER BY chunk DESC LIMIT 1',
    seriesId,
  )
  return last === undefined ? 0 : (last.chunk + 1) * CHUNK_STEPS
}

/** Every stored point in order: the closed chunks, then what the tail has, each from a state of the file of its own. */
export function* readAll(db: Db, runId: string, name: string): Generator<Points> {
  let after = -1
  for (;;) {
    // Together, since between the two a chunk may be closed and the tail emptied.
    const { chunk, tail } = db.read(() => {
      const seriesId = findSeries(db, runId, name)
      const chunk = seriesId === undefined ? undefined : nextChunk(db, seriesId, after)
      return chunk === undefined ? { chunk, tail: readTailOf(db, runId, name) } : { chunk, tail: undefined }
    })
    if (chunk === undefined) {
      if (tail !== undefined && tail.steps.length > 0) yield tail
      return
    }
    yield chunk.points
    after = chunk.chunk
  }
}
