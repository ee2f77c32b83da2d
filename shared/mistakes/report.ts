import { combine } from '../ensemble/combine.ts'
import type { Member, Truth } from '../ensemble/members.ts'
import type { PredictionMethod } from '../ensemble/methods.ts'
import { predictions } from '../ensemble/scores.ts'
import { type ClassMeasures, type Confusion, confusionOf, measuresOf } from './confusion.ts'
import { type Answers, type HardExample, hardestExamples, type Judged, worstMistakes } from './examples.ts'
import { type LabelDoubt, labelDoubts } from './labelErrors.ts'

/** What a predictor gets wrong on one part of the data: the same in every door. */
export interface MistakeReport {
  readonly answers: Answers
  /** Along the members. */
  readonly members: readonly Answers[]
  readonly examples: number
  readonly accuracy: number
  readonly confusion: Confusion
  readonly classes: readonly ClassMeasures[]
  readonly worst: readonly Judged[]
  readonly hardest: readonly HardExample[]
  readonly doubts: readonly LabelDoubt[]
}

/**
 * @param weights along the members; they count for `weighted` alone
 * @throws UserError when there is no member, or members' shapes differ
 */
export function mistakeReport(
  members: readonly Member[],
  truth: Truth,
  method: PredictionMethod,
  weights: readonly number[],
): MistakeReport {
  const probs =
    members.length === 1 && members[0] ? members[0].probs : combined(members, truth, method, weights)
  const answers = answersOf(probs, truth)
  const each = members.map((member) => answersOf(member.probs, truth))
  const confusion = confusionOf(answers.argmax, truth)
  const worst = worstMistakes(answers)
  const examples = truth.labels.length
  return {
    ...{ answers, members: each, examples, confusion, worst },
    accuracy: (examples - worst.length) / examples,
    classes: measuresOf(confusion),
    hardest: hardestExamples(each),
    doubts: labelDoubts(probs, truth),
  }
}

const answersOf = (probs: Member['probs'], truth: Truth): Answers => ({
  probs,
  truth,
  argmax: predictions(probs, truth.classes).argmax,
})

function combined(
  members: readonly Member[],
  { classes }: Truth,
  method: PredictionMethod,
  weights: readonly number[],
): Float64Array {
  if (method === 'weighted') return combine(members, classes, { kind: 'weighted', weights })
  return combine(members, classes, { kind: method === 'logitAverage' ? 'geometric' : 'mean' })
}
