import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { checksumOf, float64Of, uint32Of } from '../blobs.ts'
import type { Db } from '../database.ts'
import { checksumColumn, idNumberRow } from '../rows.ts'
import { RUN_VISIBLE } from '../runReads.ts'
import { CHUNK_STEPS, joinSegments, NO_POINTS, type Points, valueAt } from './points.ts'
import { checksumOfTail, decodeTail, type Slab, segmentOf, tailRow } from './slab.ts'

const bytes = z.instanceof(Uint8Array)
const chunkRow = z.object({
  seriesId: z.number(),
  chunk: z.number(),
  firstStep: z.number(),
  steps: bytes.nullable(),
  data: bytes,
  checksum: checksumColumn,
})
type ChunkRow = z.infer<typeof chunkRow>
const valueRow = z.object({ isConsecutive: z.number(), value: bytes, checksum: checksumColumn })
const CHUNKS = `SELECT series_id AS seriesId, chunk, first_step AS firstStep, steps, data, checksum
  FROM metric_chunks WHERE series_id = ?`

export interface Chunk {
  readonly chunk: number
  /** None where the chunk is damaged: a gap. */
  readonly points: Points
}

/** Chunks that were found whole, so that a single value can be taken out of one again without all of it. */
const whole = new LRUCache<string, true>({ max: 50_000 })

export function findSeries(db: Db, runId: string, name: string): number | undefined {
  return db.get(
    idNumberRow,
    `SELECT id FROM series WHERE run_id = ? AND name = ? AND ${RUN_VISIBLE}`,
    runId,
    name,
  )?.id
}

/** The closed chunk that holds the step, if there is one. */
export function readChunk(db: Db, seriesId: number, step: number): Points | undefined {
  const row = db.get(chunkRow, `${CHUNKS} AND chunk = ?`, seriesId, chunkOf(step))
  return row && pointsOf(db, row)
}

/** The value of one step in the closed chunks, without taking a whole chunk out of the file where it has no gap. */
export function readValue(db: Db, seriesId: number, step: number): number | undefined {
  const row = db.get(
    valueRow,
    `SELECT steps IS NULL AS isConsecutive, substr(data, (? - first_step) * 8 + 1, 8) AS value, checksum
     FROM metric_chunks WHERE series_id = ? AND chunk = ? AND first_step <= ?`,
    step,
    seriesId,
    chunkOf(step),
    step,
  )
  if (row === undefined) return undefined
  const isKnown = row.checksum === null || whole.has(keyOf(db, seriesId, chunkOf(step), row.checksum))
  if (row.isConsecutive === 1 && isKnown) return float64Of(row.value)[0]
  const points = readChunk(db, seriesId, step)
  return points && valueAt(points, step)
}

const chunkOf = (step: number): number => Math.floor(step / CHUNK_STEPS)

const keyOf = (db: Db, seriesId: number, chunk: number, checksum: number): string =>
  `${db.path} ${seriesId} ${chunk} ${checksum}`

/** The first chunk after the given one. */
export function nextChunk(db: Db, seriesId: number, after: number): Chunk | undefined {
  const row = db.get(chunkRow, `${CHUNKS} AND chunk > ? ORDER BY chunk LIMIT 1`, seriesId, after)
  return row && { chunk: row.chunk, points: pointsOf(db, row) }
}

const stepsRow = z.object({ stepsDone: z.number() })

/** The first step of the run's open chunk. */
function openStart(db: Db, runId: string): number {
  const row = db.get(stepsRow, 'SELECT steps_done AS stepsDone FROM runs WHERE id = ?', runId)
  return chunkOf(row?.stepsDone ?? 0) * CHUNK_STEPS
}

/**
 * What of the run is not in closed chunks yet, in order; what is damaged of it is told and left out. A row from before the open
 * chunk was damaged when its own chunk was closed: it stays a gap that is told, since that chunk was closed without it.
 * @param from the first step of the open chunk
 */
export function readTail(db: Db, runId: string, from = openStart(db, runId)): Slab[] {
  return db
    .all(
      tailRow,
      `SELECT first_step AS firstStep, count, names, data, checksum
       FROM metric_tail WHERE run_id = ? ORDER BY first_step`,
      runId,
    )
    .filter((row) => {
      const isSound = row.checksum === null || row.checksum === checksumOfTail(row)
      if (isSound && row.firstStep >= from) return true
      sayGap(db, runId, 'metrics', row.firstStep, row.firstStep + row.count - 1)
      return false
    })
    .map(decodeTail)
}

/** The points of one series that are not in closed chunks yet. */
export function readTailOf(db: Db, runId: string, name: string): Points {
  return joinSegments(readTail(db, runId).flatMap((slab) => segmentOf(slab, name) ?? []))
}

function pointsOf(db: Db, row: ChunkRow): Points {
  if (!isWhole(db, row)) return NO_POINTS
  const values = float64Of(row.data)
  if (row.steps !== null) return { steps: Float64Array.from(uint32Of(row.steps)), values }
  const steps = new Float64Array(values.length)
  for (let i = 0; i < steps.length; i++) steps[i] = row.firstStep + i
  return { steps, values }
}

function isWhole(db: Db, { seriesId, chunk, firstStep, steps, data, checksum }: ChunkRow): boolean {
  if (checksum === null) return true
  if (checksum !== checksumOfChunk(firstStep, steps, data)) {
    const series = seriesById(db, seriesId)
    const end = (chunk + 1) * CHUNK_STEPS - 1
    if (series !== undefined) sayGap(db, series.runId, series.name, chunk * CHUNK_STEPS, end)
    return false
  }
  whole.set(keyOf(db, seriesId, chunk, checksum), true)
  return true
}

export const checksumOfChunk = (firstStep: number, steps: Uint8Array | null, data: Uint8Array): number =>
  checksumOf(`${firstStep}\0`, steps ?? '', data)

const seriesRow = z.object({ runId: z.string(), name: z.string() })

export const seriesById = (db: Db, seriesId: number) =>
  db.get(seriesRow, 'SELECT run_id AS runId, name FROM series WHERE id = ?', seriesId)

/** @param what a series, or all of them */
function sayGap(db: Db, runId: string, what: string, from: number, to: number): void {
  db.damage.found(
    runId,
    `Of run ${runId}, ${what} from step ${from} to ${to} is damaged in the database and left out: a gap in charts and exports; all other steps are whole.`,
  )
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
