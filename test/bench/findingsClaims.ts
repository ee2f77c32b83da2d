import type { StudyCellInfo } from '../../shared/api/studies.ts'
import { noSpread, type Spread, spreadOf } from '../../shared/study/spread.ts'
import { differenceText } from '../../src-main/cli/spreadText.ts'

interface Side {
  readonly schedule: string
  /** Shares of the full budget; all of the study when absent. */
  readonly budget?: number
}

/** What a paper says of one schedule against another, at their budgets. */
export interface Claim {
  readonly words: string
  readonly one: Side
  readonly other: Side
  /** better: the one is. asGood: it is at least as good. */
  readonly expects: 'better' | 'asGood'
}

const better = (words: string, one: Side, other: Side): Claim => ({ words, one, other, expects: 'better' })
const asGood = (words: string, one: Side, other: Side): Claim => ({ words, one, other, expects: 'asGood' })

const claims: Readonly<Record<string, readonly Claim[]>> = {
  rex: ['linear', 'cosine', 'step', '1cycle', 'none'].map((schedule) =>
    better(`REX is better than ${schedule}, over all budgets`, { schedule: 'REX' }, { schedule }),
  ),
  clr: [
    asGood(
      'triangular2 reaches in 36 % of the steps what its lowest rate, fixed, reaches in all',
      { schedule: 'triangular2', budget: 0.36 },
      { schedule: 'fixed at the lowest rate', budget: 1 },
    ),
    asGood(
      'triangular2 reaches in 36 % of the steps what its highest rate, fixed, reaches in all',
      { schedule: 'triangular2', budget: 0.36 },
      { schedule: 'fixed at the highest rate', budget: 1 },
    ),
    better(
      'at 36 %, triangular2 is better than a plain decay between the same rates',
      { schedule: 'triangular2', budget: 0.36 },
      { schedule: 'decay to the lowest rate', budget: 0.36 },
    ),
    better(
      'in all steps, triangular2 is better than the lowest rate fixed',
      { schedule: 'triangular2', budget: 1 },
      { schedule: 'fixed at the lowest rate', budget: 1 },
    ),
    better(
      'in all steps, triangular is better than the lowest rate fixed',
      { schedule: 'triangular', budget: 1 },
      { schedule: 'fixed at the lowest rate', budget: 1 },
    ),
  ],
  'super-convergence': ['1cycle to 0.3', '1cycle to 1'].flatMap((schedule) => [
    asGood(
      `${schedule} reaches in 20 % of the steps what step decay reaches in all`,
      { schedule, budget: 0.2 },
      { schedule: 'step', budget: 1 },
    ),
    asGood(
      `${schedule} reaches in 40 % of the steps what step decay reaches in all`,
      { schedule, budget: 0.4 },
      { schedule: 'step', budget: 1 },
    ),
    better(
      `in 20 % of the steps, ${schedule} is better than step decay`,
      { schedule, budget: 0.2 },
      { schedule: 'step', budget: 0.2 },
    ),
    better(
      `in all steps, ${schedule} is better than step decay`,
      { schedule, budget: 1 },
      { schedule: 'step', budget: 1 },
    ),
  ]),
  sgdr: [
    better(
      'the last model of a run with restarts is better than one without',
      { schedule: 'SGDR' },
      { schedule: 'no restart' },
    ),
  ],
}

export const claimsOf = (id: string): readonly Claim[] => claims[id] ?? []

/** Errors of the mean within which nothing is told apart. */
const errors = 2

/** Whether the claim holds here. @param found test accuracy of the one less the other */
export function verdict(found: Spread, expects: Claim['expects']): string {
  const { mean, standardError } = found
  if (standardError === null) return 'not known: fewer than two seeds have both'
  if (mean < -errors * standardError) return 'does not hold: it is worse'
  if (mean > errors * standardError) return expects === 'better' ? 'holds' : 'holds: it is better'
  return expects === 'better' ? 'not told apart' : 'holds as far as this can tell: not told apart'
}

/** A row of the table of claims. */
export const claimRow = (words: string, found: Spread, expects: Claim['expects']): string[] => [
  words,
  differenceText(found, 'accuracy'),
  String(found.n),
  verdict(found, expects),
]

/**
 * Of the test accuracy after the last step: a value a seed, the mean over tasks and, where no budget is named, over budgets.
 * A seed counts where both sides have all of their runs.
 */
export function meanDifference(cells: readonly StudyCellInfo[], { one, other }: Claim): Spread {
  const seeds = [...new Set(cells.map(({ seed }) => seed))]
  const differences = seeds.flatMap((seed) => {
    const own = meanOf(cells, one, seed)
    const others = meanOf(cells, other, seed)
    return own === undefined || others === undefined ? [] : [own - others]
  })
  return spreadOf(differences) ?? noSpread
}

function meanOf(cells: readonly StudyCellInfo[], side: Side, seed: number): number | undefined {
  const found = cells.filter(
    (cell) =>
      cell.role === 'cell' &&
      cell.seed === seed &&
      cell.settings.schedule === side.schedule &&
      (side.budget === undefined || cell.budget === side.budget),
  )
  const values = found.flatMap(({ status, testAccuracy }) =>
    status === 'completed' && testAccuracy !== null ? [testAccuracy] : [],
  )
  if (values.length < found.length || values.length === 0) return undefined
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
