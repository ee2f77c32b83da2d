import type { RunSummary } from '../../../shared/api/runs.ts'
import type { TrainerCommand } from '../../../shared/run/messages.ts'
import { clock } from '../../workers/clock.ts'
import type { CommandName } from './useRunCommands.ts'

interface WaitingOrder {
  readonly name: CommandName
  /** "The pause waits" */
  readonly title: string
  readonly reason: string
}

const titles: Readonly<Record<CommandName, string>> = {
  pause: 'The pause waits',
  resume: 'Going on waits',
  stop: 'The stop waits',
  stopAtCycleEnd: 'The stop at the end of the cycle waits',
  keepGoing: 'Keeping going waits',
  annealNow: 'Annealing waits',
  extend: 'The extension waits',
}

/** Milliseconds: a worker that is in touch has answered by then. */
const usual = 3_000

/**
 * What was asked of a run and has not reached its trainer: here, with the host's reason, or by whom and when ever else, so that
 * a reload shows the same.
 */
export function ordersThatWait(
  run: Pick<RunSummary, 'status' | 'place'>,
  waiting: ReadonlyMap<CommandName, string>,
  now: number,
): WaitingOrder[] {
  const orders = new Map(waiting)
  for (const { command, askedAt } of run.place?.orders ?? []) {
    const name = nameOf(command)
    if (name === undefined || orders.has(name) || now - askedAt < usual) continue
    orders.set(name, `Asked at ${clock(askedAt, now)}. ${whyItWaits(run, now)}`)
  }
  return [...orders].map(([name, reason]) => ({ name, title: titles[name], reason }))
}

function nameOf(command: TrainerCommand): CommandName | undefined {
  switch (command.type) {
    case 'stop':
      return command.when === 'now' ? 'stop' : 'stopAtCycleEnd'
    case 'checkpoint':
      return undefined
    default:
      return command.type
  }
}

function whyItWaits({ status, place }: Pick<RunSummary, 'status' | 'place'>, now: number): string {
  if (status === 'queued') return 'It is kept, and reaches the run when a worker has taken it.'
  const name = place?.worker?.name ?? 'its worker'
  const since = place?.outOfTouchSince ?? null
  const why = since === null ? 'has not answered yet' : `is out of touch since ${clock(since, now)}`
  return `It is kept, and reaches the run when ${name} next connects: ${name} ${why}.`
}
