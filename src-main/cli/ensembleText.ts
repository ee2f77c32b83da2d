import type { EnsembleResult } from '../ensembles/service.ts'
import { fixed, percent, plural, points } from './format.ts'
import { table } from './table.ts'

/** Each member alone, newest first, beside the equal average of it and all newer ones; then what combining gained. */
export function describeEnsemble(result: EnsembleResult, columns: number): string {
  const { members, last, judgedOn } = result
  const drawn = table(
    [
      { head: 'snapshot', align: 'right' },
      { head: 'cycle', align: 'right' },
      { head: 'share', align: 'right' },
      { head: 'validation', align: 'right' },
      { head: 'test', align: 'right' },
      { head: 'averaged', align: 'left' },
      { head: judgedOn, align: 'right' },
      { head: 'NLL', align: 'right' },
      { head: 'ECE', align: 'right' },
      { head: 'Brier', align: 'right' },
    ],
    members
      .toReversed()
      .map((member, i) => [
        String(member.snapshot.id),
        String(member.snapshot.cycle),
        percent(member.weight, 1),
        percent(member.validation?.accuracy),
        percent(member.test?.accuracy),
        `last ${i + 1}`,
        percent(last[i]?.accuracy),
        fixed(last[i]?.nll),
        percent(last[i]?.ece),
        fixed(last[i]?.brier),
      ]),
    columns,
  )
  return `${drawn}${gained(result)}`
}

function gained(result: EnsembleResult): string {
  const { judgedOn, bestSingle, members, diversity } = result
  const own = result[judgedOn]
  const best = bestSingle[judgedOn]
  if (own === null || best === null) return ''
  const differ =
    diversity.disagreement === null
      ? ''
      : ` Members disagree on ${percent(diversity.disagreement, 1)} of the examples; at least one is right on ${percent(diversity.oracleAccuracy, 1)}.`
  return (
    `The ensemble of ${plural(members.length, 'snapshot')} (${methodNames[result.method]}) reaches ${percent(own.accuracy)} on ${judgedOn} data; ` +
    `the best single one, of cycle ${bestSingle.snapshot.cycle}, ${percent(best.accuracy)}: ${points(own.accuracy - best.accuracy)}. ` +
    `Its error is ${percent(1 - own.accuracy)} against ${percent(1 - best.accuracy)}, its NLL ${fixed(own.nll)} against ${fixed(best.nll)}.${differ}\n`
  )
}

const methodNames = {
  average: 'average of probabilities',
  logitAverage: 'average of logits',
  weighted: 'weighted average',
  weightAverage: 'average of weights',
} as const satisfies Record<EnsembleResult['method'], string>
