import { rateText } from '../numberText.ts'
import { followsFeedback, writtenPeak } from '../schedule/index.ts'
import type { RunSpec } from './spec.ts'

type Branching = Pick<RunSpec, 'schedule' | 'optimizer'>

/**
 * What a branch begins anew though a user may think that it goes on, a sentence each: a schedule counts from its own step 0,
 * so that a policy which listens has heard nothing yet, and a decay which follows the rate is measured on its own schedule. Nothing is begun
 * anew that the parent did not have: what is new in the branch is told with the changes.
 */
export function branchNotes(parent: Branching, { schedule, optimizer }: Branching): string[] {
  const notes: string[] = []
  if (followsFeedback(schedule) && followsFeedback(parent.schedule)) {
    notes.push(
      'The plateau schedule begins anew: at its highest rate, with its whole patience, and with no best value to beat.',
    )
  }
  const [own, before] = [writtenPeak(schedule), writtenPeak(parent.schedule)]
  const isOther = own === undefined || own !== before
  if (decayFollowsRate(optimizer) && decayFollowsRate(parent.optimizer) && isOther) {
    const told = own === undefined ? '' : `, ${rateText(own)}`
    const was = before === undefined ? '' : ` (the other run's was ${rateText(before)})`
    notes.push(
      `The weight decay that follows the rate begins anew: it is ${optimizer.weightDecay} at the highest rate of this run's own schedule${told}${was}.`,
    )
  }
  return notes
}

const decayFollowsRate = ({ weightDecay, weightDecaySchedule }: Branching['optimizer']): boolean =>
  weightDecay > 0 && weightDecaySchedule === 'followsRate'
