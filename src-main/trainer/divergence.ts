import { UserError } from '../../shared/errors.ts'
import type { Timetable } from '../../shared/run/plan.ts'
import { showRate } from '../../shared/schedule/fields.ts'

/** What ends a run whose numbers are no longer finite. */
export class Divergence extends UserError {
  readonly at: { readonly step: number; readonly lr: number }

  constructor(message: string, at: Divergence['at']) {
    super(message)
    this.at = at
  }
}

/** @param step after which it was found · @param lr applied in it */
export function diverged(timetable: Timetable, step: number, lr: number, what: string): Divergence {
  return new Divergence(
    `While training: ${what} after ${inSteps(step + 1)} under a learning rate of ${showRate(lr)}, so the run was stopped and ${keptBefore(timetable, step)}; start again with a lower rate.`,
    { step, lr },
  )
}

/** What of the run outlives a divergence in this step, in words. */
function keptBefore(timetable: Timetable, step: number): string {
  for (let before = step - 1; before >= 0; before--) {
    if (timetable.snapshotAfter(before) !== undefined)
      return `its last snapshot, after ${inSteps(before + 1)}, is kept`
  }
  return step === 0 ? 'has no state to keep' : 'its last checkpoint is kept'
}

const inSteps = (count: number): string => `${count} ${count === 1 ? 'step' : 'steps'}`
