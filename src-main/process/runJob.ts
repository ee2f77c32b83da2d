import { constants, setPriority } from 'node:os'
import { type JobAnswer, type JobCall, type JobName, type JobRequest, jobs } from '../../shared/run/jobs.ts'
import { type Patience as AskPatience, askProcess } from './askProcess.ts'

export interface Patience extends Omit<AskPatience, 'onStart'> {
  /** Whether the process gives way to all others: nobody waits for its answer. */
  readonly givesWay?: boolean
}

/**
 * Asks a process of its own, which may load tfjs and ends with the answer.
 * @throws UserError when the job is refused · NoAnswer when its process dies, is late or is cancelled
 */
export async function runJob<N extends JobName>(
  job: N,
  request: JobRequest<N>,
  { givesWay = false, ...patience }: Patience = {},
): Promise<JobAnswer<N>> {
  const call = { job, request } satisfies JobCall
  const answer = await askProcess('trainer/jobEntry.ts', call, {
    ...patience,
    ...(givesWay && { onStart: lowerPriority }),
  })
  return jobs[job].answer.parse(answer)
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW)
  } catch {
    // It has ended already, or the system does not allow it: then it takes its share.
  }
}
