import { queryOptions, skipToken } from '@tanstack/react-query'
import { type EnsembleChoice, mixtureUrl } from '../../shared/api/urls.ts'
import { pairedDifference } from '../../shared/ensemble/difference.ts'
import { parseMixture } from '../../shared/ensemble/mixture.ts'
import type { Part } from '../../shared/ensemble/predictions.ts'
import { type Scores, score } from '../../shared/ensemble/scores.ts'
import type { AnswerModel } from './answerModel.ts'
import { readBytes } from './loadPredictions.ts'

export interface MixtureAnswer {
  readonly members: EnsembleChoice['members']
  /** Undefined where they kept no such part. */
  readonly found: AnswerModel['test']
}

/** Settled when nobody waits for an answer. */
let answering: Promise<unknown> = Promise.resolve()

/** An answer goes before what is read in the meantime: the host does one thing at a time. */
export const untilAnswered = (): Promise<unknown> => answering

interface Best {
  readonly snapshotId: number
  /** Among the candidates. */
  readonly index: number
}

/** What a weighted mean comes to beside the best snapshot, worked out by the host: two matrices are sent, not those of every member. */
export function mixtureQuery(
  members: EnsembleChoice['members'] | undefined,
  best: Best | undefined,
  part: Part,
) {
  const isAsked = members !== undefined && members.length > 0 && best !== undefined
  return queryOptions({
    queryKey: ['mixture', part, best?.snapshotId, members],
    queryFn: !isAsked
      ? skipToken
      : async ({ signal }): Promise<MixtureAnswer> => {
          const answer = assess(members, best, part, signal)
          answering = Promise.allSettled([answering, answer])
          return { members, found: await answer }
        },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 10_000,
    structuralSharing: false,
    retry: false,
  })
}

async function assess(
  members: EnsembleChoice['members'],
  best: Best,
  part: Part,
  signal: AbortSignal,
): Promise<AnswerModel['test']> {
  const scoresOf = async (of: EnsembleChoice['members']) => {
    const found = parseMixture(await readBytes(mixtureUrl(of, part), signal))
    return found && { truth: found.truth, scores: score(found.probs, found.truth) }
  }
  const [mixed, alone] = await Promise.all([
    scoresOf(members),
    scoresOf([{ snapshotId: best.snapshotId, weight: 1 }]),
  ])
  if (mixed === null || alone === null) return undefined
  const { truth, scores: ensemble } = mixed
  const bestScores: Scores = alone.scores
  return {
    examples: truth.labels.length,
    truth,
    ensemble,
    best: best.index,
    bestScores,
    gain: pairedDifference(ensemble.argmax, bestScores.argmax, truth.labels),
  }
}
