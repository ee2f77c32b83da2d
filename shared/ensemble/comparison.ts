import { z } from 'zod'
import { compareRuns, type RunsCompared } from './compareRuns.ts'
import { choiceRules, type JudgedChoice, judgeChoices, memberChoices } from './memberChoices.ts'

/* Choices of members and comparisons of runs, as a worker is asked for them. */

const answered = z.object({
  probs: z.array(z.instanceof(Float32Array)),
  labels: z.instanceof(Uint16Array),
  classes: z.int(),
})

export const comparisonRequest = z.object({
  validation: answered.nullable(),
  test: answered.nullable(),
  runs: z.array(
    z.object({ id: z.string(), places: z.array(z.int()), costs: z.array(z.number().nullable()) }),
  ),
})
export type ComparisonRequest = z.infer<typeof comparisonRequest>

export interface Comparison {
  /** Chosen on validation, judged on test: empty where one of them lacks or there is one member only. */
  readonly choices: readonly JudgedChoice[]
  readonly runs: RunsCompared
}

/** What the worker says: its own words, so that they are taken as they are. */
export type ComparisonReply =
  | { readonly answer: Comparison }
  | { readonly error: string }
  | { readonly share: number }

/** Of the whole: comparing the runs is the rest. */
const shareOfChoosing = 0.8

/** Takes up to seconds. @param onShare told how much of it is done, 0..1  @throws UserError when members and labels do not fit, or there is neither part */
export function compare(
  { validation, test, runs }: ComparisonRequest,
  onShare: (share: number) => void = () => undefined,
): Comparison {
  const of = (part: NonNullable<ComparisonRequest['test']>) => ({
    members: part.probs.map((probs) => ({ probs })),
    truth: { labels: part.labels, classes: part.classes },
  })
  const [choosing, judging] = [validation && of(validation), test && of(test)]
  const judged = judging ?? choosing
  if (judged === null) throw new Error('Nothing to compare: no part of the data has stored predictions.')
  return {
    choices:
      choosing !== null && judging !== null && choosing.members.length > 1
        ? judgeChoices(
            memberChoices(choosing.members, choosing.truth, choiceRules, (share) =>
              onShare(share * shareOfChoosing),
            ),
            judging.members,
            judging.truth,
          )
        : [],
    runs: compareRuns(runs, judged, choosing ?? judged),
  }
}
