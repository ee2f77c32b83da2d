import { z } from 'zod'
import { type Bucket, coarsen, summarize } from '../../../shared/metrics/buckets.ts'
import { checksumOf } from '../blobs.ts'
import type { Db } from '../database.ts'
import { checksumColumn } from '../rows.ts'
import { decodeBuckets, encodeBuckets } from './bucketBlob.ts'
import { CHUNK_STEPS, type Points } from './points.ts'
import { nextChunk, seriesById } from './read.ts'

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

const blockRow = z.object({ block: z.number(), data: z.instanceof(Uint8Array), checksum: checksumColumn })
type BlockRow = z.infer<typeof blockRow>

/** Adds a chunk that has just been closed to every level, so that any of them answers for all closed chunks. */
export function addToLevels(db: Db, seriesId: number, points: Points): void {
  let added = summarize(points.steps, points.values, FINEST)
  for (let level = 0; level < LEVELS; level++) {
    added = coarsen(added, levelWidth(level))
    const block = Math.floor((points.steps[0] ?? 0) / rowSpan(level))
    const known = findBlock(db, seriesId, level, block)
    // The last bucket of the row may be one that this chunk goes on with. A row made anew has this chunk already.
    const row =
      known !== undefined && !isWhole(level, known)
        ? madeAnew(db, seriesId, level, block)
        : coarsen([...(known === undefined ? [] : decodeBuckets(known.data)), ...added], levelWidth(level))
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
      blockRow,
      `SELECT block, data, checksum FROM metric_summaries
       WHERE series_id = ? AND level = ? AND block BETWEEN ? AND ? ORDER BY block`,
      seriesId,
      level,
      Math.floor(fromStep / span),
      Math.floor((toStep - 1) / span),
    )
    .flatMap((row) =>
      isWhole(level, row) ? decodeBuckets(row.data) : madeAnew(db, seriesId, level, row.block),
    )
    .filter((bucket) => bucket.firstStep >= fromStep && bucket.firstStep < toStep)
}

function findBlock(db: Db, seriesId: number, level: number, block: number): BlockRow | undefined {
  return db.get(
    blockRow,
    'SELECT block, data, checksum FROM metric_summaries WHERE series_id = ? AND level = ? AND block = ?',
    seriesId,
    level,
    block,
  )
}

function putBlock(db: Db, seriesId: number, level: number, block: number, buckets: readonly Bucket[]): void {
  const data = encodeBuckets(buckets)
  db.run(
    `INSERT INTO metric_summaries (series_id, level, block, data, checksum) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (series_id, level, block) DO UPDATE SET data = excluded.data, checksum = excluded.checksum`,
    seriesId,
    level,
    block,
    data,
    checksumOfBlock(level, block, data),
  )
}

const checksumOfBlock = (level: number, block: number, data: Uint8Array): number =>
  checksumOf(`${level}\0${block}\0`, data)

const isWhole = (level: number, { block, data, checksum }: BlockRow): boolean =>
  checksum === null || checksum === checksumOfBlock(level, block, data)

/** Makes the rows of every level anew that hold steps of the chunks from `first` to `last`. */
export function remakeLevels(db: Db, seriesId: number, first: number, last: number): void {
  for (let level = 0; level < LEVELS; level++) {
    const from = Math.floor((first * CHUNK_STEPS) / rowSpan(level))
    const to = Math.floor(((last + 1) * CHUNK_STEPS - 1) / rowSpan(level))
    const known = db.all(
      blockNumber,
      'SELECT block FROM metric_summaries WHERE series_id = ? AND level = ? AND block BETWEEN ? AND ?',
      seriesId,
      level,
      from,
      to,
    )
    // The first one may be new: a point may have come before all others.
    for (const block of new Set([from, ...known.map((row) => row.block)])) {
      const buckets = fromPoints(db, seriesId, level, block)
      if (buckets.length > 0) putBlock(db, seriesId, level, block, buckets)
      else
        db.run(
          'DELETE FROM metric_summaries WHERE series_id = ? AND level = ? AND block = ?',
          seriesId,
          level,
          block,
        )
    }
  }
}

const blockNumber = z.object({ block: z.number() })

/** The buckets of a row that is damaged, from the raw points: nothing is lost. */
function madeAnew(db: Db, seriesId: number, level: number, block: number): Bucket[] {
  const series = seriesById(db, seriesId)
  if (series !== undefined)
    db.damage.found(
      series.runId,
      `Of run ${series.runId}, a summary of ${series.name} is damaged in the database; it was made anew from the points, which are whole unless another sentence says otherwise.`,
    )
  return fromPoints(db, seriesId, level, block)
}

function fromPoints(db: Db, seriesId: number, level: number, block: number): Bucket[] {
  const end = (block + 1) * rowSpan(level)
  let buckets: Bucket[] = []
  let after = (block * rowSpan(level)) / CHUNK_STEPS - 1
  for (;;) {
    const next = nextChunk(db, seriesId, after)
    if (next === undefined || next.chunk * CHUNK_STEPS >= end) return buckets
    const added = summarize(next.points.steps, next.points.values, FINEST)
    buckets = coarsen([...buckets, ...coarsen(added, levelWidth(level))], levelWidth(level))
    after = next.chunk
  }
}
