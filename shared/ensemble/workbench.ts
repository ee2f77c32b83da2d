import { bestInOrder } from '../run/best.ts'
import { createPartAssessor, type PartAssessor } from './assess.ts'
import { type Part, type Predictions, type ReadPredictions, sameExamples } from './predictions.ts'

/** What is read of a snapshot. */
export interface StoredAnswers {
  readonly snapshotId: number
  readonly validation: ReadPredictions
  readonly test: ReadPredictions
}

/** What a snapshot stored: null where its run kept no such part. */
interface SoundAnswers {
  readonly snapshotId: number
  readonly validation: Predictions | null
  readonly test: Predictions | null
}

export interface WorkbenchPart extends PartAssessor {
  readonly part: Part
  /** One of every snapshot on the workbench. */
  readonly predictions: readonly Predictions[]
}

/** The best of all snapshots side by side, whoever is ticked. */
export interface BestSnapshot {
  /** Index among the snapshots. */
  readonly index: number
  /** What it was chosen by: test only where there is no validation part, and then its test score flatters it. */
  readonly chosenOn: Part
}

/** Snapshots that can be combined, with all that is needed to do so. */
export interface Workbench {
  /** In the order they came. */
  readonly snapshotIds: readonly number[]
  readonly validation: WorkbenchPart | null
  readonly test: WorkbenchPart | null
  /** The snapshot that ensembles are measured against; null when there is none. */
  readonly best: BestSnapshot | null
  /** The part an ensemble is judged by: test, or validation where there is no test part; null when there is neither. */
  readonly judged: WorkbenchPart | null
  readonly refused: readonly { readonly snapshotId: number; readonly reason: string }[]
}

/** Puts together what can be: the first snapshot that kept anything says on which examples all others must have answered. */
export function createWorkbench(answers: readonly StoredAnswers[]): Workbench {
  const refused: { snapshotId: number; reason: string }[] = []
  const sound = answers.flatMap(({ snapshotId, validation, test }): SoundAnswers[] => {
    if (validation !== 'damaged' && test !== 'damaged') return [{ snapshotId, validation, test }]
    refused.push({ snapshotId, reason: 'its stored predictions are damaged' })
    return []
  })
  const first = sound.find(({ validation, test }) => validation !== null || test !== null)
  const joined = sound.filter((answer) => {
    const reason = first === undefined ? 'its run kept no predictions' : whyNot(answer, first)
    if (reason !== undefined) refused.push({ snapshotId: answer.snapshotId, reason })
    return reason === undefined
  })
  const best = bestSnapshot(joined)
  const partOf = (part: Part): WorkbenchPart | null => {
    const predictions = joined.flatMap((answer) => answer[part] ?? [])
    const truth = first?.[part]?.truth
    if (truth === undefined || predictions.length === 0) return null
    return { part, predictions, ...createPartAssessor(predictions, truth, best?.index ?? 0) }
  }
  const validation = partOf('validation')
  const test = partOf('test')
  return {
    snapshotIds: joined.map(({ snapshotId }) => snapshotId),
    validation,
    test,
    best,
    judged: test ?? validation,
    refused,
  }
}

function bestSnapshot(answers: readonly SoundAnswers[]): BestSnapshot | null {
  const best = bestInOrder(
    answers.map(({ validation, test }) => ({
      valAccuracy: validation?.scores.accuracy ?? null,
      testAccuracy: test?.scores.accuracy ?? null,
    })),
  )
  return best === undefined ? null : { index: best.index, chosenOn: best.part }
}

function whyNot(answer: SoundAnswers, first: SoundAnswers): string | undefined {
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
