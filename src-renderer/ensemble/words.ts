import type { Difference } from '../../shared/ensemble/difference.ts'
import type { Part } from '../../shared/ensemble/predictions.ts'
import { count, counted, loss, points, thin } from '../format/format.ts'

/** Who chose the members: nobody, the validation part, or a hand with the scores in sight. */
export type ChosenBy = 'all' | 'validation' | 'hand'

interface Judging {
  readonly part: Part
  readonly examples: number
  readonly chosenBy: ChosenBy
}

/**
 * How an ensemble stands to the best snapshot, and how sure that is: "0.90 pp better than the best snapshot; ±0.31 pp
 * standard error on 2,000 examples". Two standard errors are taken for more than chance, but only where the members
 * were not chosen by looking at the very scores that judge them.
 */
export function gainWords({ accuracy, standardError }: Difference, judging: Judging): string {
  const { examples } = judging
  const spread = `±${thin}${(100 * standardError).toFixed(2)}${thin}pp standard error on ${count(examples)} examples`
  if (accuracy === 0) return `as many errors as the best snapshot; ${spread}`
  const side = accuracy > 0 ? 'better than' : 'worse than'
  const size = points(Math.abs(accuracy), 2).replace('+', '')
  const isSure = Math.abs(accuracy) > 2 * standardError && !isFlattered(judging)
  return `${size} ${side} the best snapshot${isSure ? '' : ', which may be chance'}; ${spread}`
}

/** What to know of scores that the choice of members has seen; undefined where it has not. */
export function choiceWords(judging: Pick<Judging, 'part' | 'chosenBy'>): string | undefined {
  if (!isFlattered(judging)) return undefined
  return judging.chosenBy === 'hand'
    ? `Members picked with their ${judging.part} scores in sight: that flatters the ${judging.part} score.`
    : `Members chosen on the ${judging.part} data that judge them: that flatters the score.`
}

const isFlattered = ({ part, chosenBy }: Pick<Judging, 'part' | 'chosenBy'>): boolean =>
  chosenBy === 'hand' || (chosenBy === 'validation' && part === 'validation')

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

/** An NLL in nats: infinite where a true class was given no probability at all, which is known and no gap. */
export const nllText = (nll: number | null | undefined): string =>
  nll === Number.POSITIVE_INFINITY ? '∞' : loss(nll)
