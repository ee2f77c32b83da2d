import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { PartAssessment } from '../../shared/ensemble/assess.ts'
import { type Choice, sharesOf } from '../../shared/ensemble/choice.ts'
import { allTicked, isTicked, type Membership, only, withTick } from '../../shared/ensemble/membership.ts'
import type { PredictionMethod } from '../../shared/ensemble/methods.ts'
import type { Workbench } from '../../shared/ensemble/workbench.ts'
import type { Candidate } from './candidates.ts'
import { selectionQuery } from './selectionQuery.ts'
import type { ChosenBy } from './words.ts'
import { workbenchQuery } from './workbenchQuery.ts'

/** What a saved ensemble, or a choice made elsewhere, sets the panel to. */
export interface Start {
  readonly method: PredictionMethod
  /** Absent: everyone, and whoever comes later. */
  readonly snapshotIds: readonly number[] | undefined
  /** By snapshot, of a weighted average whose shares are given; absent: they are chosen. */
  readonly shares?: ReadonlyMap<number, number> | undefined
  /** Who chose them; absent: a hand. */
  readonly chosenBy?: ChosenBy | undefined
}

/** An ensemble in the making: who is on the workbench, who is ticked, and what that comes to. Lists run along `candidates`. */
export interface EnsembleModel {
  readonly workbench: Workbench
  readonly candidates: readonly Candidate[]
  readonly refused: readonly { readonly candidate: Candidate; readonly reason: string }[]
  readonly choice: Choice
  /** They sum to 1 over the members and are 0 elsewhere. */
  readonly shares: readonly number[]
  readonly chosenBy: ChosenBy
  /** By snapshot, of a weighted average that was set with them; undefined where shares are chosen. */
  readonly given: ReadonlyMap<number, number> | undefined
  /** Shares are being chosen anew for the members ticked; those shown are the ones before, scaled. */
  readonly isChoosing: boolean
  readonly choosingError: unknown
  readonly validation: PartAssessment | undefined
  readonly test: PartAssessment | undefined
  setMethod(method: PredictionMethod): void
  tick(snapshotId: number, on: boolean): void
  /** Every candidate, and whoever comes later. */
  tickAll(): void
  /** A weighted average of these with these shares, as long as nobody changes the members or the method. */
  setShares(shares: ReadonlyMap<number, number>, by?: 'validation'): void
  /** These and no other, also when more come. */
  tickOnly(snapshotIds: readonly number[], by?: 'validation'): void
}

interface Failure {
  readonly error: unknown
  readonly retry: () => void
}

export type EnsembleState =
  | { readonly state: 'loading' }
  | ({ readonly state: 'failed' } & Failure)
  /** failure: of reading a candidate that came since; the model is without it. */
  | { readonly state: 'ready'; readonly model: EnsembleModel; readonly failure?: Failure | undefined }

/**
 * @param all every snapshot that may become a member; all are ticked, and later ones too, unless `start` names others.
 * Give it the same array for the same candidates.
 */
export function useEnsemble(all: readonly Candidate[], start: Start | undefined): EnsembleState {
  const ids = useMemo(() => all.map(({ snapshotId }) => snapshotId), [all])
  const query = useQuery({ ...workbenchQuery(ids), placeholderData: keepPreviousData })
  const [method, setMethod] = useState<PredictionMethod>(start?.method ?? 'average')
  const [membership, setMembership] = useState<Membership>(() =>
    start?.snapshotIds === undefined ? allTicked : only(start.snapshotIds),
  )
  const [given, setGiven] = useState<ReadonlyMap<number, number> | undefined>(start?.shares)
  const [chooser, setChooser] = useState<ChosenBy>(start?.chosenBy ?? 'hand')
  const workbench = useLastKnown(query.data)
  const chosen = useChoice(workbench, membership, method, given)
  const model = useMemo((): EnsembleModel | undefined => {
    if (workbench === undefined) return undefined
    const byId = new Map(all.map((candidate) => [candidate.snapshotId, candidate]))
    return {
      workbench,
      candidates: workbench.snapshotIds.flatMap((id) => byId.get(id) ?? []),
      refused: workbench.refused.flatMap(({ snapshotId, reason }) => {
        const candidate = byId.get(snapshotId)
        return candidate === undefined ? [] : [{ candidate, reason }]
      }),
      ...chosen,
      given,
      setMethod: (next) => {
        setGiven(undefined)
        setMethod(next)
      },
      chosenBy: chosen.choice.ticked.every(Boolean) ? 'all' : chooser,
      tick: (id, on) => {
        setChooser('hand')
        setGiven(undefined)
        setMembership((before) => withTick(before, id, on))
      },
      tickAll: () => {
        setGiven(undefined)
        setMembership(allTicked)
      },
      setShares: (shares, by) => {
        setChooser(by ?? 'hand')
        setMembership(only([...shares.keys()]))
        setGiven(shares)
        setMethod('weighted')
      },
      tickOnly: (members, by) => {
        setChooser(by ?? 'hand')
        setGiven(undefined)
        setMembership(only(members))
      },
    }
  }, [workbench, all, chosen, chooser, given])
  const failure = query.isError ? { error: query.error, retry: () => void query.refetch() } : undefined
  if (model !== undefined) return { state: 'ready', model, failure }
  return failure === undefined ? { state: 'loading' } : { state: 'failed', ...failure }
}

/** What was there before stands while something newer is read, and also when that fails. */
function useLastKnown<T>(value: T | undefined): T | undefined {
  const [known, setKnown] = useState(value)
  if (value !== undefined && value !== known) setKnown(value)
  return value ?? known
}

function useChoice(
  workbench: Workbench | undefined,
  membership: Membership,
  method: PredictionMethod,
  given: ReadonlyMap<number, number> | undefined,
) {
  const isToChoose = method === 'weighted' && given === undefined
  const ticked = useMemo(
    () => (workbench?.snapshotIds ?? []).map((id) => isTicked(membership, id)),
    [workbench, membership],
  )
  const wanted = (workbench?.snapshotIds ?? []).filter((_, k) => ticked[k] === true)
  const selection = useQuery({
    ...selectionQuery(isToChoose ? workbench : undefined, wanted, false),
    placeholderData: keepPreviousData,
  })
  // The shares last chosen stand, by snapshot, until those for the members now ticked are known.
  const [known, setKnown] = useState<ReadonlyMap<number, number>>(new Map())
  const answer = selection.isPlaceholderData ? undefined : selection.data
  const [taken, setTaken] = useState(answer)
  if (answer !== undefined && answer !== taken) {
    setTaken(answer)
    setKnown(new Map(wanted.map((id, k) => [id, answer.greedyWeights[k] ?? 0])))
  }
  const isChoosing = isToChoose && selection.isFetching
  const choosingError = isToChoose ? selection.error : null
  const assessed = useMemo(() => {
    const choice = {
      method,
      ticked,
      weights: weightsBy(workbench?.snapshotIds ?? [], ticked, given ?? known),
    }
    return {
      choice,
      shares: sharesOf(choice),
      validation: workbench?.validation?.assess(choice),
      test: workbench?.test?.assess(choice),
    }
  }, [workbench, ticked, method, known, given])
  return useMemo(() => ({ ...assessed, isChoosing, choosingError }), [assessed, isChoosing, choosingError])
}

/** Equal where nothing is known of any member that is ticked. */
function weightsBy(
  ids: readonly number[],
  ticked: readonly boolean[],
  known: ReadonlyMap<number, number>,
): number[] {
  const weights = ids.map((id) => known.get(id) ?? 0)
  return weights.some((weight, k) => weight > 0 && ticked[k] === true) ? weights : ids.map(() => 1)
}
