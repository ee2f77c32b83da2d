import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { RunSummary } from '../../shared/api/runs.ts'
import type { RateTestView } from '../../shared/api/studies.ts'
import { queryClient, trpc } from '../client.ts'
import { hintsOf } from './marks.ts'
import { firstLines, type RateLines } from './rateLines.ts'

/** What a range test says, asked for anew as its run goes on. */
export function useRateTestView(
  run: Pick<RunSummary, 'id' | 'attempt' | 'stepsDone' | 'status'> | undefined,
) {
  const id = run?.id ?? ''
  const options = trpc.rateTests.view.queryOptions({ id })
  const { data, error } = useQuery({ ...options, enabled: run !== undefined })
  const edge = run === undefined ? '' : `${run.attempt} ${run.stepsDone} ${run.status}`
  const [asked, setAsked] = useState('')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is that of the run
  useEffect(() => {
    if (edge === '' || edge === asked) return
    setAsked(edge)
    void queryClient.invalidateQueries({ queryKey: options.queryKey })
  }, [edge, asked, id])
  return { view: data, error }
}

/** The two lines: where the suggestions put them, until they are moved. */
export function useLines(view: RateTestView | undefined) {
  const [own, setOwn] = useState<{ readonly runId: string; readonly lines: RateLines }>()
  const first = useMemo(
    () => (view === undefined ? undefined : firstLines(hintsOf(view), view.settings)),
    [view],
  )
  const runId = view?.runId
  const lines = own !== undefined && own.runId === runId ? own.lines : first
  return {
    lines,
    move: useMemo(
      () => (next: RateLines) => {
        if (runId !== undefined) setOwn({ runId, lines: next })
      },
      [runId],
    ),
  }
}
