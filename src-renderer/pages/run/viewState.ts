import { useCallback, useState } from 'react'
import { z } from 'zod'
import { smoothing } from '../../../shared/api/series.ts'

/*
 * How the user looks at a run: it survives a reload, run by run, and a new run is looked at like the last one.
 */

export const xAxes = ['step', 'epoch', 'time', 'cycle'] as const
export type XAxis = (typeof xAxes)[number]
const scale = z.enum(['linear', 'log'])

const viewState = z.object({
  x: z.enum(xAxes).catch('step'),
  smoothing: smoothing.catch({ kind: 'ema', weight: 0.9 }),
  /** The steps looked at, both included; all of them when absent. */
  zoom: z.tuple([z.number(), z.number()]).optional().catch(undefined),
  /** The part of the cycle looked at, in 0..1, where cycles are folded. */
  phase: z.tuple([z.number(), z.number()]).optional().catch(undefined),
  /** Whether charts are framed by the typical values or by all of them. */
  frame: z.enum(['signal', 'all']).catch('signal'),
  rateScale: scale.optional().catch(undefined),
  lossScale: scale.optional().catch(undefined),
})
export type ViewState = z.infer<typeof viewState>

/** The view as stored text says, malformed parts replaced by their defaults. */
function readView(text: string | null): ViewState {
  let raw: unknown
  try {
    raw = JSON.parse(text ?? '{}')
  } catch {
    raw = {}
  }
  const found = viewState.safeParse(raw)
  return found.success ? found.data : viewState.parse({})
}

const keyOf = (runId: string): string => `anneal.run-view.${runId}`
const lastKey = 'anneal.run-view'

function load(runId: string): ViewState {
  const own = sessionStorage.getItem(keyOf(runId))
  if (own !== null) return readView(own)
  const { zoom: _zoom, phase: _phase, rateScale: _rate, ...kept } = readView(localStorage.getItem(lastKey))
  return kept
}

export type ChangeView = (change: Partial<ViewState>) => void

export function useViewState(runId: string): readonly [ViewState, ChangeView] {
  const [held, setHeld] = useState(() => ({ runId, view: load(runId) }))
  const view = held.runId === runId ? held.view : load(runId)
  const change = useCallback<ChangeView>(
    (changes) =>
      setHeld((before) => {
        const next = { ...(before.runId === runId ? before.view : load(runId)), ...changes }
        const text = JSON.stringify(next)
        sessionStorage.setItem(keyOf(runId), text)
        localStorage.setItem(lastKey, text)
        return { runId, view: next }
      }),
    [runId],
  )
  return [view, change]
}
