import type { DamageInfo } from '../../../shared/api/lab.ts'

/** Each damage in one sentence: one that another sentence goes on from is in that one. */
export function damageWords(damage: readonly DamageInfo[]): readonly string[] {
  const all = damage.map(({ words }) => words)
  return all.filter((words) => !all.some((other) => other !== words && other.startsWith(words)))
}
