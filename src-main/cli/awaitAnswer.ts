import { setTimeout } from 'node:timers/promises'
import { isActive } from '../../shared/run/state.ts'
import type { RunCommand, RunRecord, StoreReads } from '../store/types.ts'
import { plural, whole } from './format.ts'

const patience = 3000
const lookEvery = 100

/**
 * Waits until the stored run shows that the process that trains it has obeyed: a command between processes is a row in
 * the database, and nobody answers it directly.
 * @param before the run as it was when it was asked
 * @returns what has come of it, in words; undefined when nothing has by then
 */
export async function awaitAnswer(
  read: StoreReads,
  before: RunRecord,
  command: RunCommand,
): Promise<string | undefined> {
  for (let waited = 0; waited <= patience; waited += lookEvery) {
    const outcome = outcomeOf(before, read.run(before.id), command)
    if (outcome !== undefined) return outcome
    await setTimeout(lookEvery)
  }
  return undefined
}

function outcomeOf(before: RunRecord, run: RunRecord, command: RunCommand): string | undefined {
  const state = `Run ${run.id} is ${run.status} with ${plural(run.stepsDone, 'step')} done.`
  switch (command.type) {
    case 'pause':
      return run.status === 'paused' ? state : undefined
    case 'resume':
      return run.status === 'running' ? state : undefined
    case 'stop':
      if (!isActive(run.status)) return state
      return command.when === 'now' ? undefined : `Run ${run.id} is asked to stop at the end of its cycle.`
    case 'annealNow':
      return annealedFrom(before, run, command.epochs)
  }
}

function annealedFrom(before: RunRecord, run: RunRecord, epochs: number): string | undefined {
  const steps = Math.max(1, Math.round(epochs * run.position.plan.stepsPerEpoch))
  const known = before.position.edits.length
  const edit = run.position.edits.find((each, i) => i >= known && each.steps === steps)
  if (edit === undefined) return undefined
  return `Run ${run.id} ends its cycle over ${plural(steps, 'step')} from step ${whole(edit.atStep)} on, and has ${plural(run.totalSteps, 'step')} now.`
}
