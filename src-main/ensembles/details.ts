import { compareRuns, type RunsCompared } from '../../shared/ensemble/compareRuns.ts'
import { combine, type Member } from '../../shared/ensemble/index.ts'
import { type JudgedChoice, judgeChoices, memberChoices } from '../../shared/ensemble/memberChoices.ts'
import { type MemberDiversity, memberDiversity } from '../../shared/ensemble/memberDiversity.ts'
import { type ScaledCalibration, scaledCalibration } from '../../shared/ensemble/scaledCalibration.ts'
import { trainingCost } from '../../shared/ensemble/trainingCost.ts'
import type { Store } from '../store/types.ts'
import { howOf } from './evaluate.ts'
import { loadPart } from './part.ts'
import type { EnsembleResult } from './result.ts'

/** What more is known of an ensemble than its scores. */
export interface EnsembleDetails {
  /** Training steps that its members needed together; null where one was trained by another program. */
  readonly trainingSteps: number | null
  /** Choices among its members; empty without a validation part that is not the one that judges. */
  readonly choices: readonly JudgedChoice[]
  /** Of the members on the judged part, in their order. */
  readonly diversity: readonly MemberDiversity[]
  readonly calibration: ScaledCalibration
  /** On validation where there is any, else on the judged part, all by runs of the members. */
  readonly runs: RunsCompared
}

/** Arithmetic on stored probabilities: no model is loaded. Takes seconds for hundreds of members. */
export function ensembleDetails(store: Store, result: EnsembleResult): EnsembleDetails {
  const { members, method } = result
  if (method === 'weightAverage') throw new Error('An average of weights has no stored predictions.')
  const snapshots = members.map(({ snapshot }) => snapshot)
  const validation = loadPart(store, snapshots, 'validation')
  const test = loadPart(store, snapshots, 'test')
  const judged = test ?? validation
  if (judged === undefined) throw new Error('An ensemble that was evaluated has stored predictions.')
  const how = howOf(
    method,
    members.map(({ weight }) => weight),
  )
  const mixed = ({ members: own, truth }: { members: readonly Member[]; truth: typeof judged.truth }) => ({
    probs: combine(own, truth.classes, how),
    truth,
  })
  const isChoosable = validation !== undefined && test !== undefined && members.length > 1
  const costed = snapshots.map(({ runId, step }) => ({ runId, stepsDone: step + 1 }))
  const lineage = new Map(withAncestors(store, result).map((run) => [run.id, run]))
  const grouped = result.runs.map((run) => {
    const places = snapshots.flatMap(({ runId }, k) => (runId === run.id ? [k] : []))
    return {
      id: run.id,
      places,
      costs: places.map((k) => trainingCost(costed.slice(k, k + 1), lineage)),
    }
  })
  return {
    trainingSteps: trainingCost(costed, lineage),
    choices: isChoosable
      ? judgeChoices(memberChoices(validation.members, validation.truth), test.members, test.truth)
      : [],
    diversity: memberDiversity(
      judged.scores.map(({ argmax }) => argmax),
      judged.truth,
    ),
    calibration: scaledCalibration(mixed(judged), test && validation && mixed(validation)),
    runs: compareRuns(grouped, judged, validation ?? judged),
  }
}

/** The runs of the members and all that they came from, as far as these are there. */
function withAncestors(store: Store, { runs }: EnsembleResult) {
  const found = [...runs]
  for (const { origin } of found) {
    if (origin === null || found.some(({ id }) => id === origin.runId)) continue
    const parent = store.read.runs({ text: origin.runId }).find(({ id }) => id === origin.runId)
    if (parent !== undefined) found.push(parent)
  }
  return found
}
