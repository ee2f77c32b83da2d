import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { EnsembleInfo } from '../../../shared/api/ensembles.ts'
import type { PredictionMethod } from '../../../shared/ensemble/methods.ts'
import type { Part } from '../../../shared/ensemble/predictions.ts'
import { UserError } from '../../../shared/errors.ts'
import { type MistakeReport, mistakeReport } from '../../../shared/mistakes/report.ts'
import { workbenchQuery } from '../../ensemble/workbenchQuery.ts'
import type { MistakesAddress } from './address.ts'

export interface Predictor {
  readonly method: PredictionMethod
  readonly ids: readonly number[]
  readonly weights: readonly number[]
}

/** undefined: the address names nobody, or an ensemble whose predictions are not kept. */
export function predictorOf(
  address: MistakesAddress,
  saved: EnsembleInfo | undefined,
): Predictor | undefined {
  const { snapshot, members, weights, method = 'average' } = address
  if (snapshot !== undefined) return { method: 'average', ids: [snapshot], weights: [1] }
  if (members !== undefined && members.length > 0)
    return { method, ids: members, weights: members.map((_, k) => weights?.[k] ?? (weights ? 0 : 1)) }
  if (saved === undefined || saved.method === 'weightAverage') return undefined
  return {
    method: saved.method,
    ids: saved.members.map(({ snapshotId }) => snapshotId),
    weights: saved.members.map(({ weight }) => weight),
  }
}

export interface Mistakes {
  readonly part: Part
  readonly parts: readonly Part[]
  readonly report: MistakeReport
}

type MistakesState =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly error: unknown; readonly retry: () => void }
  | { readonly state: 'ready'; readonly mistakes: Mistakes }

/** From the stored predictions of every member; nothing is shown of some of them alone. */
export function useMistakes({ method, ids, weights }: Predictor, wanted: Part | undefined): MistakesState {
  const query = useQuery(workbenchQuery(ids))
  const found = useMemo((): Mistakes | UserError | undefined => {
    const workbench = query.data
    if (workbench === undefined) return undefined
    const [refused] = workbench.refused
    if (refused !== undefined)
      return new UserError(`Snapshot ${refused.snapshotId} cannot be looked at here: ${refused.reason}.`)
    const parts = (['test', 'validation'] as const).filter((part) => workbench[part] !== null)
    const part = parts.find((each) => each === wanted) ?? parts[0]
    const predictions = part && workbench[part]?.predictions
    const [first] = predictions ?? []
    if (part === undefined || predictions === undefined || first === undefined)
      return new UserError('No predictions are stored: the run kept neither a validation nor a test part.')
    return { part, parts, report: mistakeReport(predictions, first.truth, method, weights) }
  }, [query.data, wanted, method, weights])
  const retry = () => void query.refetch()
  if (query.isError) return { state: 'failed', error: query.error, retry }
  if (found === undefined) return { state: 'loading' }
  return found instanceof UserError
    ? { state: 'failed', error: found, retry }
    : { state: 'ready', mistakes: found }
}
