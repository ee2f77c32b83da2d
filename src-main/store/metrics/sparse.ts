import { z } from 'zod'
import { bytesOf } from '../blobs.ts'
import type { Db } from '../database.ts'
import { idNumberRow } from '../rows.ts'
import { addToLevels, remakeLevels } from './levels.ts'
import { CHUNK_STEPS, NO_POINTS, type Points, slicePoints, valueAt } from './points.ts'
import { checksumOfChunk, findSeries, readChunk } from './read.ts'

/*
 * Series of runs that other programs trained: their steps have gaps, and a restart takes some of them back. They have no
 * tail: every chunk is stored as it is by now, and replaced when more of its points come.
 */

const chunkNumber = z.object({ chunk: z.number() })
const lastChunk = z.object({ series: z.number(), chunk: z.number() })
const LAST = 'SELECT chunk FROM metric_chunks WHERE series_id = ? ORDER BY chunk DESC LIMIT 1'

interface NewPoints extends Points {
  readonly name: string
  readonly replacesFrom?: number
}

/** Within the caller's transaction. */
export function putPoints(db: Db, runId: string, { name, replacesFrom, steps, values }: NewPoints): void {
  const series = seriesOf(db, runId, name)
  if (replacesFrom !== undefined) cut(db, series, replacesFrom)
  let from = 0
  while (from < steps.length) {
    const chunk = Math.floor((steps[from] ?? 0) / CHUNK_STEPS)
    let to = from
    while (to < steps.length && (steps[to] ?? 0) < (chunk + 1) * CHUNK_STEPS) to++
    addToChunk(db, series, chunk, { steps: steps.subarray(from, to), values: values.subarray(from, to) })
    from = to
  }
}

/** The value that is stored of exactly this step; NaN where none is. */
export function pointAt(db: Db, runId: string, name: string, step: number): number {
  const series = findSeries(db, runId, name)
  const points = series === undefined ? undefined : readChunk(db, series, step)
  return (points && valueAt(points, step)) ?? Number.NaN
}

/** The last step of which a value is stored in any series of a run; -1 where none is. */
export function lastStepOf(db: Db, runId: string): number {
  const chunks = db.all(
    lastChunk,
    `SELECT series.id AS series, max(chunk) AS chunk FROM series JOIN metric_chunks ON series_id = series.id
     WHERE run_id = ? GROUP BY series.id`,
    runId,
  )
  const last = chunks.map(
    ({ series, chunk }) => readChunk(db, series, chunk * CHUNK_STEPS)?.steps.at(-1) ?? -1,
  )
  return Math.max(-1, ...last)
}

function seriesOf(db: Db, runId: string, name: string): number {
  db.run('INSERT INTO series (run_id, name) VALUES (?, ?) ON CONFLICT DO NOTHING', runId, name)
  const row = db.get(idNumberRow, 'SELECT id FROM series WHERE run_id = ? AND name = ?', runId, name)
  if (row === undefined) throw new Error(`Run ${runId} has no series ${name}.`)
  return row.id
}

function addToChunk(db: Db, series: number, chunk: number, added: Points): void {
  const first = added.steps[0] ?? 0
  const known = readChunk(db, series, first) ?? NO_POINTS
  const last = db.get(chunkNumber, LAST, series)?.chunk ?? -1
  const goesOn = chunk >= last && (known.steps.at(-1) ?? -1) < first
  replaceChunk(db, series, chunk, merged(known, added))
  if (goesOn) addToLevels(db, series, added)
  else remakeLevels(db, series, chunk, chunk)
}

/** Takes away the step and all after it. */
function cut(db: Db, series: number, step: number): void {
  const chunk = Math.floor(step / CHUNK_STEPS)
  const last = db.get(chunkNumber, LAST, series)?.chunk
  if (last === undefined || last < chunk) return
  const known = readChunk(db, series, step) ?? NO_POINTS
  db.run('DELETE FROM metric_chunks WHERE series_id = ? AND chunk > ?', series, chunk)
  replaceChunk(db, series, chunk, slicePoints(known, 0, step - 1))
  remakeLevels(db, series, chunk, last)
}

/** The later of two values of a step stands. */
function merged(known: Points, added: Points): Points {
  const all = new Map<number, number>()
  for (const { steps, values } of [known, added])
    for (let i = 0; i < steps.length; i++) all.set(steps[i] ?? 0, values[i] ?? Number.NaN)
  const steps = Float64Array.from(all.keys()).sort()
  return { steps, values: steps.map((step) => all.get(step) ?? Number.NaN) }
}

function replaceChunk(db: Db, series: number, chunk: number, { steps, values }: Points): void {
  db.run('DELETE FROM metric_chunks WHERE series_id = ? AND chunk = ?', series, chunk)
  const firstStep = steps[0]
  if (firstStep === undefined) return
  const isConsecutive = (steps.at(-1) ?? 0) - firstStep + 1 === steps.length
  const stepBytes = isConsecutive ? null : bytesOf(Uint32Array.from(steps))
  db.run(
    'INSERT INTO metric_chunks (series_id, chunk, first_step, steps, data, checksum) VALUES (?, ?, ?, ?, ?, ?)',
    series,
    chunk,
    firstStep,
    stepBytes,
    bytesOf(values),
    checksumOfChunk(firstStep, stepBytes, bytesOf(values)),
  )
}
