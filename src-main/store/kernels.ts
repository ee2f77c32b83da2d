import { z } from 'zod'
import { type KernelUse, kernelUse } from '../../shared/run/kernelUse.ts'
import type { TrainerEventOf } from '../../shared/run/messages.ts'
import type { Db } from './database.ts'
import { json } from './rows.ts'
import { RUN_VISIBLE } from './runReads.ts'

/* What the kernels of a run's steps take. */

const row = z.object({ attempt: z.number(), kernels: json(kernelUse) })

/** Of the newest attempt that measured them: it may train on another device than the one before. */
export function putKernels(db: Db, { runId, attempt, kernels }: TrainerEventOf<'kernels'>): void {
  db.run(
    `INSERT INTO run_kernels (run_id, attempt, kernels) VALUES (?, ?, ?)
     ON CONFLICT (run_id) DO UPDATE SET attempt = excluded.attempt, kernels = excluded.kernels`,
    runId,
    attempt,
    JSON.stringify(kernels),
  )
}

/** Undefined where no attempt after that one measured them. */
export function kernelsSince(db: Db, runId: string, attempt: number): z.infer<typeof row> | undefined {
  return db.get(
    row,
    'SELECT attempt, kernels FROM run_kernels WHERE run_id = ? AND attempt > ?',
    runId,
    attempt,
  )
}

/** Null where they were not measured. */
export function readKernels(db: Db, runId: string): KernelUse | null {
  const found = db.get(
    row,
    `SELECT attempt, kernels FROM run_kernels WHERE run_id = ? AND ${RUN_VISIBLE}`,
    runId,
  )
  return found?.kernels ?? null
}
