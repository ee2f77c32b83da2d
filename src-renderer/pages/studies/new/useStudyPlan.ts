import { useQuery } from '@tanstack/react-query'
import type { StudyPlan } from '../../../../shared/api/studies.ts'
import { trpc } from '../../../client.ts'
import { errorWords } from '../../../components/errorWords.ts'
import { useSettled } from '../../new-run/useSettled.ts'

/** So long a draft must rest before the host plans it, in milliseconds. */
const rest = 400

export interface PlannedDraft {
  /** Of the draft as it is, or the last that was known while another is planned. */
  readonly plan: StudyPlan | undefined
  readonly isCurrent: boolean
  /** What is wrong with the draft, in one sentence. */
  readonly problem: string | undefined
}

/** What a study would come to, from the host. @param tree undefined: nothing is asked */
export function useStudyPlan(tree: unknown): PlannedDraft {
  const text = tree === undefined ? undefined : JSON.stringify(tree)
  const settled = useSettled(text, rest)
  const asked: unknown = settled === undefined ? {} : JSON.parse(settled)
  const { data, error, isFetching } = useQuery({
    ...trpc.studies.plan.queryOptions({ spec: asked }),
    enabled: settled !== undefined,
    retry: false,
    staleTime: 60_000,
    // A cost that is known stands until another one is.
    placeholderData: (before) => before,
  })
  const isCurrent = settled === text && !isFetching
  return {
    plan: error === null ? data : undefined,
    isCurrent,
    problem: isCurrent && error !== null ? errorWords(error) : undefined,
  }
}
