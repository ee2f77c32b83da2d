import type { StudyCellInfo } from '../api/studies.ts'
import { cellScore, isHigherBetter, type StudyScore } from './budgetBlocks.ts'
import { isWithinError, noSpread, type Spread, spreadOf } from './spread.ts'

/*
 * One trunk for every budget against each budget trained by itself (Hägele et al. 2024, arXiv 2405.18392, section 4): what
 * is saved in steps, and what that costs in accuracy.
 */

/** One budget: the model that a cool-down makes of the trunk, beside one trained for that budget alone. */
export interface TrunkRow {
  /** Share of the longest budget, in 0..1. */
  readonly budget: number
  /** Of the budget, which a separate run takes. */
  readonly steps: number
  /** Steps of the trunk after the branch of the budget before, and of the cool-down: all rows add up to the total. */
  readonly trunkSteps: number
  readonly cooldownSteps: number
  /** Of the first step of the cool-down, from 0. */
  readonly branch: number
  /** Over the seeds that have come to their end. */
  readonly trunk: Spread
  readonly separate: Spread
  /** Trunk less separate, over the seeds that have both. */
  readonly difference: Spread
  readonly diverged: { readonly trunk: number; readonly separate: number }
}

export interface TrunkTable {
  /** As the study calls it: "1-sqrt". */
  readonly shape: string
  readonly rows: readonly TrunkRow[]
  /** The trunk's own steps, of one seed. */
  readonly trunkLength: number
  /** Trunk and cool-downs, of one seed. */
  readonly steps: number
  /** All budgets trained separately, of one seed. */
  readonly separateSteps: number
  /** Trunk less separate, a value a seed: its mean over the budgets, of seeds that have all of them. */
  readonly difference: Spread
  /** Whether the study trains the budgets separately at all. */
  readonly hasSeparate: boolean
}

/** A table for each shape of cool-down, in the study's order. */
export function trunkTables(cells: readonly StudyCellInfo[], score: StudyScore): readonly TrunkTable[] {
  const cooldowns = cells.filter(({ role }) => role === 'cooldown')
  const shapes = [...new Set(cooldowns.map(shapeOf))]
  return shapes.map((shape) =>
    tableOf(
      shape,
      cooldowns.filter((cell) => shapeOf(cell) === shape),
      cells,
      score,
    ),
  )
}

/** "1-sqrt" of the setting "trunk, 1-sqrt cool-down". */
export const shapeOf = ({ settings }: Pick<StudyCellInfo, 'settings'>): string =>
  String(settings.schedule ?? '').replace(/^trunk, | cool-down$/g, '')

function tableOf(
  shape: string,
  cooldowns: readonly StudyCellInfo[],
  cells: readonly StudyCellInfo[],
  score: StudyScore,
): TrunkTable {
  const separate = cells.filter(({ role }) => role === 'separate')
  const budgets = [...new Set(cooldowns.map(({ budget }) => budget))].sort((a, b) => a - b)
  let before = 0
  const rows = budgets.map((budget) => {
    const row = rowOf(budget, before, ofBudget(cooldowns, budget), ofBudget(separate, budget), score)
    before = Math.max(before, row.branch)
    return row
  })
  const pairs = budgets.map((budget) =>
    differences(ofBudget(cooldowns, budget), ofBudget(separate, budget), score),
  )
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)
  return {
    shape,
    rows,
    trunkLength: before,
    steps: before + sum(rows.map(({ cooldownSteps }) => cooldownSteps)),
    separateSteps: sum(rows.map(({ steps }) => steps)),
    difference: spreadOf(meansBySeed(pairs)) ?? noSpread,
    hasSeparate: separate.length > 0,
  }
}

const ofBudget = (cells: readonly StudyCellInfo[], budget: number): readonly StudyCellInfo[] =>
  cells.filter((cell) => cell.budget === budget)

function rowOf(
  budget: number,
  before: number,
  cooldowns: readonly StudyCellInfo[],
  separate: readonly StudyCellInfo[],
  score: StudyScore,
): TrunkRow {
  const branch = cooldowns[0]?.after?.stepsDone ?? 0
  const cooldownSteps = cooldowns[0]?.totalSteps ?? 0
  return {
    budget,
    steps: separate[0]?.totalSteps ?? branch + cooldownSteps,
    trunkSteps: Math.max(0, branch - before),
    cooldownSteps,
    branch,
    trunk: spreadOf([...bySeed(cooldowns, score).values()]) ?? noSpread,
    separate: spreadOf([...bySeed(separate, score).values()]) ?? noSpread,
    difference: spreadOf([...differences(cooldowns, separate, score).values()]) ?? noSpread,
    diverged: { trunk: divergedIn(cooldowns), separate: divergedIn(separate) },
  }
}

const divergedIn = (cells: readonly StudyCellInfo[]): number =>
  cells.filter(({ diverged }) => diverged !== null).length

function bySeed(cells: readonly StudyCellInfo[], score: StudyScore): ReadonlyMap<number, number> {
  const scores = new Map<number, number>()
  for (const cell of cells) {
    const value = cell.status === 'completed' ? cellScore(cell, score) : null
    if (value !== null) scores.set(cell.seed, value)
  }
  return scores
}

/** By seed: both began with the same weights and saw the same batches, so they are compared in pairs. */
function differences(
  cooldowns: readonly StudyCellInfo[],
  separate: readonly StudyCellInfo[],
  score: StudyScore,
): ReadonlyMap<number, number> {
  const others = bySeed(separate, score)
  const found = new Map<number, number>()
  for (const [seed, value] of bySeed(cooldowns, score)) {
    const other = others.get(seed)
    if (other !== undefined) found.set(seed, value - other)
  }
  return found
}

/** One value for each seed that every budget has: budgets of one seed share their trunk, so they are no values of their own. */
function meansBySeed(byBudget: readonly ReadonlyMap<number, number>[]): number[] {
  const [first] = byBudget
  if (first === undefined) return []
  return [...first.keys()].flatMap((seed) => {
    const values = byBudget.flatMap((pairs) => pairs.get(seed) ?? [])
    return values.length < byBudget.length
      ? []
      : [values.reduce((sum, value) => sum + value, 0) / values.length]
  })
}

/**
 * Whether the trunk's models are worse, better, or cannot be told from those trained separately; unknown with fewer than two
 * seeds. Told apart: by more than the standard error of the mean difference.
 */
export function trunkCost(difference: Spread, score: StudyScore): 'worse' | 'better' | 'level' | 'unknown' {
  if (difference.standardError === null) return 'unknown'
  if (isWithinError(difference.mean, difference.standardError)) return 'level'
  return difference.mean > 0 === isHigherBetter(score) ? 'better' : 'worse'
}
