import type { StudyChange } from '../../shared/api/studies.ts'
import { type StudyScore, scoreFor } from '../../shared/study/budgetBlocks.ts'
import { type TrunkTable, trunkCost, trunkTables } from '../../shared/study/trunkTable.ts'
import { percent, whole } from './format.ts'
import { differenceText, lossSpread, percentSpread } from './spreadText.ts'
import { table } from './table.ts'
import { wrap } from './wrap.ts'

/** For each shape of cool-down: every budget from the trunk beside the same budget trained separately. */
export function trunkText({ study, cells }: StudyChange, columns: number): string {
  const chosen = scoreFor(study.spec.objective, 'validation')
  return (['validation', 'test'] as const)
    .flatMap((part) => {
      const score = { ...chosen, part }
      return trunkTables(cells, score).map((one) => shapeText(one, score, columns))
    })
    .join('\n')
}

function shapeText(one: TrunkTable, score: StudyScore, columns: number): string {
  const spread = score.of === 'accuracy' ? percentSpread : lossSpread
  const drawn = table(
    [
      { head: 'budget', align: 'right' },
      { head: 'steps', align: 'right' },
      { head: 'n', align: 'right' },
      { head: `trunk and ${one.shape} cool-down`, align: 'right' },
      ...(one.hasSeparate
        ? ([
            { head: 'trained separately', align: 'right' },
            { head: 'difference', align: 'right' },
          ] as const)
        : []),
    ],
    one.rows.map((row) => [
      percent(row.budget, 0),
      whole(row.steps),
      String(row.trunk.n),
      spread(row.trunk),
      ...(one.hasSeparate ? [spread(row.separate), differenceText(row.difference, score.of)] : []),
    ]),
    columns,
  )
  return `${score.part} ${score.of}\n${drawn}${wrap(sentence(one, score), columns)}\n`
}

function sentence(one: TrunkTable, score: StudyScore): string {
  const steps = `Trunk and cool-downs take ${whole(one.steps)} steps a seed`
  if (!one.hasSeparate) return `${steps}. Mean ± standard deviation over n seeds.`
  const saved = 1 - one.steps / one.separateSteps
  const cost = {
    worse: 'worse than',
    better: 'better than',
    level: 'not to be told from',
    unknown: 'with fewer than two seeds not comparable to',
  }[trunkCost(one.difference, score)]
  return `${steps}, all budgets separately ${whole(one.separateSteps)}: ${percent(saved, 0)} saved. On the mean over the budgets its models are ${cost} those trained separately (${differenceText(one.difference, score.of)}; ± is the standard error over ${one.difference.n} seeds).`
}
