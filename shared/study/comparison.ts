import { readKey } from './cellKey.ts'
import type { CellOutcome } from './outcome.ts'
import { hasEnded, higherIsBetter } from './outcome.ts'
import type { Friedman, Scores } from './ranks.ts'
import { hasDiverged } from './results.ts'
import { canonical, type Shown } from './shown.ts'
import type { StudyObjective } from './spec.ts'

/*
 * A budget study as a comparison of methods: a block is a task, an optimizer and a budget, in which each schedule is tried with
 * the same seeds (Chen, Wolfe and Kyrillidis, arXiv 2107.04197, section 4).
 */

/** Budgets up to this share are low in the tables of that paper: 1, 5 and 10 %. */
export const lowBudget = 0.1

export type BudgetGroup = 'all' | 'low' | 'high'

export interface Block {
  readonly task: string
  readonly optimizer: string
  readonly budget: number
  /** By schedule: the mean over its seeds; null where a run diverged or was lost, which counts as the worst. */
  readonly scores: readonly (number | null)[]
}

export interface Comparison {
  /** Schedules, in the order in which the study names them. */
  readonly methods: readonly string[]
  readonly blocks: readonly Block[]
  /** Blocks in which some run waits or trains, which are not compared yet. */
  readonly unfinished: number
}

/** What is compared: the study's objective, or the test score beside it. */
export type Measured = StudyObjective | 'testAccuracy' | 'testLoss'

/** Of a group of budgets; shares, ranks and groups by the index of the method. */
export interface GroupRanking {
  readonly group: BudgetGroup
  /** Blocks that were compared: N of the tests. */
  readonly blocks: number
  readonly top1: readonly number[]
  readonly top3: readonly number[]
  readonly meanRank: readonly number[]
  readonly friedman: Friedman | null
  /** Of Nemenyi, at level 0.05. */
  readonly criticalDifference: number | null
  /** Methods whose mean ranks are not told apart: the bars of the diagram. */
  readonly groups: readonly (readonly number[])[]
}

export interface StudyRanking {
  readonly measure: Measured
  readonly methods: readonly string[]
  readonly unfinished: number
  /** Groups without a block are not there. */
  readonly of: readonly GroupRanking[]
}

export function comparisonOf(cells: readonly CellOutcome[], measure: Measured): Comparison {
  const own = cells.filter(({ role }) => role === 'cell')
  const methods = [...new Set(own.map(({ settings }) => text(settings.schedule)))]
  const byBlock = Map.groupBy(own, (cell) => {
    const { values, budget } = readKey(cell.key)
    return canonical({ ...values, schedule: null, budget })
  })
  const blocks: Block[] = []
  let unfinished = 0
  for (const inBlock of byBlock.values()) {
    const [first] = inBlock
    if (first === undefined) continue
    const bySchedule = Map.groupBy(inBlock, ({ settings }) => text(settings.schedule))
    if (bySchedule.size < methods.length || !inBlock.every(hasEnded)) {
      unfinished += 1
      continue
    }
    blocks.push({
      task: text(first.settings.task),
      optimizer: text(first.settings.optimizer),
      budget: first.budget,
      scores: methods.map((method) => meanScore(bySchedule.get(method) ?? [], measure)),
    })
  }
  return { methods, blocks, unfinished }
}

const text = (value: Shown | undefined): string => String(value ?? '')

function meanScore(cells: readonly CellOutcome[], measure: keyof CellOutcome & string): number | null {
  const scores = cells
    .filter(({ status }) => status === 'completed')
    .flatMap((cell) => {
      const value = cell[measure]
      return typeof value === 'number' && !Number.isNaN(value) ? [value] : []
    })
  if (scores.length === 0 || cells.some(hasDiverged)) return null
  return scores.reduce((sum, score) => sum + score, 0) / scores.length
}

export const isHigherBetter = (measure: Measured): boolean =>
  measure === 'testAccuracy' || (measure !== 'testLoss' && higherIsBetter(measure))

/** The blocks of a group of budgets, as a ranking reads them. */
export function scoresOf({ blocks }: Comparison, group: BudgetGroup): Scores {
  const wanted = blocks.filter(({ budget }) => group === 'all' || (group === 'low') === budget <= lowBudget)
  return wanted.map(({ scores }) => scores)
}
