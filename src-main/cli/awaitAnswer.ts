import { setTimeout } from 'node:timers/promises'
import { isActive } from '../../shared/run/state.ts'
import type { RunCommand, RunRecord, StoreReads } from '../store/types.ts'
import { plural, whole } from './format.ts'

const patience = 3000
const lookEvery = 100

export interface Answer {
  readonly obeyed: boolean
  /** What has come of it, in a sentence. */
  readonly words: string
}

/**
 * Waits until the database shows what the process that trains the run made of a command: between processes it is a
 * row, which goes when it is obeyed and takes the reason when it is refused.
 * @param before the run as it was when it was asked
 * @param request undefined when the run trains in this very process
 */
export async function awaitAnswer(
  read: StoreReads,
  before: RunRecord,
  command: RunCommand,
  request: number | undefined,
): Promise<Answer> {
  for (let waited = 0; waited <= patience; waited += lookEvery) {
    const fate = request === undefined ? undefined : read.request(request)
    if (fate?.refusal) return { obeyed: false, words: fate.refusal }
    const answer = outcomeOf(before, read.run(before.id), command, fate?.taken ?? true)
    if (answer !== undefined) return answer
    await setTimeout(lookEvery)
  }
  return {
    obeyed: false,
    words: `The process that trains run ${before.id} has not obeyed within ${patience / 1000} s; it may still do so.`,
  }
}

/** @param taken whether the command has reached the trainer */
function outcomeOf(
  before: RunRecord,
  run: RunRecord,
  command: RunCommand,
  taken: boolean,
): Answer | undefined {
  const words = `Run ${run.id} is ${run.status} with ${plural(run.stepsDone, 'step')} done.`
  const ended = !isActive(run.status)
  switch (command.type) {
    case 'pause':
      return run.status === 'paused' || ended ? { obeyed: !ended, words } : undefined
    case 'resume':
      return run.status === 'running' || ended ? { obeyed: !ended, words } : undefined
    case 'stop':
      if (ended) return { obeyed: true, words }
      if (command.when === 'now' || !taken) return undefined
      return { obeyed: true, words: `Run ${run.id} is asked to stop at the end of its cycle.` }
    case 'annealNow': {
      const annealed = annealedFrom(before, run, command.epochs)
      if (annealed !== undefined) return { obeyed: true, words: annealed }
      return ended ? { obeyed: false, words } : undefined
    }
  }
}

function annealedFrom(before: RunRecord, run: RunRecord, epochs: number): string | undefined {
  const steps = Math.max(1, Math.round(epochs * run.position.plan.stepsPerEpoch))
  const known = before.position.edits.length
  const edit = run.position.edits.find((each, i) => i >= known && each.steps === steps)
  if (edit === undefined) return undefined
  return `Run ${run.id} ends its cycle over ${plural(steps, 'step')} from step ${whole(edit.atStep)} on, and has ${plural(run.totalSteps, 'step')} now.`
}
