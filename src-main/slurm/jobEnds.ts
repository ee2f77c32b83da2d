import type { JobState } from './commands.ts'

/** States of Slurm in which a job trains, or will. */
const live = new Set([
  'PENDING',
  'CONFIGURING',
  'RUNNING',
  'COMPLETING',
  'SUSPENDED',
  'STOPPED',
  'SIGNALING',
  'STAGE_OUT',
  'REQUEUED',
  'REQUEUE_FED',
  'REQUEUE_HOLD',
  'SPECIAL_EXIT',
  'RESIZING',
  'RESV_DEL_HOLD',
])

export const isLive = ({ state }: JobState): boolean => live.has(state)

/** What becomes of a run whose job is over although the run is not. */
export interface JobEnd {
  readonly reason: string
  /** again: another job goes on from its last state; the other two need a user. */
  readonly fate: 'again' | 'failed' | 'stopped'
  /** Whether the job, or its script, may be at fault: after some of these without a step done, no other is submitted. */
  readonly isSuspect: boolean
}

/** @param job as Slurm calls it; undefined: Slurm has forgotten it */
export function jobEnd(job: string, state: JobState | undefined, memory: string | null): JobEnd {
  const again = (reason: string, isSuspect: boolean): JobEnd => ({ reason, fate: 'again', isSuspect })
  switch (state?.state) {
    case 'NODE_FAIL':
    case 'BOOT_FAIL':
    case 'LAUNCH_FAILED':
      return again(`The node of Slurm job ${job} failed.`, false)
    case 'PREEMPTED':
    case 'REVOKED':
      return again(`Slurm job ${job} was preempted.`, false)
    case 'TIMEOUT':
    case 'DEADLINE':
      return again(`Slurm job ${job} reached its time limit.`, true)
    case 'OUT_OF_MEMORY':
      return {
        reason: `Slurm job ${job} needed more memory than ${memory ?? 'the cluster gives by itself'}; raise "memory" in the settings of Slurm and resume the run.`,
        fate: 'failed',
        isSuspect: true,
      }
    case 'CANCELLED':
      return { reason: `Slurm job ${job} was cancelled outside of Anneal.`, fate: 'stopped', isSuspect: true }
    case 'COMPLETED':
    case 'FAILED':
      return again(`Slurm job ${job} ended before the run did (${state.state}).`, true)
    default:
      return again(`Slurm no longer knows job ${job}.`, true)
  }
}
