import { readKey } from './cellKey.ts'
import { type CellOutcome, higherIsBetter } from './outcome.ts'
import { type ResultRow, resultRows, testMeasure } from './results.ts'
import type { StudyObjective } from './spec.ts'
import { type Difference, differenceOf, type Spread } from './spread.ts'

/** A budget trained as a cool-down from the trunk, beside the same budget trained separately. Steps are of one seed. */
export interface TrunkRow {
  readonly budget: number
  /** linear or 1-sqrt */
  readonly shape: string
  /** Of the run that a user would have: trunk to the branching, then the cool-down. */
  readonly steps: number
  /** What the budget adds to the trunk. */
  readonly cooldownSteps: number
  /** By the study's objective, on validation data; null before the first seed has ended. */
  readonly cooldown: Spread | null
  readonly separate: Spread | null
  /** The same on test data. */
  readonly cooldownTest: Spread | null
  readonly separateTest: Spread | null
  /** Cool-down less separate, on validation data. */
  readonly difference: Difference | undefined
}

/** What the trunk saves, of one seed and shape: all budgets of the study together. */
export interface TrunkSavings {
  readonly shape: string
  /** The trunk and its cool-downs. */
  readonly trunkSteps: number
  /** Each budget from its first step to its last. */
  readonly separateSteps: number
  /** 1 - trunkSteps / separateSteps: below 0 where a single budget makes the trunk the dearer way. */
  readonly saved: number
}

/** By shape, then by budget. */
export function trunkTable(cells: readonly CellOutcome[], objective: StudyObjective): TrunkRow[] {
  const rows = resultRows(cells, objective)
  return rows
    .filter(({ role }) => role === 'cooldown')
    .map((row) => trunkRow(row, rows, objective))
    .toSorted((a, b) => (a.shape === b.shape ? a.budget - b.budget : a.shape < b.shape ? -1 : 1))
}

function trunkRow(row: ResultRow, rows: readonly ResultRow[], objective: StudyObjective): TrunkRow {
  const [cell] = row.cells
  if (cell === undefined) throw new Error('a row has a cell')
  const separate = rows.find(({ role, budget }) => role === 'separate' && budget === row.budget)
  const test = testMeasure(objective)
  const scores = [row.score, separate?.score ?? null] as const
  return {
    budget: row.budget,
    shape: readKey(cell.key).shape ?? '',
    steps: (cell.after?.stepsDone ?? 0) + cell.totalSteps,
    cooldownSteps: cell.totalSteps,
    cooldown: scores[0],
    separate: scores[1],
    cooldownTest: row.spreads[test],
    separateTest: separate?.spreads[test] ?? null,
    difference:
      scores[0] === null || scores[1] === null
        ? undefined
        : differenceOf(scores[0], scores[1], higherIsBetter(objective)),
  }
}

export function trunkSavings(rows: readonly TrunkRow[]): TrunkSavings[] {
  return [...Map.groupBy(rows, ({ shape }) => shape)].map(([shape, own]) => {
    const trunk = Math.max(...own.map(({ steps, cooldownSteps }) => steps - cooldownSteps))
    const trunkSteps = trunk + own.reduce((sum, { cooldownSteps }) => sum + cooldownSteps, 0)
    const separateSteps = own.reduce((sum, { steps }) => sum + steps, 0)
    return { shape, trunkSteps, separateSteps, saved: 1 - trunkSteps / separateSteps }
  })
}
