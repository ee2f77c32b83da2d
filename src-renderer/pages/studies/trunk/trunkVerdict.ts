import type { StudyScore } from '../../../../shared/study/budgetBlocks.ts'
import { type TrunkRow, type TrunkTable, trunkCost } from '../../../../shared/study/trunkTable.ts'
import { count, counted, percent } from '../../../format/format.ts'
import { budgetText } from '../budget/budgetTable.ts'
import type { ScoreTexts } from '../scoreTexts.ts'

/* A trunk study in plain sentences: what is saved in steps, what it costs in accuracy, and what cannot be told. */

const list = new Intl.ListFormat('en-GB', { type: 'conjunction' })

export function trunkVerdict(
  tables: readonly TrunkTable[],
  score: StudyScore,
  texts: ScoreTexts,
): readonly string[] {
  return tables.flatMap((table) => {
    const many = tables.length > 1 ? ` with ${table.shape} cool-downs` : ''
    return [
      savingWords(table, many),
      ...(table.hasSeparate ? [costWords(table, many, score, texts), ...budgetWords(table, score)] : []),
    ]
  })
}

function savingWords({ rows, steps, separateSteps, hasSeparate }: TrunkTable, many: string): string {
  const saved = separateSteps - steps
  const separately = hasSeparate ? 'trained separately they take' : 'trained separately they would take'
  const saving =
    saved > 0 ? `${count(saved)} steps (${percent(saved / separateSteps, 0)}) are saved` : 'nothing is saved'
  return `One trunk${many} gives a model at ${counted(rows.length, 'budget')} for ${count(steps)} steps a seed; ${separately} ${count(separateSteps)}: ${saving}.`
}

function costWords({ difference }: TrunkTable, many: string, score: StudyScore, texts: ScoreTexts): string {
  const what = `Its mean ${texts.title.toLowerCase()}${many}`
  const error = (): string =>
    `standard error ${texts.size(difference.standardError ?? 0)}, ${counted(difference.n, 'seed')}`
  switch (trunkCost(difference, score)) {
    case 'unknown':
      return difference.n === 0
        ? 'What it costs is not known before a seed has all its budgets, both ways.'
        : `What it costs cannot be told from one seed: there the difference is ${texts.difference(difference.mean)}.`
    case 'level':
      return `${what} cannot be told apart from that of separate runs: the difference is ${texts.difference(difference.mean)} (${error()}).`
    case 'worse':
      return `${what} is worse than that of separate runs by ${texts.size(difference.mean)} (${error()}): that is the price.`
    case 'better':
      return `${what} is better than that of separate runs, by ${texts.size(difference.mean)} (${error()}).`
  }
}

/** Where budgets differ in what the trunk does to them. */
function budgetWords({ rows }: TrunkTable, score: StudyScore): string[] {
  const by = Map.groupBy(rows, ({ difference }) => trunkCost(difference, score))
  const at = (which: 'better' | 'worse' | 'level'): string =>
    list.format((by.get(which) ?? []).map(({ budget }: TrunkRow) => budgetText(budget)))
  const parts = [
    by.has('better') && `the trunk’s model is better at ${at('better')}`,
    by.has('worse') && `worse at ${at('worse')}`,
    by.has('level') && `not told apart at ${at('level')}`,
  ].filter((part) => part !== false)
  return parts.length === 0 ? [] : [`By budget: ${parts.join(', ')}.`]
}
