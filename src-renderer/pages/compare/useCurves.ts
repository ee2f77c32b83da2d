import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import type { SeriesAnswer } from '../../../shared/api/series.ts'
import { api } from '../../client.ts'
import type { XMap } from '../run/xMap.ts'
import { stepsBetween } from './axes.ts'

const points = 400

/** A running run is asked again when it has gone on by this part of its plan. */
const freshness = 1 / 200

export interface Drawn {
  readonly run: RunSummary
  readonly map: XMap
}

export interface Curves {
  /** By run id, then by series name. */
  readonly of: (runId: string, series: string) => SeriesAnswer | undefined
  readonly error: unknown
}

/** The stored series of the runs drawn: loss and accuracy smoothed, rate and momentum as they were applied. */
export function useCurves(
  drawn: readonly Drawn[],
  smooth: number,
  zoom: readonly [number, number] | undefined,
): Curves {
  const asked = drawn.flatMap(({ run, map }) => {
    const range = zoom === undefined ? {} : stepsBetween(map, zoom, run.totalSteps)
    if (range === undefined) return []
    const smoothing = smooth > 0 ? ({ kind: 'ema', weight: smooth } as const) : ({ kind: 'none' } as const)
    const age = Math.floor(run.stepsDone / Math.max(1, run.totalSteps * freshness))
    const common = { runId: run.id, points, ...range }
    return [
      { id: run.id, age, input: { ...common, series: ['loss', 'accuracy'], smoothing } },
      { id: run.id, age, input: { ...common, series: ['lr', 'momentum'] } },
    ]
  })
  const results = useQueries({
    queries: asked.map(({ id, input, age }) => ({
      queryKey: ['compare', input, age],
      queryFn: async () => ({ id, answers: await api.series.view.query(input) }),
      placeholderData: keepPreviousData,
      staleTime: Number.POSITIVE_INFINITY,
    })),
  })
  const stamp = results.map(({ dataUpdatedAt, isPlaceholderData }) => `${dataUpdatedAt}${isPlaceholderData}`)
  const key = `${asked.map(({ id }) => id).join()} ${stamp.join()}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key names every answer
  return useMemo(() => {
    const answers = new Map<string, SeriesAnswer>()
    const wanted = new Set(asked.map(({ id }) => id))
    // What still stands in for an answer may be another run's.
    for (const { data } of results)
      for (const answer of data?.answers ?? [])
        if (wanted.has(data?.id ?? '')) answers.set(`${data?.id} ${answer.name}`, answer)
    return {
      of: (runId, series) => answers.get(`${runId} ${series}`),
      error: results.find(({ error }) => error !== null)?.error ?? null,
    }
  }, [key])
}
