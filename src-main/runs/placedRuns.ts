import { setTimeout } from 'node:timers/promises'
import type { CommandOutcome } from '../../shared/api/runs.ts'
import { UserError } from '../../shared/errors.ts'
import { isActive } from '../../shared/run/state.ts'
import type { Placement } from '../../shared/worker/placement.ts'
import type { RunCommand, RunRecord, Store } from '../store/types.ts'
import { afterEnd, endsRun } from './commands.ts'

/* Runs that are placed on other machines: nothing of them is started here, and what is asked of them travels. */

const lookEvery = 100
/** Milliseconds: a worker that is in touch answers within one. Whoever asks waits no longer, since the order is kept. */
const usualPatience = 3000

/** @throws UserError where it names a worker that is not there */
export function checkPlacement({ workers }: Store, placement: Placement | undefined, doing: string): void {
  if (placement?.at !== 'worker') return
  const worker = workers.find(placement.workerId)
  if (worker !== undefined && worker.state !== 'removed') return
  const names = workers.list().flatMap(({ name, state }) => (state === 'removed' ? [] : [name]))
  throw new UserError(
    `While ${doing}: the worker it is to train on is not there${worker === undefined ? '' : ' any more'} (received ${worker?.name ?? placement.workerId}); choose ${names.length === 0 ? 'this machine' : `one of ${names.join(', ')}`}.`,
  )
}

/**
 * Withdraws a run that no worker has taken; leaves any other command in the database, and waits some seconds for what comes
 * of it.
 * @param within milliseconds
 */
export async function commandPlaced(
  store: Store,
  before: RunRecord,
  command: RunCommand,
  within = usualPatience,
): Promise<CommandOutcome> {
  const { read, write, workers } = store
  if (before.status === 'queued' && command.type === 'stop') {
    if (workers.withdraw(before.id, 'It was withdrawn before a worker took it.')) return { outcome: 'obeyed' }
  }
  const request = write.request(before.id, command)
  const until = Date.now() + within
  for (;;) {
    // The run first: what is asked of one that has ended is not answered any more.
    const run = read.run(before.id)
    const fate = read.request(request)
    if (fate?.refusal) return { outcome: 'refused', reason: fate.refusal }
    if (!isActive(run.status) && run.status !== 'queued') return afterEnd(run, command)
    if (fate === undefined && !endsRun(command)) return { outcome: 'obeyed' }
    if (Date.now() >= until) return { outcome: 'waits', reason: whyItWaits(run) }
    await setTimeout(lookEvery)
  }
}

function whyItWaits({ id, status, place, hostId }: RunRecord): string {
  if (status === 'queued')
    return `Run ${id} waits for another worker; the order is kept, and reaches it when one has taken it.`
  const worker = `worker ${place?.worker?.name ?? ''}`
  const kept = 'the order is kept, and reaches the run when that worker next connects.'
  if (hostId === null)
    return `No program of this lab listens for ${worker} now (open the app, or run "anneal serve"); ${kept}`
  const since = place?.outOfTouchSince ?? null
  if (since === null) return `The ${worker} has not answered yet; ${kept}`
  return `The ${worker} is out of touch since ${clock(since)}; ${kept}`
}

/** "14:02" of today, "2 November, 14:02" of another day, in this machine's time zone. */
function clock(time: number): string {
  const day = (at: number): string =>
    new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'long' })
  const hour = new Date(time).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  return day(time) === day(Date.now()) ? hour : `${day(time)}, ${hour}`
}
