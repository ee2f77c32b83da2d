import type { EnsembleInfo } from '../../../shared/api/ensembles.ts'
import { methodWords } from '../../../shared/ensemble/methods.ts'

/** A saved ensemble as the table shows it. Errors are in 0..1, null where not known. */
export interface SavedRowFacts {
  readonly ensemble: EnsembleInfo
  readonly runs: readonly { readonly id: string; readonly name: string }[]
  readonly testError: number | null
  readonly validationError: number | null
  /** Of the best member on test. */
  readonly bestError: number | null
  /** How much lower the ensemble's test error is than that. */
  readonly gain: number | null
}

export function factsOf(ensemble: EnsembleInfo): SavedRowFacts {
  const { members, testAccuracy, valAccuracy, scores } = ensemble
  const runs = new Map(members.map(({ runId, runName }) => [runId, { id: runId, name: runName }]))
  const { bestSingleTestAccuracy: best = null } = scores
  return {
    ensemble,
    runs: [...runs.values()],
    testError: testAccuracy === null ? null : 1 - testAccuracy,
    validationError: valAccuracy === null ? null : 1 - valAccuracy,
    bestError: best === null ? null : 1 - best,
    gain: testAccuracy === null || best === null ? null : testAccuracy - best,
  }
}

export const savedColumns = ['name', 'members', 'test', 'best', 'gain', 'validation', 'created'] as const
export type SavedColumn = (typeof savedColumns)[number]

const keys: Readonly<Record<SavedColumn, (row: SavedRowFacts) => number | string | null>> = {
  name: ({ ensemble }) => ensemble.name.toLowerCase(),
  members: ({ ensemble }) => -ensemble.members.length,
  test: ({ testError }) => testError,
  best: ({ bestError }) => bestError,
  gain: ({ gain }) => (gain === null ? null : -gain),
  validation: ({ validationError }) => validationError,
  created: ({ ensemble }) => -ensemble.createdAt,
}

/** Names from A, the rest with the best, largest or newest first; what is not known comes last. */
export function sortedRows(rows: readonly SavedRowFacts[], by: SavedColumn): SavedRowFacts[] {
  const key = keys[by]
  return rows.toSorted((a, b) => {
    const [left, right] = [key(a), key(b)]
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    return left < right ? -1 : Number(left > right)
  })
}

/** Every word must stand in its name, its runs' names or its method. */
export function matchesText({ ensemble, runs }: SavedRowFacts, text: string): boolean {
  const haystack = [
    ensemble.name,
    methodWords[ensemble.method].title,
    methodWords[ensemble.method].phrase,
    ...runs.flatMap(({ id, name }) => [id, name]),
  ]
    .join('\n')
    .toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word))
}
