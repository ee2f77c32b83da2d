import type { RunElsewhere } from '../../../shared/run/elsewhere.ts'
import type { Predictions, Scores } from '../../../shared/run/messages.ts'
import type { EvaluationScore } from '../../../shared/run/tagRoles.ts'
import type { EventReading } from './followed.ts'

/** Points of one series of a run of another program. */
export interface ElsewherePoints {
  /** lr, momentum, loss and accuracy are drawn as our own; any other name is a series of its own. */
  readonly name: string
  /** What is stored from this step on goes first: the program began again there. */
  readonly replacesFrom?: number
  /** Whole numbers from 0 to MOST_STEP, strictly ascending, with gaps. A step that is stored already takes the new value. */
  readonly steps: Float64Array
  /** NaN and infinities stay. */
  readonly values: Float64Array
}

/** How the model did after a step. One of a step that is there already completes it: what is null here stays. */
export interface ElsewhereEvaluation extends Scores {
  readonly step: number
  readonly trainLoss: number | null
  readonly trainAccuracy: number | null
  /** Milliseconds since 1970. */
  readonly wallTime: number
}

/** Predictions of a model whose weights are not here. */
export interface ElsewhereSnapshot extends Scores {
  /** Counted from 1. */
  readonly cycle: number
  readonly step: number
  readonly predictions: readonly Predictions[]
}

/** Stored in one transaction, all or nothing. */
export interface ElsewhereBatch {
  readonly series?: readonly ElsewherePoints[]
  readonly evaluations?: readonly ElsewhereEvaluation[]
  /** Of each score named, what is stored from this step on goes before the evaluations of the batch are stored. */
  readonly evaluationsReplaceFrom?: Partial<Record<EvaluationScore, number>>
  readonly snapshots?: readonly ElsewhereSnapshot[]
  /** What is known by now of where the run came from. */
  readonly about?: Partial<RunElsewhere>
  /** What the reader of its event files has to remember. */
  readonly reading?: EventReading
  /** When the other program began, milliseconds since 1970. */
  readonly startedAt?: number
}
