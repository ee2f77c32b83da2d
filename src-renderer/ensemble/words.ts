import type { Difference } from '../../shared/ensemble/difference.ts'
import { count, counted, points, thin } from '../format/format.ts'

/**
 * How an ensemble stands to its best member, and how sure that is:
 * "+0.9 pp over the best single (± 0.3 pp)". Two standard errors are taken for more than chance.
 */
export function gainWords({ accuracy, standardError }: Difference, examples: number): string {
  const spread = `±${thin}${(100 * standardError).toFixed(2)}${thin}pp standard error on ${count(examples)} examples`
  if (accuracy === 0) return `as many errors as the best single; ${spread}`
  const side = accuracy > 0 ? 'better than' : 'worse than'
  const size = points(Math.abs(accuracy), 2).replace('+', '')
  const sure = Math.abs(accuracy) > 2 * standardError ? '' : ', which may be chance'
  return `${size} ${side} the best single${sure}; ${spread}`
}

/** "cycles 1, 2, 5", "cycle 3". */
export function cyclesWords(members: readonly { readonly cycle: number }[]): string {
  return `${members.length === 1 ? 'cycle' : 'cycles'} ${members.map(({ cycle }) => cycle).join(', ')}`
}

/** "5 snapshots", "6 snapshots of 2 runs". */
export function membersWords({
  members,
}: {
  readonly members: readonly { readonly runId: string }[]
}): string {
  const runs = new Set(members.map(({ runId }) => runId)).size
  const snapshots = counted(members.length, 'snapshot')
  return runs > 1 ? `${snapshots} of ${counted(runs, 'run')}` : snapshots
}
