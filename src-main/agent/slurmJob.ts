import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** The job of Slurm that this process is in, as squeue calls it: "12", or "12_3" in an array. */
export function slurmJobOf(env: NodeJS.ProcessEnv): string | undefined {
  const { SLURM_JOB_ID, SLURM_ARRAY_JOB_ID, SLURM_ARRAY_TASK_ID } = env
  if (SLURM_ARRAY_JOB_ID && SLURM_ARRAY_TASK_ID) return `${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}`
  return SLURM_JOB_ID || undefined
}

/**
 * Puts the job that this process is in back into Slurm's queue, once its run's state is kept: near its time limit Slurm only
 * warns, and would end it for good. What is to be preempted is put back all the same. Slurm then ends this process.
 * @returns why it was not, in words: then the host submits another job
 */
export async function requeueSlurmJob(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { SLURM_JOB_ID } = env
  if (!SLURM_JOB_ID) return undefined
  try {
    await promisify(execFile)('scontrol', ['requeue', SLURM_JOB_ID], { env, timeout: 30_000 })
    return undefined
  } catch (error) {
    // Preempted, and put back by Slurm itself.
    if (error instanceof Error && /pending execution/i.test(error.message)) return undefined
    return `scontrol requeue ${SLURM_JOB_ID}: ${error instanceof Error ? error.message.trim() : String(error)}`
  }
}
