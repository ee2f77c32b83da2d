import type { TrainerEventOf } from '../../../shared/run/messages.ts'
import { bytesOf } from '../blobs.ts'
import type { Db } from '../database.ts'
import { idNumberRow } from '../rows.ts'
import { addToLevels } from './levels.ts'
import { CHUNK_STEPS, joinSegments, type Points } from './points.ts'
import { checksumOfChunk, readTail } from './read.ts'
import { checksumOfTail, encodeTail, type Slab, SPEED, segmentOf, slabLength, sliceSlab } from './slab.ts'

/**
 * Stores the part of a metrics event that is not stored yet: into the run's tail, and, when that fills a chunk, into
 * the chunks of its series.
 * @param stepsDone steps stored so far  @returns the same after this event
 * @throws Error when the event begins beyond them: the steps between are lost, and nobody would notice later
 */
export function appendMetrics(db: Db, event: TrainerEventOf<'metrics'>, stepsDone: number): number {
  const whole = slabOf(event)
  if (whole.firstStep > stepsDone)
    throw new Error(
      `Run ${event.runId}: metrics from step ${stepsDone} on were expected, and those of step ${whole.firstStep} came: the steps between are lost.`,
    )
  const end = whole.firstStep + slabLength(whole)
  if (end <= stepsDone) return stepsDone
  const slab = sliceSlab(whole, Math.max(whole.firstStep, stepsDone), end)
  addSeries(db, event.runId, slab.names)
  const openChunk = chunkOf(stepsDone)
  let rest = slab
  for (let chunk = openChunk; chunk < chunkOf(end); chunk++) {
    const border = (chunk + 1) * CHUNK_STEPS
    const tail = chunk === openChunk ? takeTail(db, event.runId, chunk * CHUNK_STEPS) : []
    const mine = rest.firstStep < border ? [sliceSlab(rest, rest.firstStep, border)] : []
    closeChunk(db, event.runId, chunk, [...tail, ...mine])
    rest = sliceSlab(rest, Math.max(rest.firstStep, border), end)
  }
  if (slabLength(rest) > 0) putTail(db, event.runId, rest)
  return end
}

const chunkOf = (step: number): number => Math.floor(step / CHUNK_STEPS)

function slabOf(event: TrainerEventOf<'metrics'>): Slab {
  const names = Object.keys(event.columns)
  const columns = Object.values(event.columns)
  const [first] = columns
  if (first === undefined || columns.some((column) => column.length !== first.length))
    throw new Error(
      `Run ${event.runId}: a metrics event needs columns of one length (received ${columns.map((column) => column.length).join(', ')}).`,
    )
  if (names.includes(SPEED)) throw new Error(`Run ${event.runId}: ${SPEED} is not a column of its own.`)
  return { firstStep: event.firstStep, names, columns, samplesPerSecond: event.samplesPerSecond }
}

function addSeries(db: Db, runId: string, names: readonly string[]): void {
  for (const name of [...names, SPEED])
    db.run('INSERT INTO series (run_id, name) VALUES (?, ?) ON CONFLICT DO NOTHING', runId, name)
}

function putTail(db: Db, runId: string, slab: Slab): void {
  const row = {
    firstStep: slab.firstStep,
    count: slabLength(slab),
    names: JSON.stringify(slab.names),
    data: encodeTail(slab),
  }
  db.run(
    'INSERT INTO metric_tail (run_id, first_step, count, names, data, checksum) VALUES (?, ?, ?, ?, ?, ?)',
    runId,
    row.firstStep,
    row.count,
    row.names,
    row.data,
    checksumOfTail(row),
  )
}

/** Takes out what is whole. Damaged rows stay: their gap goes on being told, and what they hold may be recovered by hand. */
function takeTail(db: Db, runId: string, from: number): Slab[] {
  const tail = readTail(db, runId, from)
  db.run(
    'DELETE FROM metric_tail WHERE run_id = ? AND first_step IN (SELECT value FROM json_each(?))',
    runId,
    JSON.stringify(tail.map(({ firstStep }) => firstStep)),
  )
  return tail
}

function closeChunk(db: Db, runId: string, chunk: number, slabs: readonly Slab[]): void {
  const names = new Set(slabs.flatMap((slab) => [...slab.names, SPEED]))
  for (const name of names) {
    const segments = slabs.flatMap((slab) => segmentOf(slab, name) ?? [])
    if (segments.length > 0) putChunk(db, seriesId(db, runId, name), chunk, joinSegments(segments))
  }
}

function seriesId(db: Db, runId: string, name: string): number {
  const row = db.get(idNumberRow, 'SELECT id FROM series WHERE run_id = ? AND name = ?', runId, name)
  if (row === undefined) throw new Error(`Run ${runId} has no series ${name}.`)
  return row.id
}

function putChunk(db: Db, seriesId: number, chunk: number, points: Points): void {
  const { steps, values } = points
  const firstStep = steps[0] ?? 0
  const isConsecutive = (steps.at(-1) ?? 0) - firstStep + 1 === steps.length
  const stepBytes = isConsecutive ? null : bytesOf(Uint32Array.from(steps))
  db.run(
    'INSERT INTO metric_chunks (series_id, chunk, first_step, steps, data, checksum) VALUES (?, ?, ?, ?, ?, ?)',
    seriesId,
    chunk,
    firstStep,
    stepBytes,
    bytesOf(values),
    checksumOfChunk(firstStep, stepBytes, bytesOf(values)),
  )
  addToLevels(db, seriesId, points)
}
