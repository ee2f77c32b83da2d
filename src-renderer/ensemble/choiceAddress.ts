import { useEffect, useRef } from 'react'
import { z } from 'zod'
import { predictionMethods } from '../../shared/ensemble/methods.ts'
import type { EnsembleModel, EnsembleState, Start } from './useEnsemble.ts'

/** What of the panel lives in the address of its page, so that a reload gives it back, and a copied address too. */
export const choiceSearch = {
  /** How the members are combined; absent: averaged. */
  method: z.enum(predictionMethods).optional().catch(undefined),
  /** Ids of the snapshots that are ticked; absent: all of them. */
  members: z.array(z.int()).max(1000).optional().catch(undefined),
  /** Along the members, of a weighted average that was set with them, to the last digit; absent: they are chosen. */
  weights: z.array(z.number().nonnegative()).max(1000).optional().catch(undefined),
  /** Who chose the members; absent: a hand. */
  by: z.literal('validation').optional().catch(undefined),
}

export interface ChoiceAddress {
  readonly method: (typeof predictionMethods)[number] | undefined
  readonly members: number[] | undefined
  readonly weights: number[] | undefined
  readonly by: 'validation' | undefined
}

/** What takes the choice out of an address. */
export const noChoice: ChoiceAddress = {
  method: undefined,
  members: undefined,
  weights: undefined,
  by: undefined,
}

/** Weights that do not go with the members are left out, as if they were to be chosen. */
export function startOfAddress({ method = 'average', members, weights, by }: ChoiceAddress): Start {
  const fit = method === 'weighted' && members?.length === weights?.length && weights?.some((w) => w > 0)
  const shares = fit ? new Map(members?.map((id, k) => [id, weights?.[k] ?? 0])) : undefined
  return { method, snapshotIds: members, ...(shares && { shares }), ...(by && { chosenBy: by }) }
}

export function addressOfChoice({
  choice: { method, ticked },
  workbench: { snapshotIds },
  given,
  chosenBy,
}: Pick<EnsembleModel, 'choice' | 'given' | 'chosenBy'> & {
  readonly workbench: Pick<EnsembleModel['workbench'], 'snapshotIds'>
}): ChoiceAddress {
  const members = snapshotIds.filter((_, k) => ticked[k] === true)
  const weights = method === 'weighted' && given ? members.map((id) => given.get(id) ?? 0) : undefined
  return {
    method: method === 'average' ? undefined : method,
    members: weights === undefined && ticked.every(Boolean) ? undefined : members,
    weights,
    by: chosenBy === 'validation' ? chosenBy : undefined,
  }
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
  const first = useRef<unknown>(undefined)
  const model = state.state === 'ready' ? state.model : undefined
  const choice = model?.choice
  useEffect(() => {
    if (model === undefined || choice === undefined) return
    first.current ??= choice
    if (first.current === choice) return
    const timer = setTimeout(() => latest.current?.(addressOfChoice(model)), patience)
    return () => clearTimeout(timer)
  }, [model, choice])
}
