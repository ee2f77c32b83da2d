import { useQuery } from '@tanstack/react-query'
import { trpc } from '../client.ts'

/** Names of the classes of a data set by label; empty while they are not known. */
export function useClassNames(datasetId: string | undefined): readonly string[] {
  const { data } = useQuery(trpc.datasets.list.queryOptions())
  return data?.whole.find(({ id }) => id === datasetId)?.classes ?? none
}

const none: readonly string[] = []
