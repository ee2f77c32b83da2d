import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api } from '../../../client.ts'
import { canTest, type ScopeRanks, testedRanks } from './budgetRanks.ts'

/** The tests of ranks, by the host; asked anew when the ranks change. */
export function useRankTests(of: ScopeRanks) {
  const { data, error } = useQuery({
    queryKey: ['rankTests', of.ranks],
    queryFn: () => api.studies.rankTests.query({ ranks: of.ranks.map((ranks) => [...ranks]) }),
    enabled: canTest(of),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  })
  return { tested: testedRanks(of, data), error }
}
