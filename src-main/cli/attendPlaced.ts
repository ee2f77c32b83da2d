import { kernelSummary } from '../../shared/run/kernelShares.ts'
import { nameText, snapshotName } from '../../shared/run/snapshotName.ts'
import { isActive, type RunStatus } from '../../shared/run/state.ts'
import { createPulse, follow } from '../api/pulse.ts'
import type { Core } from '../core.ts'
import type { RunNews, RunRecord } from '../store/types.ts'
import { type Cli, typed } from './context.ts'
import type { ExitCode } from './exitCode.ts'
import { duration, fixed, percent, rate, whole } from './format.ts'
import { kernelLine } from './kernelText.ts'
import { oneLine } from './oneLine.ts'
import { placeText } from './placeText.ts'

/** Whoever may take it hears of it from the program that listens for workers. */
export const offered = (cli: Cli, { id }: Pick<RunRecord, 'id'>): string =>
  `Run ${id} is offered to other machines while the app is open: ${typed(cli, 'serve')}\n`

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
  terminal.err(offered(cli, queued))
  const end = new AbortController()
  const unhook = terminal.onInterrupt(() => end.abort())
  const say = (line: string): void => terminal.err(`${line}\n`)
  const tell = createTeller(core, say)
  const { read } = core.store
  // What it has come to before it was queued again is known.
  const first = read.runSince(queued.id)
  if (first !== undefined) tell({ ...first, epochs: [], snapshots: [], feedback: [], kernels: null })
  try {
    const news = follow(createPulse(core), end.signal, undefined, (cursor) => {
      const found = read.runSince(queued.id, cursor ?? first?.cursor)
      return found && { cursor: found.cursor, value: found }
    })
    if (first === undefined || !hasEnded(first.run.status))
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

type News = Omit<RunNews, 'cursor'>

/** A line for each epoch and snapshot in their order, and whenever it is somewhere else or in another state. */
function createTeller(core: Core, say: (line: string) => void): (news: News) => void {
  let [state, device]: (string | null)[] = [null, null]
  let since: Since | undefined
  return (news) => {
    const { run } = news
    const now = stateText(core, run)
    const isNew = now !== state
    state = now
    if (isNew && !hasEnded(run.status)) say(now)
    if (isNew) since = undefined
    since ??= run.status === 'running' ? { time: Date.now(), steps: run.stepsDone } : undefined
    if (run.device !== device && run.status === 'running') {
      device = run.device
      say(`${whole(run.totalSteps)} steps, on ${run.device}: ${run.deviceReason ?? ''}`)
    }
    if (news.kernels !== null && kernelSummary(news.kernels).warns) say(kernelLine(news.kernels))
    for (const { line } of linesOf(news, since).toSorted((a, b) => a.step - b.step)) say(line)
    if (isNew && hasEnded(run.status)) say(now)
  }
}

interface Since {
  readonly time: number
  readonly steps: number
}

function linesOf(
  { run, epochs, snapshots, feedback, samplesPerSecond }: News,
  since: Since | undefined,
): { readonly step: number; readonly line: string }[] {
  return [
    ...feedback.map(({ step, lr, reason }) => ({
      step,
      line: `Learning rate cut to ${rate(lr)}: ${reason}`,
    })),
    ...epochs.map((epoch) => ({
      step: epoch.step,
      line: [
        `epoch ${epoch.epoch}`,
        `${epoch.step + 1}/${run.totalSteps} steps`,
        `loss ${fixed(epoch.trainLoss)}`,
        `train ${percent(epoch.trainAccuracy)}`,
        ...(epoch.valAccuracy === null ? [] : [`val ${percent(epoch.valAccuracy)}`]),
        ...(samplesPerSecond === null ? [] : [`${whole(samplesPerSecond)} examples/s`]),
        ...timeLeft(run, since),
      ].join('  '),
    })),
    ...snapshots.map((snapshot) => ({
      step: snapshot.step,
      line: `Snapshot of ${nameText(snapshotName(run, snapshot))} after ${snapshot.step + 1} steps: validation ${percent(snapshot.valAccuracy)}, test ${percent(snapshot.testAccuracy)}`,
    })),
  ]
}

function timeLeft({ stepsDone, totalSteps }: News['run'], since: Since | undefined): string[] {
  const done = since === undefined ? 0 : stepsDone - since.steps
  if (since === undefined || done <= 0 || stepsDone >= totalSteps) return []
  return [`${duration(((Date.now() - since.time) / 1000 / done) * (totalSteps - stepsDone))} left`]
}

function stateText(core: Core, run: News['run']): string {
  const { id, name, status, reason, place } = run
  const words = reason === null ? '' : `: ${oneLine(reason)}`
  if (status === 'queued') return `Run ${id} waits for ${placeText(core.store, run)}${words}`
  if (hasEnded(status)) return `Run ${id} is ${status}${words}`
  const silent = place?.outOfTouchSince == null ? '' : ', which is out of touch; what it does comes later'
  return `Run ${id} (${oneLine(name)}) is ${status} ${placeText(core.store, run)}${silent}`
}
