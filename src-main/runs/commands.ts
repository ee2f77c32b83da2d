import { setTimeout } from 'node:timers/promises'
import type { CommandOutcome } from '../../shared/api/runs.ts'
import { commandWords, type TrainerEvent } from '../../shared/run/messages.ts'
import { isActive } from '../../shared/run/state.ts'
import type { RunCommand, RunRecord, Store } from '../store/types.ts'
import type { ActiveRun } from './activeRun.ts'

const lookEvery = 100
const sweepEvery = 1000
/** Milliseconds: a trainer obeys between two steps, and an evaluation of a large model is long. */
const usualPatience = 60_000

type Listen = (listener: (events: readonly TrainerEvent[]) => void) => () => void

/** Asks a trainer of this host and waits for what it says. @param requestId below 0: of no row of the database */
export function commandHere(
  store: Store,
  run: ActiveRun,
  command: RunCommand,
  requestId: number,
  listen: Listen,
): Promise<CommandOutcome> {
  const ended = run.finished.then(
    () => afterEnd(store.read.run(run.runId), command),
    () => afterEnd(store.read.run(run.runId), command),
  )
  const { promise: answered, resolve } = Promise.withResolvers<CommandOutcome>()
  const unlisten = listen((events) => {
    for (const event of events) {
      if (event.runId !== run.runId) continue
      if (event.type === 'refused' && event.requestId === requestId)
        resolve({ outcome: 'refused', reason: event.reason })
      // A stop has happened when the run has ended.
      else if (event.type === 'obeyed' && event.requestId === requestId && !endsRun(command))
        resolve({ outcome: 'obeyed' })
    }
  })
  run.ask({ ...command, requestId })
  return Promise.race([answered, ended]).finally(unlisten)
}

/**
 * Leaves the command for the host that runs it and looks until its trainer has obeyed or refused: the row goes when it is
 * obeyed and takes the reason when it is refused.
 * @param within milliseconds · @throws UserError when nobody runs it
 */
export async function commandElsewhere(
  store: Store,
  before: RunRecord,
  command: RunCommand,
  within = usualPatience,
): Promise<CommandOutcome> {
  const { read, write } = store
  const request = write.request(before.id, command)
  for (let waited = 0; waited <= within; waited += lookEvery) {
    // The run first: what is asked of one that has ended is not answered any more.
    const run = read.run(before.id)
    const fate = read.request(request)
    if (fate?.refusal) return { outcome: 'refused', reason: fate.refusal }
    const isSame = run.attempt === before.attempt
    if (isSame && fate === undefined && !(endsRun(command) && isActive(run.status)))
      return { outcome: 'obeyed' }
    if (!isSame || !isActive(run.status)) return afterEnd(run, command)
    // Its host may die with the command.
    if (waited % sweepEvery === 0) write.sweepDeadRuns()
    await setTimeout(lookEvery)
  }
  return {
    outcome: 'refused',
    reason: `The process that trains run ${before.id} has not obeyed within ${within / 1000} s; it may still do so.`,
  }
}

export const endsRun = (command: RunCommand): boolean => command.type === 'stop' && command.when === 'now'

/** What becomes of a command to a run that has ended before it was answered. */
export function afterEnd(run: RunRecord, command: RunCommand): CommandOutcome {
  // A stop has what it wanted.
  if (command.type === 'stop' && !isActive(run.status)) return { outcome: 'obeyed' }
  return {
    outcome: 'refused',
    reason: `While asking run ${run.id} to ${commandWords[command.type]}: it is ${run.status} with ${run.stepsDone} steps done and takes no more commands.`,
  }
}
