import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { PredictionMethod } from '../../shared/ensemble/methods.ts'
import { type Choice, type PartAssessment, sharesOf } from './assess.ts'
import type { Bench } from './bench.ts'
import { benchQuery } from './benchQuery.ts'
import type { Candidate } from './candidates.ts'
import { allTicked, isTicked, type Membership, only, withTick } from './membership.ts'
import { selectionQuery } from './selectionQuery.ts'

/** What a saved ensemble, or a choice made elsewhere, sets the panel to. */
export interface Start {
  readonly method: PredictionMethod
  readonly snapshotIds: readonly number[]
}

/** An ensemble in the making: who is on the bench, who is ticked, and what that comes to. Lists run along `candidates`. */
export interface EnsembleModel {
  readonly bench: Bench
  readonly candidates: readonly Candidate[]
  readonly refused: readonly { readonly candidate: Candidate; readonly reason: string }[]
  readonly choice: Choice
  /** They sum to 1 over the members and are 0 elsewhere. */
  readonly shares: readonly number[]
  /** Shares are being chosen anew for the members ticked; those shown are the ones before, scaled. */
  readonly isChoosing: boolean
  readonly choosingError: unknown
  readonly validation: PartAssessment | undefined
  readonly test: PartAssessment | undefined
  setMethod(method: PredictionMethod): void
  tick(snapshotId: number, on: boolean): void
  /** Every candidate, and whoever comes later. */
  tickAll(): void
  /** These and no other, also when more come. */
  tickOnly(snapshotIds: readonly number[]): void
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
  const query = useQuery({ ...benchQuery(ids), placeholderData: keepPreviousData })
  const [method, setMethod] = useState<PredictionMethod>(start?.method ?? 'average')
  const [membership, setMembership] = useState<Membership>(() =>
    start === undefined ? allTicked : only(start.snapshotIds),
  )
  const bench = useLastKnown(query.data)
  const chosen = useChoice(bench, membership, method)
  const model = useMemo((): EnsembleModel | undefined => {
    if (bench === undefined) return undefined
    const byId = new Map(all.map((candidate) => [candidate.snapshotId, candidate]))
    return {
      bench,
      candidates: bench.snapshotIds.flatMap((id) => byId.get(id) ?? []),
      refused: bench.refused.flatMap(({ snapshotId, reason }) => {
        const candidate = byId.get(snapshotId)
        return candidate === undefined ? [] : [{ candidate, reason }]
      }),
      ...chosen,
      setMethod,
      tick: (id, on) => setMembership((before) => withTick(before, id, on)),
      tickAll: () => setMembership(allTicked),
      tickOnly: (members) => setMembership(only(members)),
    }
  }, [bench, all, chosen])
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

function useChoice(bench: Bench | undefined, membership: Membership, method: PredictionMethod) {
  const ticked = useMemo(
    () => (bench?.snapshotIds ?? []).map((id) => isTicked(membership, id)),
    [bench, membership],
  )
  const wanted = (bench?.snapshotIds ?? []).filter((_, k) => ticked[k] === true)
  const selection = useQuery({
    ...selectionQuery(method === 'weighted' ? bench : undefined, wanted, false),
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
  const isChoosing = method === 'weighted' && selection.isFetching
  const choosingError = method === 'weighted' ? selection.error : null
  const assessed = useMemo(() => {
    const choice = { method, ticked, weights: weightsBy(bench?.snapshotIds ?? [], ticked, known) }
    return {
      choice,
      shares: sharesOf(choice),
      validation: bench?.validation?.assess(choice),
      test: bench?.test?.assess(choice),
    }
  }, [bench, ticked, method, known])
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
