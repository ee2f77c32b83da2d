import { queryOptions } from '@tanstack/react-query'
import type { Comparison, ComparisonReply, ComparisonRequest } from '../../shared/ensemble/comparison.ts'
import { type CostedRun, trainingCost } from '../../shared/ensemble/trainingCost.ts'
import type { Workbench, WorkbenchPart } from '../../shared/ensemble/workbench.ts'
import type { Candidate } from './candidates.ts'

/** Choices among all candidates of a workbench, and their runs compared; a worker of its own, ended when it is cancelled. */
export function comparisonQuery(
  workbench: Workbench,
  candidates: readonly Candidate[],
  lineage: ReadonlyMap<string, CostedRun>,
  onShare: (share: number) => void,
) {
  const runs = [...new Set(candidates.map(({ runId }) => runId))].map((id) => {
    const places = candidates.flatMap(({ runId }, k) => (runId === id ? [k] : []))
    const costs = places.map((k) => trainingCost(candidates.slice(k, k + 1), lineage))
    return { id, places, costs }
  })
  return queryOptions({
    queryKey: ['comparison', ...workbench.snapshotIds, JSON.stringify(runs.map(({ costs }) => costs))],
    queryFn: ({ signal }) =>
      askWorker(
        { validation: asked(workbench.validation), test: asked(workbench.test), runs },
        signal,
        onShare,
      ),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 300_000,
    structuralSharing: false,
    retry: false,
  })
}

function asked(part: WorkbenchPart | null): ComparisonRequest['test'] {
  const [first] = part?.predictions ?? []
  if (part === null || first === undefined) return null
  return {
    probs: part.predictions.map(({ probs }) => probs),
    labels: first.labels,
    classes: first.truth.classes,
  }
}

function askWorker(
  request: ComparisonRequest,
  signal: AbortSignal,
  onShare: (share: number) => void,
): Promise<Comparison> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./comparisonWorker.ts', import.meta.url), { type: 'module' })
    const end = (): void => worker.terminate()
    worker.addEventListener('message', ({ data }: MessageEvent<ComparisonReply>) => {
      if ('share' in data) {
        onShare(data.share)
        return
      }
      end()
      if ('error' in data) reject(new Error(data.error))
      else resolve(data.answer)
    })
    worker.addEventListener('error', () => {
      end()
      reject(new Error('Comparing failed inside the window.'))
    })
    signal.addEventListener('abort', () => {
      end()
      reject(new Error('No longer asked for.'))
    })
    worker.postMessage(request)
  })
}
