import { z } from 'zod'
import { bestSubset, type GreedySelection, greedySelection, MAX_EXHAUSTIVE } from './index.ts'
import { selectionRounds } from './select.ts'

/** Members chosen on validation by likelihood. Indices and lists are of the members asked about. */
export interface Selection {
  /** Shares that sum to 1. */
  readonly greedyWeights: readonly number[]
  /** Validation NLL, nats. */
  readonly greedyNll: number
  /** The best equal-weight subset, where it was asked for and trying all of them is possible. */
  readonly subset: { readonly members: readonly number[]; readonly nll: number } | null
}

export const selectionRequest = z.object({
  id: z.int(),
  probs: z.array(z.instanceof(Float32Array)),
  labels: z.instanceof(Uint16Array),
  classes: z.int(),
  everySubset: z.boolean(),
})
export type SelectionRequest = z.infer<typeof selectionRequest>

const number = z.union([z.number(), z.nan(), z.literal(Number.POSITIVE_INFINITY)])
export const selectionReply = z.object({
  id: z.int(),
  answer: z.union([
    z.object({
      greedyWeights: z.array(z.number()),
      greedyNll: number,
      subset: z.object({ members: z.array(z.int()), nll: number }).nullable(),
    }),
    z.object({ error: z.string() }),
    z.object({ share: z.number() }),
  ]),
})
export type SelectionReply = z.infer<typeof selectionReply>

/** Every subset of at most this many members can be tried. */
export const mostForEverySubset = MAX_EXHAUSTIVE

/**
 * Takes tens of milliseconds to seconds: for a worker.
 * @param onShare told how much of it is done, 0..1
 * @throws UserError when members and labels do not fit
 */
export function select(
  { probs, labels, classes, everySubset }: Omit<SelectionRequest, 'id'>,
  onShare?: (share: number) => void,
): Selection {
  const members = probs.map((each) => ({ probs: each }))
  const truth = { labels, classes }
  const greedy = greedySelection(members, truth, {
    metric: 'nll',
    rounds: selectionRounds,
    sortedStart: true,
    onRound: (done) => onShare?.(done / selectionRounds),
  })
  const best =
    everySubset && members.length <= mostForEverySubset ? bestSubset(members, truth, 'nll') : undefined
  return {
    ...greedyChoice(greedy),
    subset: best === undefined ? null : { members: best.members, nll: best.score },
  }
}

function greedyChoice({ bestPrefixCounts, bestPrefixLength, scoreAfterRound }: GreedySelection) {
  return {
    greedyWeights: bestPrefixCounts.map((picked) => picked / bestPrefixLength),
    greedyNll: scoreAfterRound[bestPrefixLength - 1] ?? Number.NaN,
  }
}
