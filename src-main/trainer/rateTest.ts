import type { TrainerCommand } from '../../shared/run/messages.ts'
import type { Timetable } from '../../shared/run/plan.ts'
import type { RateTestSettings } from '../../shared/run/rateTest.ts'
import { showRate } from '../../shared/schedule/fields.ts'
import { createRateStop, type RateStopReason } from '../../shared/study/rateStop.ts'

/** A range test under way: it is shown every loss, and says when it has seen enough. */
export interface RateTest {
  /** @returns whether this step is the last one */
  ends(step: number, lr: number, loss: number): boolean
  /** Why it ended before its highest rate, in words, and with how many steps; undefined as long as it has not. */
  readonly end: { readonly stepsDone: number; readonly reason: string } | undefined
}

export function createRateTest(settings: RateTestSettings): RateTest {
  const next = createRateStop(settings)
  let end: RateTest['end']
  return {
    ends(step, lr, loss) {
      const stop = next(loss)
      if (stop !== undefined) end = { stepsDone: step + 1, reason: reasonOf(stop, step, lr, settings) }
      return stop !== undefined
    },
    get end() {
      return end
    },
  }
}

/** The same steps; nothing of what a training run leaves behind comes of them. */
export const withoutResults = (timetable: Timetable): Timetable => ({
  ...timetable,
  evaluatesAfter: () => false,
  snapshotAfter: () => undefined,
})

/** Orders that make no sense to a test. */
export const refusedByTests: ReadonlySet<TrainerCommand['type']> = new Set(['checkpoint', 'annealNow'])

export const refusalOfTest = (order: TrainerCommand['type']): string =>
  `While obeying ${order}: a range test keeps no state and follows its ramp; stop it, or let it end.`

function reasonOf(stop: RateStopReason, step: number, lr: number, { stopAt }: RateTestSettings): string {
  const where = `after step ${step + 1}, at a rate of ${showRate(lr)}`
  return stop === 'notFinite'
    ? `The loss was no number any more ${where}, and the test has seen enough.`
    : `The smoothed loss was above ${stopAt} times its least ${where}, and the test has seen enough.`
}
