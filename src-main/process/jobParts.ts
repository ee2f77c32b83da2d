import type { z } from 'zod'
import type { JobAnswer, JobName, JobRequest } from '../../shared/run/jobs.ts'
import { type Patience, runJob } from './runJob.ts'

/**
 * The parts that a job tells, as they come, and its answer as what the generator returns. Whoever takes no more of them
 * ends the process.
 * @throws what `runJob` throws
 */
export async function* jobParts<N extends JobName, P>(
  job: N,
  request: JobRequest<N>,
  part: z.ZodType<P>,
  { signal, ...patience }: Omit<Patience, 'onTold'> = {},
): AsyncGenerator<P, JobAnswer<N>, undefined> {
  const waiting: P[] = []
  let wake: () => void = () => undefined
  let isOver = false
  const leave = new AbortController()
  const working = runJob(job, request, {
    ...patience,
    signal: signal === undefined ? leave.signal : AbortSignal.any([signal, leave.signal]),
    onTold: (told) => {
      waiting.push(part.parse(told))
      wake()
    },
  }).finally(() => {
    isOver = true
    wake()
  })
  working.catch(() => undefined)
  try {
    for (;;) {
      const next = waiting.shift()
      if (next !== undefined) yield next
      else if (isOver) return await working
      else
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
  } finally {
    leave.abort()
  }
}
