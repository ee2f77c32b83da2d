import { queryOptions } from '@tanstack/react-query'
import { predictionsUrl } from '../../shared/api/urls.ts'
import { UserError } from '../../shared/errors.ts'
import { queryClient } from '../client.ts'
import { createBench } from './bench.ts'
import { type Part, type Predictions, parsePredictions } from './predictions.ts'

async function fetchPredictions(snapshotId: number, part: Part): Promise<Predictions | null> {
  const response = await fetch(predictionsUrl(snapshotId, part))
  if (response.status === 404) return null
  if (!response.ok) {
    const said = (await response.text()).split('\n', 1)[0]
    throw new UserError(
      said || `While reading stored predictions: the host answered ${response.status}; try again.`,
    )
  }
  return parsePredictions(await response.arrayBuffer(), {
    examples: response.headers.get('x-examples'),
    classes: response.headers.get('x-classes'),
  })
}

/** Stored answers never change, so that each is fetched, checked and scored once. */
const predictionsQuery = (snapshotId: number, part: Part) =>
  queryOptions({
    queryKey: ['predictions', snapshotId, part],
    queryFn: () => fetchPredictions(snapshotId, part),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 300_000,
    structuralSharing: false,
  })

/** The snapshots side by side, ready for arithmetic. */
export const benchQuery = (snapshotIds: readonly number[]) =>
  queryOptions({
    queryKey: ['bench', ...snapshotIds],
    queryFn: async () => {
      const load = (snapshotId: number, part: Part) =>
        queryClient.fetchQuery(predictionsQuery(snapshotId, part))
      const answers = snapshotIds.map(async (snapshotId) => {
        const [validation, test] = await Promise.all([
          load(snapshotId, 'validation'),
          load(snapshotId, 'test'),
        ])
        return { snapshotId, validation, test }
      })
      return createBench(await Promise.all(answers))
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    structuralSharing: false,
  })
