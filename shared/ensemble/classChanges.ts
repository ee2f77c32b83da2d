import type { PartAssessment } from './assess.ts'
import { perClass } from './index.ts'

/** One class as the ensemble and its best member see it. Accuracies are null for a class without examples. */
export interface ClassChange {
  readonly label: number
  readonly examples: number
  readonly ensemble: number | null
  readonly best: number | null
  /** Examples of the class that the ensemble gets right, less those the best member does. */
  readonly change: number
}

export const classSorts = ['class', 'examples', 'ensemble', 'best', 'change'] as const
export type ClassSort = (typeof classSorts)[number]

/** In class order. */
export function classChanges({ ensemble, bestScores, truth }: PartAssessment): ClassChange[] {
  const before = perClass(bestScores.argmax, truth)
  return perClass(ensemble.argmax, truth).map(({ label, count, accuracy, correct }) => ({
    label,
    examples: count,
    ensemble: accuracy,
    best: before[label]?.accuracy ?? null,
    change: correct - (before[label]?.correct ?? 0),
  }))
}

const keys: Readonly<Record<ClassSort, (row: ClassChange) => number>> = {
  class: ({ label }) => label,
  examples: ({ examples }) => -examples,
  // What is worst comes first: that is what one looks for. Classes without examples come last.
  ensemble: ({ ensemble }) => ensemble ?? 2,
  best: ({ best }) => best ?? 2,
  // As a share of its class, whichever way it went.
  change: ({ ensemble, best }) => -Math.abs((ensemble ?? 0) - (best ?? 0)),
}

/** Rows that tie stay in class order. */
export const sortedBy = (rows: readonly ClassChange[], by: ClassSort): ClassChange[] =>
  rows.toSorted((a, b) => keys[by](a) - keys[by](b))
