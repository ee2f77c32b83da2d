import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { RunSpec } from '../../../shared/run/spec.ts'
import { trpc } from '../../client.ts'
import { errorWords } from '../../components/errorWords.ts'
import { costKey } from './model/cost.ts'
import { useSettled } from './useSettled.ts'

/** So long a draft must rest before the host measures it, in milliseconds. */
const rest = 600

/** How long a step takes, from the host; the last that was known stands while another is measured. */
export function useTime(spec: RunSpec | undefined) {
  const text = useMemo(() => (spec === undefined ? undefined : JSON.stringify(costKey(spec))), [spec])
  const settled = useSettled(text, rest)
  const asked: unknown = settled === undefined ? {} : JSON.parse(settled)
  const { data, error, isFetching } = useQuery({
    ...trpc.runs.estimate.queryOptions({ spec: asked }),
    enabled: settled !== undefined,
    retry: false,
    staleTime: 600_000,
    refetchOnMount: false,
  })
  if (data !== undefined && settled === text) return { known: data, reason: '' }
  if (error !== null && settled === text)
    return { known: undefined, reason: `time not measured (${errorWords(error)})` }
  return {
    known: undefined,
    reason: isFetching || settled !== text ? 'measuring the time …' : 'time not measured',
  }
}
