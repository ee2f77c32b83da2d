import type { EnsembleInfo } from '../../../shared/api/ensembles.ts'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { methodWords } from '../../../shared/ensemble/methods.ts'
import { bestInOrder } from '../../../shared/run/best.ts'

/** A saved ensemble as the tables show it. Accuracies are in 0..1, null where not known. */
export interface SavedRowFacts {
  readonly ensemble: EnsembleInfo
  readonly runs: readonly { readonly id: string; readonly name: string }[]
  readonly test: number | null
  readonly validation: number | null
  /** Test accuracy of the best snapshot of its runs, member or not: what one would use without an ensemble. */
  readonly bestTest: number | null
  /** What that snapshot was chosen by. */
  readonly bestChosenOn: 'validation' | 'test' | undefined
  /** How much higher the ensemble's test accuracy is than that. */
  readonly gain: number | null
}

type Scored = Pick<RunSummary, 'snapshots'>

/** @param runOf a run of the lab, as it is now; undefined for one that is not there */
export function factsOf(ensemble: EnsembleInfo, runOf: (id: string) => Scored | undefined): SavedRowFacts {
  const { members, testAccuracy, valAccuracy } = ensemble
  const runs = new Map(members.map(({ runId, runName }) => [runId, { id: runId, name: runName }]))
  const known = [...runs.keys()].map(runOf)
  const snapshots = known.flatMap((run) => run?.snapshots ?? [])
  const best = known.includes(undefined) ? undefined : bestInOrder(snapshots)
  const bestTest = (best && snapshots[best.index]?.testAccuracy) ?? null
  return {
    ensemble,
    runs: [...runs.values()],
    test: testAccuracy,
    validation: valAccuracy,
    bestTest,
    bestChosenOn: best?.part,
    gain: testAccuracy === null || bestTest === null ? null : testAccuracy - bestTest,
  }
}

export const savedColumns = ['name', 'members', 'test', 'best', 'gain', 'validation', 'created'] as const
export type SavedColumn = (typeof savedColumns)[number]

const keys: Readonly<Record<SavedColumn, (row: SavedRowFacts) => number | string | null>> = {
  name: ({ ensemble }) => ensemble.name.toLowerCase(),
  members: ({ ensemble }) => -ensemble.members.length,
  test: ({ test }) => negative(test),
  best: ({ bestTest }) => negative(bestTest),
  gain: ({ gain }) => negative(gain),
  validation: ({ validation }) => negative(validation),
  created: ({ ensemble }) => -ensemble.createdAt,
}

const negative = (value: number | null): number | null => (value === null ? null : -value)

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
