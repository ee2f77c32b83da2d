import type { Scores } from '../run/messages.ts'

/** A run's scores after one of its steps, whichever record holds them. */
export interface Evaluation extends Scores {
  /** The step after which it was evaluated, from 0. */
  readonly step: number
  /** The epoch that ended with this step, from 1; undefined in the middle of an epoch. */
  readonly epoch: number | undefined
  /** The snapshot taken after this step; undefined where none was taken. */
  readonly snapshotId: number | undefined
}

interface EvaluatedEpoch extends Scores {
  readonly epoch: number
  readonly step: number
}

/** Scores that a summary does not carry count as not known. */
interface EvaluatedSnapshot extends Partial<Scores> {
  readonly id: number
  readonly step: number
}

/**
 * All evaluations of a run as one series: those at the ends of epochs and those of snapshots, which a cycle that ends in
 * the middle of an epoch has nowhere else. Ascending by step, one a step, without the steps at which nothing was scored.
 * Where an epoch and a snapshot share a step, the epoch's scores count and the snapshot's fill what these lack.
 */
export function evaluationsOf(
  epochs: readonly EvaluatedEpoch[],
  snapshots: readonly EvaluatedSnapshot[],
): Evaluation[] {
  const byStep = new Map<number, Evaluation>()
  for (const { epoch, step, ...scores } of epochs)
    byStep.set(step, { step, epoch, snapshotId: undefined, ...scoresOf(scores) })
  for (const { id, step, ...scores } of snapshots) {
    const there = byStep.get(step)
    const filled = { ...scoresOf(scores), ...knownOf(there) }
    byStep.set(step, { step, epoch: there?.epoch, snapshotId: id, ...filled })
  }
  return [...byStep.values()].filter(isScored).sort((a, b) => a.step - b.step)
}

const scoresOf = ({ valLoss, valAccuracy, testLoss, testAccuracy }: Partial<Scores>): Scores => ({
  valLoss: valLoss ?? null,
  valAccuracy: valAccuracy ?? null,
  testLoss: testLoss ?? null,
  testAccuracy: testAccuracy ?? null,
})

function knownOf(scores: Scores | undefined): Partial<Scores> {
  if (scores === undefined) return {}
  const { valLoss, valAccuracy, testLoss, testAccuracy } = scores
  return {
    ...(valLoss !== null && { valLoss }),
    ...(valAccuracy !== null && { valAccuracy }),
    ...(testLoss !== null && { testLoss }),
    ...(testAccuracy !== null && { testAccuracy }),
  }
}

const isScored = ({ valLoss, valAccuracy, testLoss, testAccuracy }: Scores): boolean =>
  [valLoss, valAccuracy, testLoss, testAccuracy].some((score) => score !== null)
