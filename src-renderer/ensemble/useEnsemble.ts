import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { type Choice, type Method, type PartAssessment, sharesOf } from './assess.ts'
import type { Bench } from './bench.ts'
import { benchQuery } from './benchQuery.ts'
import type { Candidate } from './candidates.ts'
import { selectionQuery } from './selectionQuery.ts'

/** What a saved ensemble, or a choice made elsewhere, sets the panel to. */
export interface Start {
  readonly method: Method
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
  setMethod(method: Method): void
  tick(snapshotId: number, on: boolean): void
  tickOnly(snapshotIds: readonly number[]): void
}

export type EnsembleState =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly error: unknown; readonly retry: () => void }
  | { readonly state: 'ready'; readonly model: EnsembleModel }

/**
 * @param all every snapshot that may become a member; all are ticked, and later ones too, unless `start` names others
 */
export function useEnsemble(all: readonly Candidate[], start: Start | undefined): EnsembleState {
  const ids = useMemo(() => all.map(({ snapshotId }) => snapshotId), [all])
  const query = useQuery({ ...benchQuery(ids), placeholderData: keepPreviousData })
  const [method, setMethod] = useState<Method>(start?.method ?? 'average')
  // What is left out is kept, not what is in, so that a snapshot that comes while one looks on joins.
  const [left, setLeft] = useState<ReadonlySet<number>>(() => leftBy(ids, start?.snapshotIds))
  const bench = query.data
  const chosen = useChoice(bench, left, method)
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
      tick: (id, on) =>
        setLeft((before) => new Set(on ? [...before].filter((other) => other !== id) : [...before, id])),
      tickOnly: (members) => setLeft(leftBy(ids, members)),
    }
  }, [bench, all, ids, chosen])
  if (model !== undefined) return { state: 'ready', model }
  if (query.isError) return { state: 'failed', error: query.error, retry: () => void query.refetch() }
  return { state: 'loading' }
}

const leftBy = (ids: readonly number[], members: readonly number[] | undefined): ReadonlySet<number> =>
  new Set(members === undefined ? [] : ids.filter((id) => !members.includes(id)))

function useChoice(bench: Bench | undefined, left: ReadonlySet<number>, method: Method) {
  const ticked = useMemo(() => (bench?.snapshotIds ?? []).map((id) => !left.has(id)), [bench, left])
  const wanted = (bench?.snapshotIds ?? []).filter((id) => !left.has(id))
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
  return useMemo(() => {
    const choice = { method, ticked, weights: weightsBy(bench?.snapshotIds ?? [], ticked, known) }
    return {
      choice,
      shares: sharesOf(choice),
      isChoosing,
      choosingError: method === 'weighted' ? selection.error : null,
      validation: bench?.validation?.assess(choice),
      test: bench?.test?.assess(choice),
    }
  }, [bench, ticked, method, known, isChoosing, selection.error])
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
