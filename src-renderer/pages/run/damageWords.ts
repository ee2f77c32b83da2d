import type { DamageInfo } from '../../../shared/api/lab.ts'

/** Each damage in one sentence, snapshots first: one that another sentence goes on from is in that one. */
export function damageWords(damage: readonly DamageInfo[]): readonly string[] {
  const snapshotsFirst = damage.toSorted(
    (a, b) => Number(a.snapshotId === null) - Number(b.snapshotId === null),
  )
  const all = snapshotsFirst.map(({ words }) => words)
  return all.filter((words) => !all.some((other) => other !== words && other.startsWith(words)))
}
