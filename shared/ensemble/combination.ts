import type { EnsembleInfo } from '../api/ensembles.ts'
import type { EnsembleChoice } from '../api/urls.ts'
import type { EnsembleMethod } from './methods.ts'

interface Combined {
  readonly candidates: readonly { readonly snapshotId: number }[]
  readonly choice: { readonly method: EnsembleChoice['method'] }
  /** Along the candidates. */
  readonly shares: readonly number[]
}

/** What is to be saved or exported of a choice: its members and their shares. */
export function combinationOf({ candidates, choice, shares }: Combined): EnsembleChoice {
  const members = candidates.flatMap(({ snapshotId }, k) => {
    const weight = shares[k] ?? 0
    return weight > 0 ? [{ snapshotId, weight }] : []
  })
  return { method: choice.method, members }
}

/** The one that is this very combination, if it is among them. */
export function findSaved(
  ensembles: readonly EnsembleInfo[],
  { method, members }: Omit<EnsembleChoice, 'method'> & { readonly method: EnsembleMethod },
): EnsembleInfo | undefined {
  const shares = new Map(members.map(({ snapshotId, weight }) => [snapshotId, weight]))
  return ensembles.find(
    (saved) =>
      saved.method === method &&
      saved.members.length === shares.size &&
      saved.members.every(
        ({ snapshotId, weight }) => Math.abs((shares.get(snapshotId) ?? -1) - weight) < 1e-9,
      ),
  )
}
