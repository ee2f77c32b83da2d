import { parseOrExplain } from '../../shared/errors.ts'
import {
  type JobAnswer,
  type JobMessage,
  type JobName,
  type JobRequest,
  jobCall,
  jobs,
} from '../../shared/run/jobs.ts'
import { endWithHost } from '../process/hostWatch.ts'

/*
 * The process of every job of shared/run/jobs.ts: fork it with { serialization: 'advanced' }, send one call, and one
 * answer comes back; then it ends by itself, and before that when its host goes away.
 */

/** Sends a part of the answer ahead. */
type Tell = (part: unknown) => void

/** Each job loads only what it needs: a look at a driver should not wait for the models. */
const workers: { readonly [N in JobName]: (request: JobRequest<N>, tell: Tell) => Promise<JobAnswer<N>> } = {
  probe: async ({ device }) => (await import('../engine/select.ts')).probeEngine(device),
  bench: async (request) => (await import('./bench.ts')).bench(request),
  measure: async (request) => (await import('./measure.ts')).measureRun(request),
  average: async (request) => (await import('./averageWeights.ts')).averageWeights(request),
  initial: async (request) => (await import('./initialWeights.ts')).initialWeights(request),
  line: async (request, tell) => (await import('./line.ts')).measureLine(request, tell),
  predict: async (request, tell) => (await import('./predict.ts')).predict(request, tell),
  preview: async (request, tell) => (await import('./preview.ts')).preview(request, tell),
}

function work<N extends JobName>(job: N, request: unknown): Promise<JobAnswer<N>> {
  const { request: schema, doing } = jobs[job]
  return workers[job](parseOrExplain(schema, request, doing), tell)
}

const tell: Tell = (part) => void process.send?.({ type: 'told', part } satisfies JobMessage)

async function answer(message: unknown): Promise<JobMessage> {
  try {
    const { job, request } = parseOrExplain(jobCall, message, 'reading a job')
    return { type: 'answered', answer: await work(job, request) }
  } catch (error) {
    const { inWords } = await import('./inWords.ts')
    return { type: 'refused', reason: inWords(error) }
  }
}

const release = endWithHost()
process.once('message', async (message) => {
  process.send?.(await answer(message), undefined, undefined, () => {
    release()
    process.disconnect?.()
  })
})
