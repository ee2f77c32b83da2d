import type { RunSummary } from '../../shared/api/runs.ts'
import type { Core } from '../core.ts'
import type { RunCommand, RunRecord } from '../store/types.ts'
import { plural } from './format.ts'

/** Milliseconds. */
const patience = 3000

export interface Answer {
  readonly obeyed: boolean
  /** Its trainer is on another machine, and it reaches that later. */
  readonly isKept?: boolean
  /** What has come of it, in a sentence. */
  readonly words: string
}

/** Asks a run and says what came of it. @param before the run as it was when it was asked */
export async function awaitAnswer(core: Core, before: RunRecord, command: RunCommand): Promise<Answer> {
  const answer = await core.runs.command(before.id, command, patience)
  if (answer.outcome === 'waits') return { obeyed: false, isKept: true, words: answer.reason }
  if (answer.outcome === 'refused') return { obeyed: false, words: answer.reason }
  return { obeyed: true, words: words(before, core.store.read.summary(before.id), command) }
}

function words(before: RunRecord, run: RunSummary, command: RunCommand): string {
  if (command.type === 'annealNow') {
    const annealed = annealedFrom(before, run, command.epochs)
    if (annealed !== undefined) return annealed
  }
  if (command.type === 'stop' && run.stopsAfterStep !== null)
    return `Run ${run.id} stops after ${plural(run.stopsAfterStep + 1, 'step')}, at the end of its cycle; "stop --cancel" takes that back.`
  if (command.type === 'keepGoing') return `Run ${run.id} goes on: no stop waits for the end of its cycle.`
  return `Run ${run.id} is ${run.status} with ${plural(run.stepsDone, 'step')} done.`
}

function annealedFrom(before: RunRecord, run: RunSummary, epochs: number): string | undefined {
  const steps = Math.max(1, Math.round(epochs * run.planned.plan.stepsPerEpoch))
  const known = before.planned.edits.length
  const edit = run.planned.edits.find((each, i) => i >= known && each.steps === steps)
  if (edit === undefined) return undefined
  return `Run ${run.id} ends its cycle over the ${plural(steps, 'step')} after ${plural(edit.atStep, 'step')}, and has ${plural(run.totalSteps, 'step')} now.`
}
