import { useEffect, useMemo, useState } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { api } from '../../client.ts'
import type { ValuesAt } from './columns/column.ts'
import type { AtStep } from './columns/columns.ts'

/** Scrolling settles first. */
const patience = 60

const nothing: ValuesAt = new Map()

/** A run that has passed the step keeps its value; of one on its way to it the value goes on. */
const keyOf = ({ series, step }: AtStep, { id, stepsDone }: RunSummary): string =>
  `${series} ${step} ${id} ${stepsDone >= step ? '' : stepsDone}`

/**
 * The values of the column "at step", asked for as rows come into sight. The user counts steps done; stored steps count
 * from 0.
 */
export function useAtValues(isShown: boolean, at: AtStep, wanted: readonly RunSummary[]): ValuesAt {
  const [known, setKnown] = useState<ReadonlyMap<string, number | null>>(nothing)
  useEffect(() => {
    if (!isShown) return
    const missing = wanted.filter((run) => !known.has(keyOf(at, run)))
    if (missing.length === 0) return
    let isCurrent = true
    const ask = async (): Promise<void> => {
      const runIds = missing.map(({ id }) => id)
      const answer = await api.series.valuesAt.query({
        runIds,
        series: at.series,
        step: Math.max(0, at.step - 1),
      })
      if (!isCurrent) return
      const values = new Map(answer.map(({ runId, value }) => [runId, value]))
      setKnown((before) => {
        const next = new Map(before)
        for (const run of missing) next.set(keyOf(at, run), values.get(run.id) ?? null)
        return next
      })
    }
    // A value that cannot be had now stays a dash; the next scroll or step asks again.
    const timer = setTimeout(() => void ask().catch(() => undefined), patience)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [isShown, at, wanted, known])
  return useMemo(() => {
    if (!isShown) return nothing
    return new Map(wanted.map((run) => [run.id, known.get(keyOf(at, run)) ?? null]))
  }, [isShown, at, wanted, known])
}
