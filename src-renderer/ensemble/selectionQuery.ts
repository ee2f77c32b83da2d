import { queryOptions, skipToken } from '@tanstack/react-query'
import {
  type Selection,
  type SelectionReply,
  type SelectionRequest,
  selectionReply,
} from '../../shared/ensemble/selection.ts'
import type { Workbench } from '../../shared/ensemble/workbench.ts'

interface Asked {
  readonly request: SelectionRequest
  readonly resolve: (selection: Selection) => void
  readonly reject: (error: Error) => void
  readonly onShare: ((share: number) => void) | undefined
}

/* One question is with the worker at a time: those that nobody waits for any more are never begun. */
let line: readonly Asked[] = []
let busy: Asked | undefined
let worker: Worker | undefined
let count = 0
let busySince = 0

/** Milliseconds that a question which nobody waits for any more may be with the worker: to begin another one takes about as long. */
const patience = 200

function theWorker(): Worker {
  if (worker !== undefined) return worker
  const started = new Worker(new URL('./selectionWorker.ts', import.meta.url), { type: 'module' })
  started.addEventListener('message', ({ data }: MessageEvent<unknown>) => settle(selectionReply.parse(data)))
  started.addEventListener('error', () => {
    worker = undefined
    busy?.reject(new Error('Choosing members failed inside the window.'))
    askNext()
  })
  worker = started
  return started
}

function settle({ id, answer }: SelectionReply): void {
  if (busy === undefined || busy.request.id !== id) return
  if ('share' in answer) {
    busy.onShare?.(answer.share)
    return
  }
  if ('error' in answer) busy.reject(new Error(answer.error))
  else busy.resolve(answer)
  askNext()
}

function askNext(): void {
  ;[busy, ...line] = line
  busySince = performance.now()
  if (busy !== undefined) theWorker().postMessage(busy.request)
}

/** It may take seconds still: a new worker is quicker. */
function leaveBusy(): void {
  worker?.terminate()
  worker = undefined
  askNext()
}

function askWorker(
  question: Omit<SelectionRequest, 'id'>,
  signal: AbortSignal,
  onShare: Asked['onShare'],
): Promise<Selection> {
  return new Promise((resolve, reject) => {
    const asked = { request: { id: ++count, ...question }, resolve, reject, onShare }
    signal.addEventListener('abort', () => {
      line = line.filter((other) => other !== asked)
      if (asked === busy && performance.now() - busySince > patience) leaveBusy()
      reject(new Error('No longer asked for.'))
    })
    line = [...line, asked]
    if (busy === undefined) askNext()
  })
}

/**
 * Members chosen on the validation part among some of a workbench: shares by greedy selection and, if asked for, the best
 * subset. `onShare` is told how much is done, 0..1. Asks nothing while the workbench has no validation part or no member is given.
 */
export function selectionQuery(
  workbench: Workbench | undefined,
  snapshotIds: readonly number[],
  everySubset: boolean,
  onShare?: (share: number) => void,
) {
  const part = workbench?.validation ?? null
  const chosen = snapshotIds.flatMap(
    (id) => part?.predictions[workbench?.snapshotIds.indexOf(id) ?? -1] ?? [],
  )
  const [first] = chosen
  return queryOptions({
    queryKey: ['selection', everySubset, ...snapshotIds],
    queryFn:
      first === undefined
        ? skipToken
        : ({ signal }) =>
            askWorker(
              {
                probs: chosen.map(({ probs }) => probs),
                labels: first.labels,
                classes: first.truth.classes,
                everySubset,
              },
              signal,
              onShare,
            ),
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  })
}
