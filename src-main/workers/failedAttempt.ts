import { UserError } from '../../shared/errors.ts'
import type { AttemptKey } from '../../shared/worker/protocol.ts'
import type { PlacedAttempt } from '../store/types/worker.ts'
import type { DeskContext } from './deskContext.ts'

/** Attempts in a row without a step done, after which a run is given up. */
const mostFailures = 5
/** Attempts in a row that fail before their first step, after which a worker is given nothing more. */
const mostFailuresOfWorker = 2

/** How an attempt ended that its trainer did not end. */
export interface AttemptOver {
  readonly reason: string
  /** false where it was preempted, or its worker was lost: that says nothing against run or worker. */
  readonly isFailure: boolean
  /** Its trainer is gone, and said so. */
  readonly isOver?: boolean
}

/**
 * Puts the run back into the queue, where it goes on from its last stored state. Counts against the worker what failed
 * before a first step, and gives up a run that fails wherever it is tried.
 * @returns false where the attempt was over already
 */
export function endAttempt(context: DeskContext, placed: PlacedAttempt, over: AttemptOver): boolean {
  const { store, onQueueChanged } = context
  const key: AttemptKey = { runId: placed.runId, attempt: placed.attempt }
  if (!store.workers.requeue(key, over)) return false
  if (over.isFailure) {
    // The first event says what the trainer runs on; steps come after it.
    // All jobs of Slurm are one worker: a node that fails is no reason to let the others wait.
    if (placed.lastSeq <= 0 && placed.workerId !== null && placed.slurmJob === null)
      countAgainst(context, placed.workerId, over.reason)
    giveUp(context, placed.runId, over.reason)
  }
  onQueueChanged()
  return true
}

function countAgainst({ store }: DeskContext, workerId: string, reason: string): void {
  const count = store.workers.countFailure(workerId, true)
  const worker = store.workers.find(workerId)
  if (count < mostFailuresOfWorker || worker === undefined || worker.state === 'removed') return
  store.workers.setState(
    workerId,
    'out',
    `${count} runs one after another failed on it before their first step; the last one: ${reason}`,
  )
}

function giveUp({ store }: DeskContext, runId: string, reason: string): void {
  const run = store.read.run(runId)
  const failures = run.place?.failures ?? 0
  if (failures < mostFailures || run.status !== 'queued') return
  try {
    store.write.setStatus(
      runId,
      'failed',
      `It failed on workers ${failures} times in a row without a step done; the last time: ${reason}`,
    )
  } catch (error) {
    // Its place is gone, or the disk is full: it is tried once more.
    if (!(error instanceof UserError)) throw error
  }
}
