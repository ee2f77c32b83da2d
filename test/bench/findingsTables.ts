import type { StudyCellInfo, StudyChange, StudyPreset } from '../../shared/api/studies.ts'
import {
  type BudgetBlock,
  budgetBlocks,
  type ScheduleOutcome,
  type StudyScore,
  schedulesIn,
  scoreWords,
} from '../../shared/study/budgetBlocks.ts'
import { budgetScopes } from '../../shared/study/budgetScopes.ts'
import { budgetVerdict, rankText } from '../../shared/study/budgetVerdict.ts'
import { noSpread, spreadOf } from '../../shared/study/spread.ts'
import { trunkTables } from '../../shared/study/trunkTable.ts'
import { differenceText, percentSpread } from '../../src-main/cli/spreadText.ts'
import type { SnapshotTable } from '../../src-main/ensembles/result.ts'
import { studyRanking } from '../../src-main/export/studyRanking.ts'
import { claimRow, claimsOf, meanDifference } from './findingsClaims.ts'

/* The tables of docs/findings.md, as they come out. All accuracies are those after the last step of a run. */

type Tables = (runIds: readonly string[]) => SnapshotTable

const validation: StudyScore = { part: 'validation', of: 'accuracy' }
const test: StudyScore = { part: 'test', of: 'accuracy' }

export async function findingsText(
  { id, title, asks, source }: StudyPreset,
  change: StudyChange,
  machine: string,
  tables: Tables,
): Promise<string> {
  return [
    `## ${title}`,
    `${asks} (${source})`,
    ['```', `anneal study --preset ${id} --slots 2`, '```'].join('\n'),
    costOf(change, machine),
    ...(await resultsOf(change, tables)),
    ...claims(id, change, tables),
    '',
  ].join('\n\n')
}

function costOf({ study, cells }: StudyChange, machine: string): string {
  const wall = study.endedAt === null ? null : (study.endedAt - study.createdAt) / 1000
  const training = cells.reduce((sum, { seconds }) => sum + seconds, 0)
  const steps = cells.reduce((sum, cell) => sum + cell.steps, 0)
  const took = wall === null ? 'not ended' : `${minutes(wall)} from start to end`
  return `${study.counts.completed} of ${study.counts.total} runs completed, ${study.counts.failed} diverged or failed; ${steps.toLocaleString('en-GB')} steps; ${took}, ${minutes(training)} within runs; ${machine}.`
}

const minutes = (seconds: number): string =>
  seconds < 60 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} min`

function resultsOf(change: StudyChange, tables: Tables): string[] | Promise<string[]> {
  switch (change.study.kind) {
    case 'budget':
      return budgetResults(change.cells)
    case 'trunk':
      return trunkResults(change.cells)
    case 'sweep':
      return snapshotResults(change.cells, tables)
  }
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}

async function budgetResults(cells: readonly StudyCellInfo[]): Promise<string[]> {
  const byValidation = budgetBlocks(cells, validation)
  const ranking = await studyRanking(byValidation, validation)
  const { all } = ranking
  return [
    ...[validation, test].flatMap((score) => {
      const blocks = budgetBlocks(cells, score)
      const groups = [...new Set(blocks.map(({ task, optimizer }) => `${task} ${optimizer}`))]
      return groups.map((group) =>
        budgetTable(
          blocks.filter(({ task, optimizer }) => `${task} ${optimizer}` === group),
          score,
        ),
      )
    }),
    ...(all === null
      ? []
      : [
          markdown(
            [
              'by validation accuracy',
              'mean rank',
              ...budgetScopes.flatMap((scope) => [`top 1, ${scope}`, `top 3, ${scope}`]),
            ],
            schedulesIn(byValidation).map((schedule, i) => [
              schedule,
              rankText(all.meanRank[i] ?? Number.NaN),
              ...budgetScopes.flatMap((scope) => [
                share(ranking[scope]?.top1[i]),
                share(ranking[scope]?.top3[i]),
              ]),
            ]),
          ),
          `Friedman: χ² = ${all.friedman.chiSquared.toFixed(2)}, p = ${all.friedman.p.toPrecision(2)}; critical difference of mean ranks (Nemenyi, 0.05): ${all.criticalDifference.toFixed(2)}.`,
        ]),
    budgetVerdict(byValidation, validation, all).join(' '),
  ]
}

const share = (value: number | undefined): string =>
  value === undefined ? '' : `${(100 * value).toFixed(0)} %`

function budgetTable(blocks: readonly BudgetBlock[], score: StudyScore): string {
  const [first] = blocks
  const of = [first?.task, first?.optimizer, scoreWords(score)].filter((text) => text)
  return markdown(
    [of.join(', '), ...blocks.map(({ budget, steps }) => `${(100 * budget).toFixed(0)} % (${steps} steps)`)],
    schedulesIn(blocks).map((schedule, i) => [
      schedule,
      ...blocks.map(({ outcomes }) => outcomeText(outcomes[i])),
    ]),
  )
}

function outcomeText(outcome: ScheduleOutcome | undefined): string {
  if (outcome === undefined) return ''
  const { diverged, cells, place, isLevel } = outcome
  if (diverged.length > 0) return `${diverged.length} of ${cells.length} diverged`
  const text = percentSpread(outcome)
  return place === 1 ? `**${text}**` : isLevel ? `${text} =` : text
}

function trunkResults(cells: readonly StudyCellInfo[]): string[] {
  return trunkTables(cells, test).flatMap((one) => [
    markdown(
      [
        `test accuracy, ${one.shape} cool-down`,
        'steps',
        'branches after',
        'trunk and cool-down',
        'trained separately',
        'difference ± standard error',
      ],
      one.rows.map((row) => [
        `${(100 * row.budget).toFixed(0)} %`,
        String(row.steps),
        String(row.branch),
        percentSpread(row.trunk),
        percentSpread(row.separate),
        differenceText(row.difference, 'accuracy'),
      ]),
    ),
    `A seed takes ${one.steps} steps with the trunk and ${one.separateSteps} separately: ${(100 * (1 - one.steps / one.separateSteps)).toFixed(0)} % saved.`,
  ])
}

function snapshotResults(cells: readonly StudyCellInfo[], tables: Tables): string[] {
  return bySettings(cells).map(([name, group]) => {
    const { cells: found, judgedOn } = tables(group.map(({ runId }) => runId))
    const snapshots = [...new Set(found.map((cell) => cell.snapshots))]
    return markdown(
      [`${name}: error on ${judgedOn} data`, ...snapshots.map((m) => `M = ${m}`)],
      group.map((_, fewer) => [
        `N = ${fewer + 1}`,
        ...snapshots.map((m) => {
          const cell = found.find((one) => one.runs === fewer + 1 && one.snapshots === m)
          return cell === undefined ? '' : `${(100 * (1 - cell.accuracy)).toFixed(2)} %`
        }),
      ]),
    )
  })
}

/** Completed runs of one schedule, by seed. */
function bySettings(cells: readonly StudyCellInfo[]): [string, StudyCellInfo[]][] {
  const groups = new Map<string, StudyCellInfo[]>()
  for (const cell of cells.toSorted((a, b) => a.seed - b.seed)) {
    if (cell.status !== 'completed') continue
    const name = String(cell.settings.schedule ?? '')
    groups.set(name, [...(groups.get(name) ?? []), cell])
  }
  return [...groups]
}

/** What the papers say, and whether it holds here. */
function claims(id: string, { cells }: StudyChange, tables: Tables): string[] {
  const rows = [
    ...claimsOf(id).map((claim) => claimRow(claim.words, meanDifference(cells, claim), claim.expects)),
    ...(id === 'sgdr' ? ensembleClaims(cells, tables) : []),
    ...trunkTables(cells, test).map(({ shape, difference }) =>
      claimRow(
        `a ${shape} cool-down from the trunk is as good as a run of its own, over all budgets`,
        difference,
        'asGood',
      ),
    ),
  ]
  if (rows.length === 0) return []
  return [markdown(['claim', 'difference of test accuracy ± standard error', 'n', 'here'], rows)]
}

/** Each run's snapshots against its last alone, and against that run with the two that follow it in a ring. */
function ensembleClaims(cells: readonly StudyCellInfo[], tables: Tables): string[][] {
  return bySettings(cells).flatMap(([name, group]) => {
    const accuracy = (runIds: readonly string[], snapshots: number): number =>
      tables(runIds).cells.find((cell) => cell.runs === runIds.length && cell.snapshots === snapshots)
        ?.accuracy ?? Number.NaN
    const ids = group.map(({ runId }) => runId)
    const most = Math.max(...tables(ids.slice(0, 1)).cells.map(({ snapshots }) => snapshots))
    if (most < 2 || ids.length <= most) return []
    const overLast = ids.map((id) => accuracy([id], most) - accuracy([id], 1))
    const overRuns = ids.map((id, i) => {
      const ring = Array.from({ length: most }, (_, k) => ids[(i + k) % ids.length] ?? id)
      return accuracy([id], most) - accuracy(ring, 1)
    })
    return [
      claimRow(
        `${name}: ${most} snapshots of a run are better than its last alone`,
        spreadOf(overLast) ?? noSpread,
        'better',
      ),
      claimRow(
        `${name}: ${most} snapshots of a run are worth ${most} runs`,
        spreadOf(overRuns) ?? noSpread,
        'asGood',
      ),
    ]
  })
}
