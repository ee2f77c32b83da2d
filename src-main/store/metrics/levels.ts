import { z } from 'zod'
import { type Bucket, coarsen, summarize } from '../../../shared/metrics/buckets.ts'
import type { Db } from '../database.ts'
import { decodeBuckets, encodeBuckets } from './bucketBlob.ts'
import type { Points } from './points.ts'

/** Steps in a chunk of raw points. */
export const CHUNK_STEPS = 4096

/** How much coarser each level is than the one below, and how many buckets a row holds. */
const FACTOR = 64

/** Buckets of 64, 4,096 and 262,144 steps: a billion steps are 3,815 of the widest. */
export const LEVELS = 3

export const levelWidth = (level: number): number => FACTOR ** (level + 1)

const blobRow = z.object({ data: z.instanceof(Uint8Array) })

/** Adds a chunk that has just been closed to every level, so that any of them answers for all closed chunks. */
export function addToLevels(db: Db, seriesId: number, points: Points): void {
  let buckets = summarize(points.steps, points.values, levelWidth(0))
  const [first] = buckets
  if (first === undefined) return
  let block = Math.floor(first.firstStep / levelWidth(1))
  putBlock(db, seriesId, 0, block, buckets)
  for (let level = 1; level < LEVELS; level++) {
    const width = levelWidth(level)
    // All buckets of a row below are one bucket here; it replaces the one made when that row was shorter.
    const joined = coarsen(buckets, width)
    const index = block
    block = Math.floor(index / FACTOR)
    const others = readBlock(db, seriesId, level, block).filter(
      (bucket) => Math.floor(bucket.firstStep / width) !== index,
    )
    buckets = [...others, ...joined]
    putBlock(db, seriesId, level, block, buckets)
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
  const span = levelWidth(level + 1)
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
