import { z } from 'zod'
import type { Db } from './database.ts'
import { IS_PLACED } from './placeColumn.ts'
import { idRow } from './rows.ts'
import { VISIBLE } from './runReads.ts'

/* Which runs use this machine: those that are placed on another do not. One that has no device yet and says what is done for it has no trainer. */

const IS_SET_UP = '(device IS NULL AND device_reason IS NOT NULL)'

export function trainingRun(db: Db, except = ''): string | undefined {
  return db.get(
    idRow,
    `SELECT id FROM runs WHERE status = 'running' AND kind <> 'elsewhere' AND NOT ${IS_PLACED} AND NOT ${IS_SET_UP} AND id <> ? AND ${VISIBLE} LIMIT 1`,
    except,
  )?.id
}

/** Ids are sortable by time, and "~" comes after them all. */
export function setUpElsewhere(db: Db, hostId: string, before = '~'): string | undefined {
  return db.get(
    idRow,
    `SELECT id FROM runs WHERE status = 'running' AND ${IS_SET_UP} AND NOT ${IS_PLACED} AND host_id <> ? AND id < ? AND ${VISIBLE}
     ORDER BY id LIMIT 1`,
    hostId,
    before,
  )?.id
}

/** Tells of a run that trains at the end, has ended meanwhile, or was paused again after some steps. */
export function watchTraining(db: Db, now: () => number, except = ''): () => string | undefined {
  const since = now()
  const before = new Map(pausedRuns(db).map(({ id, stepsDone }) => [id, stepsDone]))
  return () =>
    trainingRun(db, except) ??
    endedSince(db, since, except) ??
    pausedRuns(db).find(({ id, stepsDone }) => id !== except && before.get(id) !== stepsDone)?.id
}

/** One that was stopped before it had a device never trained. */
function endedSince(db: Db, time: number, except: string): string | undefined {
  return db.get(
    idRow,
    `SELECT id FROM runs WHERE ended_at >= ? AND (device IS NOT NULL OR status = 'failed') AND kind <> 'elsewhere' AND NOT ${IS_PLACED} AND id <> ? LIMIT 1`,
    time,
    except,
  )?.id
}

const pausedRow = idRow.extend({ stepsDone: z.number() })

const pausedRuns = (db: Db) =>
  db.all(
    pausedRow,
    `SELECT id, steps_done AS stepsDone FROM runs WHERE status = 'paused' AND NOT ${IS_PLACED} AND ${VISIBLE}`,
  )
