import type { RunSummary } from '../../../shared/api/runs.ts'

/* Settings that the programs of runs trained elsewhere told of them: columns and fields of the filter of their own. */

/** "hparam.batch_size": what a column, or a field of the filter, is called. */
export const HPARAM = 'hparam.'

export type Hyperparameter = string | number | boolean

/** Their names in all of the runs, those of most runs first. */
export function hyperparameterNames(runs: readonly RunSummary[]): string[] {
  const counts = new Map<string, number>()
  for (const { elsewhere } of runs)
    for (const name of Object.keys(elsewhere?.hyperparameters ?? {}))
      counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([name]) => name)
}

/** @param name as a column or a field calls it, "hparam." before it; case does not count where no name is exactly that */
export function hyperparameterOf({ elsewhere }: RunSummary, name: string): Hyperparameter | null {
  const all = elsewhere?.hyperparameters ?? {}
  const wanted = name.slice(HPARAM.length)
  if (Object.hasOwn(all, wanted)) return all[wanted] ?? null
  const alike = Object.keys(all).find((each) => each.toLowerCase() === wanted.toLowerCase())
  return alike === undefined ? null : (all[alike] ?? null)
}
