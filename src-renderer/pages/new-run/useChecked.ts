import { useQuery } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import type { DatasetInfo } from '../../../shared/api/datasets.ts'
import { trpc } from '../../client.ts'
import { errorWords, isUnreachable } from '../../components/errorWords.ts'
import { type Checked, checkDraft } from './model/check.ts'
import type { Draft } from './model/draft.ts'
import { misfit } from './model/fit.ts'
import { datasetOf, trainCountOf } from './model/plan.ts'
import { getAt } from './model/tree.ts'
import { useSettled } from './useSettled.ts'

/** So long the data questions must rest before the host cuts the data set, in milliseconds. */
const rest = 300

/** The draft against the rules of the core, at once; the host then says how many examples there truly are. */
export function useChecked({ tree }: Draft, whole: readonly DatasetInfo[] | undefined): Checked {
  const dataset = JSON.stringify(getAt(tree, ['dataset']))
  const settled = useSettled(dataset, rest)
  const cut = useQuery({
    ...trpc.runs.plan.queryOptions({ spec: cuttingSpec(settled) }),
    enabled: settled !== undefined && whole !== undefined,
    retry: false,
    staleTime: 300_000,
  })
  const isCurrent = settled === dataset
  const trainCount = (isCurrent ? cut.data?.trainCount : undefined) ?? trainCountOf(tree, whole ?? [])
  const info = datasetOf(tree, whole ?? [])
  const missing = whole !== undefined && info === undefined
  const refused =
    isCurrent && cut.error !== null && !isUnreachable(cut.error) ? errorWords(cut.error) : undefined
  const checked = useMemo(() => {
    const found = checkDraft(tree, trainCount)
    // What is wrong with the parts themselves is told beside them already.
    if (Object.keys(found.problems).length > 0) return found
    if (refused === undefined && !missing) return { ...found, problems: misfit(tree, info) }
    const sentence = refused ?? 'This data set is not in the lab; import it, or choose another.'
    return { ...found, problems: { 'dataset.name': { rule: '', sentence } } }
  }, [tree, trainCount, refused, missing, info])
  return useSteadyProblems(checked)
}

/** All that the sizes of the parts depend on. */
const cuttingSpec = (dataset: string | undefined): unknown => ({
  dataset: dataset === undefined ? {} : JSON.parse(dataset),
  schedule: { kind: 'constant', lr: 0 },
  budget: { steps: 1 },
  batchSize: 1,
})

/** The same object while the same things are wrong, so that no field is drawn again for it. */
function useSteadyProblems(checked: Checked): Checked {
  const last = useRef(checked.problems)
  return useMemo(() => {
    if (JSON.stringify(last.current) !== JSON.stringify(checked.problems)) last.current = checked.problems
    return { ...checked, problems: last.current }
  }, [checked])
}
