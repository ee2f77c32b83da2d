import { isActive, type RunStatus } from '../../shared/run/state.ts'
import { createPulse, follow } from '../api/pulse.ts'
import type { Core } from '../core.ts'
import type { RunNews, RunRecord } from '../store/types.ts'
import type { Cli } from './context.ts'
import type { ExitCode } from './exitCode.ts'
import { duration, fixed, percent, whole } from './format.ts'
import { placeText } from './placeText.ts'

/**
 * Shows a run that trains on another machine until it ends, as the database tells of it. An interrupt ends the showing alone:
 * the run goes on.
 */
export async function attendPlaced(
  cli: Cli,
  core: Core,
  queued: RunRecord,
): Promise<{ run: RunRecord; exitCode: ExitCode }> {
  const { terminal } = cli
  const end = new AbortController()
  const unhook = terminal.onInterrupt(() => end.abort())
  const say = (line: string): void => terminal.err(`${line}\n`)
  const tell = createTeller(core, say)
  const { read } = core.store
  try {
    const news = follow(createPulse(core), end.signal, undefined, (cursor) => {
      const found = read.runSince(queued.id, cursor)
      return found && { cursor: found.cursor, value: found }
    })
    for await (const { value } of news) {
      tell(value)
      if (hasEnded(value.run.status)) break
    }
  } finally {
    unhook()
  }
  const run = read.run(queued.id)
  if (!end.signal.aborted || hasEnded(run.status))
    return { run, exitCode: run.status === 'completed' || run.status === 'stopped' ? 0 : 1 }
  say(
    `\nRun ${run.id} ${run.status === 'queued' ? 'goes on waiting' : `goes on ${placeText(core.store, run)}`}; "anneal stop ${run.id}" ends it.`,
  )
  return { run, exitCode: 130 }
}

const hasEnded = (status: RunStatus): boolean => status !== 'queued' && !isActive(status)

/** A line for each epoch and snapshot, and whenever it is somewhere else or in another state. */
function createTeller(core: Core, say: (line: string) => void): (news: RunNews) => void {
  let state: string | undefined
  let since: { readonly time: number; readonly steps: number } | undefined
  return ({ run, epochs, snapshots, feedback, samplesPerSecond }) => {
    const now = stateText(core, run)
    if (now !== state) {
      state = now
      say(now)
      since = undefined
    }
    since ??= run.status === 'running' ? { time: Date.now(), steps: run.stepsDone } : undefined
    for (const { lr, reason } of feedback) say(`Learning rate cut to ${lr}: ${reason}`)
    for (const { cycle, step, valAccuracy, testAccuracy } of snapshots)
      say(
        `Snapshot of cycle ${cycle} after ${step + 1} steps: validation ${percent(valAccuracy)}, test ${percent(testAccuracy)}`,
      )
    for (const epoch of epochs)
      say(
        [
          `epoch ${epoch.epoch}`,
          `${epoch.step + 1}/${run.totalSteps} steps`,
          `loss ${fixed(epoch.trainLoss)}`,
          `train ${percent(epoch.trainAccuracy)}`,
          ...(epoch.valAccuracy === null ? [] : [`val ${percent(epoch.valAccuracy)}`]),
          ...(samplesPerSecond === null ? [] : [`${whole(samplesPerSecond)} examples/s`]),
          ...timeLeft(run, since),
        ].join('  '),
      )
  }
}

function timeLeft(
  { stepsDone, totalSteps }: Pick<RunRecord, 'stepsDone' | 'totalSteps'>,
  since: { readonly time: number; readonly steps: number } | undefined,
): string[] {
  const done = since === undefined ? 0 : stepsDone - since.steps
  if (since === undefined || done <= 0 || stepsDone >= totalSteps) return []
  return [`${duration(((Date.now() - since.time) / 1000 / done) * (totalSteps - stepsDone))} left`]
}

function stateText(core: Core, run: RunNews['run']): string {
  const { id, name, status, reason, place, device } = run
  const words = reason === null ? '' : `: ${reason}`
  if (status === 'queued') return `Run ${id} waits for ${placeText(core.store, run)}${words}`
  if (hasEnded(status)) return `Run ${id} is ${status}${words}`
  const silent = place?.outOfTouchSince != null ? `, which is out of touch; what it does comes later` : ''
  return `Run ${id} (${name}) is ${status} ${placeText(core.store, run)}${device === null ? '' : `, ${device}`}${silent}`
}
