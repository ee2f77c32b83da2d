import type { StudyCellInfo } from '../../../shared/api/studies.ts'

/** A cell that has come to its end, of a full run of 1000 steps, but for what is given. */
export function cellInfo(given: Partial<StudyCellInfo> = {}): StudyCellInfo {
  const budget = given.budget ?? 1
  const steps = Math.round(1000 * budget)
  return {
    key: '',
    role: 'cell',
    settings: {},
    seed: 1,
    budget,
    stage: 0,
    ordinal: 0,
    runId: 'run',
    status: 'completed',
    reason: null,
    diverged: null,
    validationAccuracy: null,
    validationLoss: null,
    testAccuracy: null,
    testLoss: null,
    steps,
    totalSteps: steps,
    seconds: 1,
    ...given,
  }
}

/** A cell for each validation accuracy, seeds from 1; null: that run diverged at its step 7 with the rate 3. */
export const seedsOf = (
  schedule: string,
  budget: number,
  accuracies: readonly (number | null)[],
  given: Partial<StudyCellInfo> = {},
): StudyCellInfo[] =>
  accuracies.map((validationAccuracy, i) =>
    cellInfo({
      ...given,
      settings: { schedule, ...given.settings },
      budget,
      seed: i + 1,
      validationAccuracy,
      runId: `${schedule} ${budget} ${i + 1}`,
      ...(validationAccuracy === null && { status: 'failed', diverged: { step: 7, lr: 3 } }),
    }),
  )
