import { z } from 'zod'
import { trainerCommand } from '../../shared/run/messages.ts'
import { placement, type RunPlace } from '../../shared/worker/placement.ts'

/*
 * Where a run trains, as a column of a query of runs. All of these are conditions on a row of `runs`.
 */

export const IS_PLACED = 'EXISTS (SELECT 1 FROM placements WHERE run_id = runs.id)'

/** A worker has it: it goes on without its host. */
export const IS_ON_WORKER = `(runs.status IN ('running', 'paused') AND EXISTS (
  SELECT 1 FROM placements WHERE run_id = runs.id AND worker_id IS NOT NULL))`

/** Nobody hears of a worker while no host listens. */
const SILENT_SINCE = `CASE WHEN runs.status IN ('running', 'paused')
  THEN coalesce(out_of_touch_since, CASE WHEN runs.host_id IS NULL THEN contact_at END) END`

const KEPT_ORDERS = `(SELECT json_group_array(json_object('command', json(command), 'askedAt', created_at) ORDER BY requests.id)
  FROM requests WHERE requests.run_id = runs.id AND refusal IS NULL AND json_extract(command, '$.type') <> 'stopPlanned'
    AND runs.status IN ('queued', 'running', 'paused'))`

/** JSON; null where the run is placed nowhere else. */
export const PLACE = `(SELECT json_object('placement', json(placement),
    'workerId', CASE WHEN runs.status <> 'queued' THEN worker_id END,
    'workerName', (SELECT workers.name FROM workers WHERE workers.id = worker_id),
    'job', slurm_job, 'state', slurm_state, 'slurmReason', slurm_reason, 'contactAt', contact_at,
    'outOfTouchSince', ${SILENT_SINCE}, 'failures', failures, 'orders', json(${KEPT_ORDERS}))
  FROM placements WHERE run_id = runs.id)`

const placeRow = z.object({
  placement,
  workerId: z.string().nullable(),
  workerName: z.string().nullable(),
  job: z.string().nullable(),
  state: z.string().nullable(),
  slurmReason: z.string().nullable(),
  contactAt: z.number().nullable(),
  outOfTouchSince: z.number().nullable(),
  failures: z.number(),
  orders: z.array(z.object({ command: trainerCommand, askedAt: z.number() })),
})

export const placeColumn = z
  .string()
  .nullable()
  .transform((text): RunPlace | null => {
    if (text === null) return null
    const { workerId, workerName, job, state, slurmReason, ...place } = placeRow.parse(JSON.parse(text))
    return {
      ...place,
      worker: workerId === null ? null : { id: workerId, name: workerName ?? workerId },
      slurm: job === null ? null : { job, state: state ?? '', reason: slurmReason },
    }
  })
