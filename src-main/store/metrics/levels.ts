import { z } from 'zod'
import { type Bucket, coarsen, summarize } from '../../../shared/metrics/buckets.ts'
import type { Db } from '../database.ts'
import { decodeBuckets, encodeBuckets } from './bucketBlob.ts'
import type { Points } from './points.ts'

/** Steps in a chunk of raw points. */
export const CHUNK_STEPS = 4096

/** Steps in a bucket of the finest level. */
const FINEST = 64

/** How much coarser each level is than the one below: so many times the points wanted are read at most. */
const FACTOR = 8

/** Buckets in a row, at most. */
const ROW = 64

/** Buckets of 64, 512, 4,096, 32,768 and 262,144 steps: a billion steps are 3,815 of the widest. */
export const LEVELS = 5

export const levelWidth = (level: number): number => FINEST * FACTOR ** level

const rowSpan = (level: number): number => levelWidth(level) * ROW

const blobRow = z.object({ data: z.instanceof(Uint8Array) })

/** Adds a chunk that has just been closed to every level, so that any of them answers for all closed chunks. */
export function addToLevels(db: Db, seriesId: number, points: Points): void {
  let added = summarize(points.steps, points.values, FINEST)
  for (let level = 0; level < LEVELS; level++) {
    added = coarsen(added, levelWidth(level))
    const block = Math.floor((points.steps[0] ?? 0) / rowSpan(level))
    // The last bucket of the row may be one that this chunk goes on with.
    const row = coarsen([...readBlock(db, seriesId, level, block), ...added], levelWidth(level))
    putBlock(db, seriesId, level, block, row)
  }
}

/** The buckets of a level that begin in [fromStep, toStep), both borders of the level's grid. */
export function readLevel(
  db: Db,
  seriesId: number,
  level: number,
  fromStep: number,
  toStep: number,
): Bucket[] {
  if (toStep <= fromStep) return []
  const span = rowSpan(level)
  return db
    .all(
      blobRow,
      `SELECT data FROM metric_summaries WHERE series_id = ? AND level = ? AND block BETWEEN ? AND ? ORDER BY block`,
      seriesId,
      level,
      Math.floor(fromStep / span),
      Math.floor((toStep - 1) / span),
    )
    .flatMap((row) => decodeBuckets(row.data))
    .filter((bucket) => bucket.firstStep >= fromStep && bucket.firstStep < toStep)
}

function readBlock(db: Db, seriesId: number, level: number, block: number): Bucket[] {
  const row = db.get(
    blobRow,
    'SELECT data FROM metric_summaries WHERE series_id = ? AND level = ? AND block = ?',
    seriesId,
    level,
    block,
  )
  return row === undefined ? [] : decodeBuckets(row.data)
}

function putBlock(db: Db, seriesId: number, level: number, block: number, buckets: readonly Bucket[]): void {
  db.run(
    `INSERT INTO metric_summaries (series_id, level, block, data) VALUES (?, ?, ?, ?)
     ON CONFLICT (series_id, level, block) DO UPDATE SET data = excluded.data`,
    seriesId,
    level,
    block,
    encodeBuckets(buckets),
  )
}
