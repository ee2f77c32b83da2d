import { queryOptions } from '@tanstack/react-query'
import type { Part } from '../../shared/ensemble/predictions.ts'
import { createWorkbench } from '../../shared/ensemble/workbench.ts'
import { queryClient } from '../client.ts'
import { loadPredictions } from './loadPredictions.ts'

/** Stored answers never change, so that each is fetched, checked and scored once. */
const predictionsQuery = (snapshotId: number, part: Part) =>
  queryOptions({
    queryKey: ['predictions', snapshotId, part],
    queryFn: () => loadPredictions(snapshotId, part),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 300_000,
    structuralSharing: false,
  })

/** The snapshots side by side, ready for arithmetic. */
export const workbenchQuery = (snapshotIds: readonly number[]) =>
  queryOptions({
    queryKey: ['workbench', ...snapshotIds],
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
      return createWorkbench(await Promise.all(answers))
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    structuralSharing: false,
  })
