import { createPartBench, type PartBench } from './assess.ts'
import { type Part, type Predictions, sameExamples } from './predictions.ts'

/** What a snapshot stored: null where its run kept no such part. */
export interface StoredAnswers {
  readonly snapshotId: number
  readonly validation: Predictions | null
  readonly test: Predictions | null
}

export interface BenchPart extends PartBench {
  readonly part: Part
  /** One of every snapshot on the bench. */
  readonly predictions: readonly Predictions[]
}

/** Snapshots that can be combined, with all that is needed to do so. */
export interface Bench {
  /** In the order they came. */
  readonly snapshotIds: readonly number[]
  readonly validation: BenchPart | null
  readonly test: BenchPart | null
  /** The part an ensemble is judged by: test, or validation where there is no test part; null when there is neither. */
  readonly judged: BenchPart | null
  readonly refused: readonly { readonly snapshotId: number; readonly reason: string }[]
}

/** Puts together what can be: the first snapshot that kept anything says on which examples all others must have answered. */
export function createBench(answers: readonly StoredAnswers[]): Bench {
  const first = answers.find(({ validation, test }) => validation !== null || test !== null)
  const refused: { snapshotId: number; reason: string }[] = []
  const joined = answers.filter((answer) => {
    const reason = first === undefined ? 'its run kept no predictions' : whyNot(answer, first)
    if (reason !== undefined) refused.push({ snapshotId: answer.snapshotId, reason })
    return reason === undefined
  })
  const partOf = (part: Part): BenchPart | null => {
    const predictions = joined.flatMap((answer) => answer[part] ?? [])
    const truth = first?.[part]?.truth
    if (truth === undefined || predictions.length === 0) return null
    return { part, predictions, ...createPartBench(predictions, truth) }
  }
  const validation = partOf('validation')
  const test = partOf('test')
  return {
    snapshotIds: joined.map(({ snapshotId }) => snapshotId),
    validation,
    test,
    judged: test ?? validation,
    refused,
  }
}

function whyNot(answer: StoredAnswers, first: StoredAnswers): string | undefined {
  if (answer.validation === null && answer.test === null) return 'its run kept no predictions'
  for (const part of ['test', 'validation'] as const) {
    const mine = answer[part]
    const theirs = first[part]
    if (mine === null && theirs === null) continue
    if (mine === null) return `its run kept no ${part} examples and the others did`
    if (theirs === null) return `its run kept ${part} examples and the others did not`
    if (mine.truth.classes !== theirs.truth.classes) {
      return `it knows ${mine.truth.classes} classes and the others ${theirs.truth.classes}`
    }
    if (mine.labels.length !== theirs.labels.length) {
      return `it was asked about ${mine.labels.length} ${part} examples and the others about ${theirs.labels.length}`
    }
    if (!sameExamples(mine, theirs)) return `its ${part} examples are others, or in another order`
  }
  return undefined
}
