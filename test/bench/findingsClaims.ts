import type { StudyCellInfo } from '../../shared/api/studies.ts'
import { type Spread, spreadOf } from '../../shared/study/budgetBlocks.ts'

interface Side {
  readonly schedule: string
  /** Shares of the full budget; all of the study when absent. */
  readonly budget?: number
}

/** A claim of a paper, as one schedule against another at their budgets. */
export interface Claim {
  readonly words: string
  readonly one: Side
  readonly other: Side
}

const against = (one: Side, other: Side): Claim => ({
  words: `${sideText(one)} − ${sideText(other)}`,
  one,
  other,
})

const sideText = ({ schedule, budget }: Side): string =>
  budget === undefined ? schedule : `${schedule} at ${(100 * budget).toFixed(0)} %`

const claims: Readonly<Record<string, readonly Claim[]>> = {
  rex: ['linear', 'cosine', 'step', '1cycle', 'none'].map((schedule) =>
    against({ schedule: 'REX' }, { schedule }),
  ),
  clr: [
    against({ schedule: 'triangular2', budget: 0.36 }, { schedule: 'fixed at the lowest rate', budget: 1 }),
    against({ schedule: 'triangular2', budget: 0.36 }, { schedule: 'fixed at the highest rate', budget: 1 }),
    against(
      { schedule: 'triangular2', budget: 0.36 },
      { schedule: 'decay to the lowest rate', budget: 0.36 },
    ),
    against({ schedule: 'triangular2', budget: 1 }, { schedule: 'fixed at the lowest rate', budget: 1 }),
    against({ schedule: 'triangular', budget: 1 }, { schedule: 'fixed at the lowest rate', budget: 1 }),
  ],
  'super-convergence': ['1cycle to 0.3', '1cycle to 1'].flatMap((schedule) => [
    against({ schedule, budget: 0.2 }, { schedule: 'step', budget: 1 }),
    against({ schedule, budget: 0.4 }, { schedule: 'step', budget: 1 }),
    against({ schedule, budget: 0.2 }, { schedule: 'step', budget: 0.2 }),
    against({ schedule, budget: 1 }, { schedule: 'step', budget: 1 }),
  ]),
  sgdr: [against({ schedule: 'SGDR' }, { schedule: 'no restart' })],
}

export const claimsOf = (id: string): readonly Claim[] => claims[id] ?? []

/**
 * Of the test accuracy after the last step: a value a seed, the mean over tasks and, where no budget is named, over budgets.
 * A seed counts where both sides have all of their runs.
 */
export function meanDifference(cells: readonly StudyCellInfo[], { one, other }: Claim): Spread {
  const seeds = [...new Set(cells.map(({ seed }) => seed))]
  return spreadOf(
    seeds.flatMap((seed) => {
      const own = meanOf(cells, one, seed)
      const others = meanOf(cells, other, seed)
      return own === undefined || others === undefined ? [] : [own - others]
    }),
  )
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
