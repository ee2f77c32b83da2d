import type { StudyChange } from '../../shared/api/studies.ts'
import {
  type BudgetBlock,
  budgetBlocks,
  type ScheduleOutcome,
  type StudyScore,
  schedulesIn,
  scoreFor,
  scoreWords,
} from '../../shared/study/budgetBlocks.ts'
import { budgetScopes } from '../../shared/study/budgetScopes.ts'
import { budgetVerdict, rankText } from '../../shared/study/budgetVerdict.ts'
import { type ScopedRanking, studyRanking } from '../export/studyRanking.ts'
import { percent, whole } from './format.ts'
import { lossSpread, percentSpread } from './spreadText.ts'
import { type Column, table } from './table.ts'
import { wrap } from './wrap.ts'

/** As the REX paper shows it: a row a schedule, a column a budget; then ranks, and what won where. */
export async function budgetText({ study, cells }: StudyChange, columns: number): Promise<string> {
  const chosen = scoreFor(study.spec.objective, 'validation')
  const byValidation = budgetBlocks(cells, chosen)
  const parts = (['validation', 'test'] as const).flatMap((part) => {
    const score = { ...chosen, part }
    return places(budgetBlocks(cells, score)).map((place) => placeText(place, score, columns))
  })
  const ranking = await studyRanking(byValidation, chosen)
  const verdict = budgetVerdict(byValidation, chosen, ranking.all)
  return [
    ...parts,
    ...(ranking.all === null ? [] : [rankTable(schedulesIn(byValidation), ranking, chosen, columns)]),
    `${wrap(verdict.join(' '), columns)}\n`,
  ].join('\n')
}

/** Blocks of one task and optimizer, budgets ascending. */
function places(blocks: readonly BudgetBlock[]): readonly (readonly BudgetBlock[])[] {
  const groups = new Map<string, BudgetBlock[]>()
  for (const block of blocks) {
    const key = JSON.stringify([block.task, block.optimizer])
    groups.set(key, [...(groups.get(key) ?? []), block])
  }
  return [...groups.values()]
}

function placeText(blocks: readonly BudgetBlock[], score: StudyScore, columns: number): string {
  const [first] = blocks
  const of = [first?.task, first?.optimizer].filter((text) => text !== '' && text !== undefined)
  const right = (head: string): Column => ({ head, align: 'right' })
  const drawn = table(
    [
      { head: 'schedule', shrinkTo: 10 },
      ...blocks.map(({ budget, steps }) => right(`${percent(budget, 0)} (${whole(steps)} steps)`)),
    ],
    schedulesIn(blocks).map((schedule, i) => [
      schedule,
      ...blocks.map(({ outcomes }) => outcomeText(outcomes[i], score)),
    ]),
    columns,
  )
  const seeds = Math.max(0, ...blocks.flatMap(({ outcomes }) => outcomes.map(({ n }) => n)))
  const title = [...of, scoreWords(score)].join(', ')
  const legend = `Mean ± standard deviation over n = ${seeds} seeds. * best at this budget; = within the standard error of the difference to it.`
  return `${title}\n${drawn}${wrap(legend, columns)}\n`
}

function outcomeText(outcome: ScheduleOutcome | undefined, score: StudyScore): string {
  if (outcome === undefined) return ''
  const { place, isLevel, diverged, cells, n, open } = outcome
  const spread = score.of === 'accuracy' ? percentSpread(outcome) : lossSpread(outcome)
  if (diverged.length > 0) return `${diverged.length} of ${cells.length} diverged`
  if (n === 0) return open > 0 ? 'to come' : 'no result'
  return `${spread} ${place === 1 ? '*' : isLevel ? '=' : ' '}`
}

function rankTable(
  schedules: readonly string[],
  ranking: ScopedRanking,
  score: StudyScore,
  columns: number,
): string {
  const { all } = ranking
  const right = (head: string): Column => ({ head, align: 'right' })
  const share = (value: number | undefined): string => percent(value, 0)
  const order = [...schedules.keys()].sort((a, b) => (all?.meanRank[a] ?? 0) - (all?.meanRank[b] ?? 0))
  const drawn = table(
    [
      { head: 'schedule', shrinkTo: 10 },
      right('mean rank'),
      ...budgetScopes.flatMap((scope) => [right(`top 1, ${scope}`), right(`top 3, ${scope}`)]),
    ],
    order.map((i) => [
      schedules[i] ?? '',
      rankText(all?.meanRank[i] ?? Number.NaN),
      ...budgetScopes.flatMap((scope) => [share(ranking[scope]?.top1[i]), share(ranking[scope]?.top3[i])]),
    ]),
    columns,
  )
  return `Ranks by ${scoreWords(score)}; low budgets are those up to 10 %\n${drawn}`
}
