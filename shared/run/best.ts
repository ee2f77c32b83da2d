import type { RunSpec } from './spec.ts'

/*
 * Which moment of a run counts as its best, for every door. Compared are all evaluations: those at the ends of epochs and
 * those of snapshots, which a cycle that ends in mid-epoch has nowhere else. Accuracies of different parts of the data
 * are never compared with each other.
 */

/** The part of the data that an accuracy is of. */
export type ScoredPart = 'validation' | 'test' | 'training'

/** The accuracies of a model after one step of its run, in 0..1; null where not measured. */
export interface Scored {
  /** The step after which it was evaluated, from 0. */
  readonly step: number
  readonly valAccuracy: number | null
  readonly testAccuracy: number | null
  /** Only the end of an epoch has one. */
  readonly trainAccuracy?: number | null
}

export interface Best<T> {
  readonly evaluation: T
  /** What it was chosen by. */
  readonly part: ScoredPart
  /** On that part, in 0..1. */
  readonly accuracy: number
}

/** The best evaluation of a run so far, by each part of the data. */
export type Leaders<T> = Readonly<Partial<Record<ScoredPart, T>>>

const partsByRank = ['validation', 'test', 'training'] as const satisfies readonly ScoredPart[]

export function accuracyOn(
  { valAccuracy, testAccuracy, trainAccuracy = null }: Omit<Scored, 'step'>,
  part: ScoredPart,
): number | null {
  if (part === 'validation') return valAccuracy
  return part === 'test' ? testAccuracy : trainAccuracy
}

/** The leaders after one more evaluation; evaluations may come in any order, and one may come twice. */
export function withEvaluation<T extends Scored>(leaders: Leaders<T>, evaluation: T): Leaders<T> {
  let next = leaders
  for (const part of partsByRank)
    if (leads(evaluation, leaders[part], part)) next = { ...next, [part]: evaluation }
  return next
}

/** Of equals the first of the run leads. */
function leads(evaluation: Scored, leader: Scored | undefined, part: ScoredPart): boolean {
  const accuracy = accuracyOn(evaluation, part)
  if (accuracy === null || Number.isNaN(accuracy)) return false
  const most = leader === undefined ? null : accuracyOn(leader, part)
  if (leader === undefined || most === null) return true
  return accuracy > most || (accuracy === most && evaluation.step < leader.step)
}

/**
 * By validation where there is any; by test only in a run without validation; by training only in a run without either.
 * @param hasValidation whether the run's spec keeps a validation part: then training accuracy is never its best, not even
 *   before the first evaluation
 */
export function bestOfLeaders<T extends Scored>(
  leaders: Leaders<T>,
  hasValidation: boolean,
): Best<T> | undefined {
  for (const part of partsByRank) {
    if (part === 'training' && hasValidation) return undefined
    const evaluation = leaders[part]
    const accuracy = evaluation === undefined ? null : accuracyOn(evaluation, part)
    if (evaluation !== undefined && accuracy !== null) return { evaluation, part, accuracy }
  }
  return undefined
}

/**
 * The best of a run's evaluations, or of its snapshots. Where an epoch and a snapshot of one step both stand in the list,
 * the one that comes first in it is taken.
 */
export function bestOf<T extends Scored>(
  evaluations: readonly T[],
  hasValidation: boolean,
): Best<T> | undefined {
  const leaders = evaluations.reduce<Leaders<T>>(withEvaluation, {})
  return bestOfLeaders(leaders, hasValidation)
}

/** The best of a run's snapshots, which is not its best evaluation where an epoch between them did better. */
export function bestSnapshotOf<T extends Scored>(run: {
  readonly spec: Pick<RunSpec, 'dataset'>
  readonly snapshots: readonly T[]
}): Best<T> | undefined {
  return bestOf(run.snapshots, run.spec.dataset.validation > 0)
}

/**
 * The best of snapshots of one run or several, which have no steps in common: of equals the first in the list. By
 * validation where there is any, else by test.
 * @returns its index; undefined where none has a score
 */
export function bestInOrder(
  snapshots: readonly Pick<Scored, 'valAccuracy' | 'testAccuracy'>[],
): { readonly index: number; readonly part: 'validation' | 'test' } | undefined {
  const best = bestOf(
    snapshots.map(({ valAccuracy, testAccuracy }, step) => ({ step, valAccuracy, testAccuracy })),
    true,
  )
  if (best === undefined || best.part === 'training') return undefined
  return { index: best.evaluation.step, part: best.part }
}
