import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { type Choice, sharesOf } from '../../shared/ensemble/choice.ts'
import { isTicked } from '../../shared/ensemble/membership.ts'
import type { Part } from '../../shared/ensemble/predictions.ts'
import { bestInOrder } from '../../shared/run/best.ts'
import type { AnswerModel, AnswerPart } from './answerModel.ts'
import type { Candidate } from './candidates.ts'
import { type MixtureAnswer, mixtureQuery } from './mixtureQuery.ts'
import type { ScoresById } from './storedScores.ts'
import type { Chosen } from './useChosen.ts'

export interface Preview {
  /** Every candidate with its stored scores, and who is ticked. */
  readonly model: AnswerModel
  /** The same with what the ensemble comes to; undefined where that takes the predictions themselves, or is not there yet. */
  readonly answered: AnswerModel | undefined
  /** The answer is of the members that were ticked before. */
  readonly isOld: boolean
}

/** A workbench before its predictions are there: from the stored scores, and from means that the host works out. */
export function usePreview(candidates: readonly Candidate[], stored: ScoresById, chosen: Chosen): Preview {
  const bench = useMemo(() => benchOf(candidates, stored), [candidates, stored])
  const choice = useMemo(() => choiceOf(candidates, chosen), [candidates, chosen])
  const members = useMemo(() => {
    const shares = sharesOf(choice)
    return candidates.flatMap(({ snapshotId }, k) => {
      const weight = shares[k] ?? 0
      // Whole numbers where all weigh the same, so that the mean is that of the window.
      return weight > 0 ? [{ snapshotId, weight: choice.method === 'weighted' ? weight : 1 }] : []
    })
  }, [candidates, choice])
  const isMean = choice.method === 'average' || (choice.method === 'weighted' && chosen.given !== undefined)
  const answers = useAnswers(isMean ? members : undefined, bench, candidates)
  const model = useMemo(() => modelOf(candidates, bench, choice, chosen), [candidates, bench, choice, chosen])
  const answered = useMemo(() => answers && withAnswer(model, answers), [model, answers])
  return { model, answered, isOld: answers?.isOld === true }
}

interface Answers {
  readonly members: MixtureAnswer['members']
  readonly isOld: boolean
  readonly test: AnswerModel['test']
  readonly validation: AnswerModel['test']
}

/** The part that judges first: what it says is the headline. Undefined while nothing is known, or where nothing can be. */
function useAnswers(
  members: MixtureAnswer['members'] | undefined,
  { best, test }: AnswerModel['workbench'],
  candidates: readonly Candidate[],
): Answers | undefined {
  const snapshotId = best && candidates[best.index]?.snapshotId
  const measured = best && snapshotId ? { snapshotId, index: best.index } : undefined
  const [first, second] =
    test === null ? (['validation', 'test'] as const) : (['test', 'validation'] as const)
  const judging = useQuery({ ...mixtureQuery(members, measured, first), placeholderData: keepPreviousData })
  const isJudged = judging.isSuccess && !judging.isPlaceholderData
  const other = useQuery({ ...mixtureQuery(members, measured, second), enabled: isJudged })
  const { data, isPlaceholderData: isOld } = judging
  const beside = other.data
  return useMemo(() => {
    if (members === undefined || members.length === 0 || data?.found === undefined) return undefined
    const known = { [first]: data.found, [second]: beside?.found }
    return { members: data.members, isOld, test: known.test, validation: known.validation }
  }, [members, data, isOld, beside, first, second])
}

function benchOf(candidates: readonly Candidate[], stored: ScoresById): AnswerModel['workbench'] {
  const scores = candidates.map(
    ({ snapshotId }) => stored.get(snapshotId) ?? { valAccuracy: null, testAccuracy: null },
  )
  const partOf = (part: Part): AnswerPart | null => {
    const own = scores.map(({ valAccuracy, testAccuracy }) => (part === 'test' ? testAccuracy : valAccuracy))
    if (own.every((accuracy) => accuracy === null)) return null
    return {
      part,
      predictions: own.map((accuracy) => (accuracy === null ? {} : { scores: { accuracy } })),
      gainOfEach: () => [],
      *workOut() {},
    }
  }
  const [validation, test] = [partOf('validation'), partOf('test')]
  const best = bestInOrder(scores)
  return {
    validation,
    test,
    judged: test ?? validation,
    best: best === undefined ? null : { index: best.index, chosenOn: best.part },
  }
}

function choiceOf(candidates: readonly Candidate[], { method, membership, given }: Chosen): Choice {
  const weights = candidates.map(({ snapshotId }) => given?.get(snapshotId) ?? (given ? 0 : 1))
  return { method, ticked: candidates.map(({ snapshotId }) => isTicked(membership, snapshotId)), weights }
}

function modelOf(
  candidates: readonly Candidate[],
  workbench: AnswerModel['workbench'],
  choice: Choice,
  { chooser, given, acts }: Chosen,
): AnswerModel {
  return {
    ...acts,
    given,
    workbench,
    candidates,
    refused: [],
    choice,
    shares: sharesOf(choice),
    chosenBy: choice.ticked.every(Boolean) ? 'all' : chooser,
    isChoosing: false,
    choosingError: null,
    validation: undefined,
    test: undefined,
  }
}

/** Told of the members it is of: others may have been ticked since. */
function withAnswer(model: AnswerModel, { members, validation, test }: Answers): AnswerModel {
  const weights = new Map(members.map(({ snapshotId, weight }) => [snapshotId, weight]))
  return {
    ...model,
    shares: model.candidates.map(({ snapshotId }) => weights.get(snapshotId) ?? 0),
    validation,
    test,
  }
}
