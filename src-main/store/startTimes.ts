import { z } from 'zod'
import type { DeviceName } from '../../shared/run/spec.ts'
import type { Db } from './database.ts'
import { IS_PLACED } from './placeColumn.ts'
import { VISIBLE } from './runReads.ts'

/** Runs that are told of, the newest. */
const LOOKED_AT = 21

const beyondRow = z.object({ ms: z.number() })

/**
 * Seconds that a run takes here beyond its epochs: a process is started, data are read, a network is built, and what is left is
 * stored. The median of the newest runs that trained from beginning to end in one go; undefined where there is none.
 */
export function startSeconds(db: Db, device: DeviceName): number | undefined {
  const times = db
    .all(
      beyondRow,
      `SELECT max(0, ended_at - started_at - 1000 * (SELECT sum(seconds) FROM epochs WHERE run_id = runs.id)) AS ms
       FROM runs WHERE ${VISIBLE} AND status = 'completed' AND kind = 'training' AND attempt = 1 AND NOT ${IS_PLACED}
         AND started_at IS NOT NULL AND ended_at IS NOT NULL AND device_name IS coalesce(?, device_name)
         AND EXISTS (SELECT 1 FROM epochs WHERE run_id = runs.id)
       ORDER BY started_at DESC, id DESC LIMIT ${LOOKED_AT}`,
      device === 'auto' ? null : device,
    )
    .map(({ ms }) => ms)
    .toSorted((a, b) => a - b)
  const median = times[Math.floor(times.length / 2)]
  return median === undefined ? undefined : median / 1000
}
