import { useEffect, useRef } from 'react'
import { z } from 'zod'
import { predictionMethods } from '../../shared/ensemble/methods.ts'
import { useIsLeaving } from '../hooks/useIsLeaving.ts'
import type { EnsembleState } from './useEnsemble.ts'

/** What of the panel lives in the address of its page, so that a reload gives it back. */
export const choiceSearch = {
  /** How the members are combined; absent: averaged. */
  method: z.enum(predictionMethods).optional().catch(undefined),
  /** Ids of the snapshots that are ticked; absent: all of them. */
  members: z.array(z.int()).max(1000).optional().catch(undefined),
}

export interface ChoiceAddress {
  readonly method: (typeof predictionMethods)[number] | undefined
  readonly members: number[] | undefined
}

/** Ticks answer first; the address follows when a hand has come to rest. */
const patience = 300

/** Tells every choice made on the panel, the first one not. */
export function useToldChoice(
  state: EnsembleState,
  tell: ((choice: ChoiceAddress) => void) | undefined,
): void {
  const latest = useRef(tell)
  latest.current = tell
  const isLeaving = useIsLeaving()
  const first = useRef<unknown>(undefined)
  const model = state.state === 'ready' ? state.model : undefined
  const choice = model?.choice
  useEffect(() => {
    if (model === undefined || choice === undefined) return
    first.current ??= choice
    if (first.current === choice) return
    const timer = setTimeout(() => {
      if (isLeaving()) return
      const { method, ticked } = choice
      latest.current?.({
        method: method === 'average' ? undefined : method,
        members: ticked.every(Boolean)
          ? undefined
          : model.workbench.snapshotIds.filter((_, k) => ticked[k] === true),
      })
    }, patience)
    return () => clearTimeout(timer)
  }, [model, choice, isLeaving])
}
