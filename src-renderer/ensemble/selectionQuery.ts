import { queryOptions, skipToken } from '@tanstack/react-query'
import type { Bench } from './bench.ts'
import { type Selection, type SelectionReply, type SelectionRequest, selectionReply } from './selection.ts'

interface Waiting {
  readonly resolve: (selection: Selection) => void
  readonly reject: (error: Error) => void
}

const waiting = new Map<number, Waiting>()
let worker: Worker | undefined
let asked = 0

function theWorker(): Worker {
  if (worker !== undefined) return worker
  const started = new Worker(new URL('./selectionWorker.ts', import.meta.url), { type: 'module' })
  started.addEventListener('message', ({ data }: MessageEvent<unknown>) => settle(selectionReply.parse(data)))
  started.addEventListener('error', () => {
    worker = undefined
    for (const { reject } of waiting.values()) reject(new Error('Choosing members failed inside the window.'))
    waiting.clear()
  })
  worker = started
  return started
}

function settle({ id, answer }: SelectionReply): void {
  const asker = waiting.get(id)
  waiting.delete(id)
  if ('error' in answer) asker?.reject(new Error(answer.error))
  else asker?.resolve(answer)
}

function askWorker(request: Omit<SelectionRequest, 'id'>): Promise<Selection> {
  return new Promise((resolve, reject) => {
    const id = ++asked
    waiting.set(id, { resolve, reject })
    theWorker().postMessage({ id, ...request } satisfies SelectionRequest)
  })
}

/**
 * Members chosen on the validation part among some of a bench: shares by greedy selection and, if asked for, the best
 * subset. Asks nothing while the bench has no validation part or no member is given.
 */
export function selectionQuery(
  bench: Bench | undefined,
  snapshotIds: readonly number[],
  everySubset: boolean,
) {
  const part = bench?.validation ?? null
  const chosen = snapshotIds.flatMap((id) => part?.predictions[bench?.snapshotIds.indexOf(id) ?? -1] ?? [])
  const [first] = chosen
  return queryOptions({
    queryKey: ['selection', everySubset, ...snapshotIds],
    queryFn:
      first === undefined
        ? skipToken
        : () =>
            askWorker({
              probs: chosen.map(({ probs }) => probs),
              labels: first.labels,
              classes: first.truth.classes,
              everySubset,
            }),
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  })
}
