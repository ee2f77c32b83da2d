import sparkly from 'sparkly'
import { kernelSummary } from '../../shared/run/kernelShares.ts'
import type { TrainerEvent } from '../../shared/run/messages.ts'
import { nameText, snapshotName } from '../../shared/run/snapshotName.ts'
import type { ActiveRun } from '../runs/activeRun.ts'
import type { RunRecord } from '../store/types.ts'
import { duration, fixed, percent, rate, whole } from './format.ts'
import { kernelLine } from './kernelText.ts'
import { barLine, startLiveBar } from './liveBar.ts'
import { oneLine } from './oneLine.ts'
import type { Terminal } from './terminal.ts'
import { wrap } from './wrap.ts'

/** Shows a run as it trains: a bar on a live terminal, a line an epoch anywhere else. */
export interface Progress {
  take(events: readonly TrainerEvent[]): void
  stop(): void
}

interface View {
  readonly run: Pick<RunRecord, 'spec' | 'planned'>
  totalSteps: number
  steps: number
  lr: number
  samplesPerSecond: number
  /** Mean loss of each batch of metrics, oldest first. */
  losses: number[]
  /** Steps this attempt began with, and when its first step came (milliseconds). */
  from: number
  since: number
}

export function watchRun(
  terminal: Terminal,
  run: RunRecord,
  active: Pick<ActiveRun, 'trainerPid'>,
  hint = '',
): Progress {
  const now = Date.now
  const view: View = {
    run,
    totalSteps: run.totalSteps,
    steps: run.stepsDone,
    lr: 0,
    samplesPerSecond: 0,
    losses: [],
    from: run.stepsDone,
    since: now(),
  }
  const { screen } = terminal
  const bar = screen && startLiveBar(screen, view.steps, view.totalSteps, () => lineOf(screen))
  const { stepsPerEpoch } = run.planned.plan
  const lineOf = ({ columns }: NodeJS.WriteStream): string =>
    barLine(Math.min(1, view.steps / view.totalSteps), facts(view, stepsPerEpoch, now), columns || 80)
  const say = (line: string): void => (bar ? bar.log(line) : terminal.err(line))
  return {
    take(events) {
      for (const event of events) {
        if (event.type === 'ready') {
          if (hint !== '') say(hint)
          say(`Training ${oneLine(run.name)} (${run.id}) in process ${active.trainerPid}.\n`)
        }
        const line = absorb(view, event, now)
        if (line !== undefined && (bar === undefined || event.type !== 'epoch'))
          say(`${bar ? wrap(line, terminal.columns) : line}\n`)
      }
      bar?.update(view.steps, view.totalSteps)
    },
    stop() {
      bar?.update(view.steps, view.totalSteps)
      bar?.stop()
    },
  }
}

/** Takes the event into the view; returns the line it is worth, if any. */
function absorb(view: View, event: TrainerEvent, now: () => number): string | undefined {
  switch (event.type) {
    case 'ready':
      view.since = now()
      view.totalSteps = event.totalSteps
      return `${whole(event.parameters)} parameters, ${whole(event.totalSteps)} steps, on ${event.device}: ${event.reason}`
    case 'metrics':
      absorbMetrics(view, event)
      return undefined
    case 'epoch':
      return epochLine(view, event, now)
    case 'snapshot':
      return `Snapshot of ${nameText(snapshotName(view.run, event))} after ${event.step + 1} steps: ${heldOut(event)}`
    case 'kernels':
      return kernelSummary(event.kernels).warns ? kernelLine(event.kernels) : undefined
    case 'edited':
      view.totalSteps = event.totalSteps
      return `Annealing now: the run has ${whole(event.totalSteps)} steps.`
    case 'feedback':
      return `Learning rate cut to ${rate(event.lr)}: ${event.reason}`
    case 'refused':
      return `Refused: ${oneLine(event.reason)}`
    case 'stopPlanned':
      return event.afterStep === null
        ? 'The stop at the end of its cycle is taken back: it goes on.'
        : `Stops after ${whole(event.afterStep + 1)} steps, at the end of its cycle.`
    case 'status':
      return event.status === 'paused' ? `Paused with ${whole(event.step)} steps done.` : undefined
    default:
      return undefined
  }
}

function absorbMetrics(view: View, event: Extract<TrainerEvent, { type: 'metrics' }>): void {
  const { lr, loss } = event.columns
  const count = lr?.length ?? 0
  view.steps = Math.max(view.steps, event.firstStep + count)
  view.from = Math.min(view.from, event.firstStep)
  view.lr = lr?.at(-1) ?? view.lr
  view.samplesPerSecond = event.samplesPerSecond
  if (loss !== undefined && loss.length > 0) {
    view.losses.push(loss.reduce((sum, value) => sum + value, 0) / loss.length)
    if (view.losses.length > 2 * lossesKept) view.losses = everyOther(view.losses)
  }
}

const lossesKept = 512
const everyOther = (values: readonly number[]): number[] => values.filter((_, i) => i % 2 === 0)

function epochLine(view: View, event: Extract<TrainerEvent, { type: 'epoch' }>, now: () => number): string {
  const left = timeLeft(view, now)
  return [
    `epoch ${event.epoch}`,
    `${event.step + 1}/${view.totalSteps} steps`,
    `lr ${rate(view.lr)}`,
    `loss ${fixed(event.trainLoss)}`,
    `train ${percent(event.trainAccuracy)}`,
    ...(event.valAccuracy === null ? [] : [`val ${percent(event.valAccuracy)}`]),
    `${whole(view.samplesPerSecond)} examples/s`,
    ...(left === undefined ? [] : [`${left} left`]),
  ].join('  ')
}

function heldOut(scores: { valAccuracy: number | null; testAccuracy: number | null }): string {
  return `validation ${percent(scores.valAccuracy)}, test ${percent(scores.testAccuracy)}`
}

function timeLeft(view: View, now: () => number): string | undefined {
  const done = view.steps - view.from
  const left = view.totalSteps - view.steps
  if (done <= 0 || left <= 0) return undefined
  return duration(((now() - view.since) / 1000 / done) * left)
}

/** The facts of the bar; what matters least comes last, and goes first when there is no room. */
function facts(view: View, stepsPerEpoch: number, now: () => number): string[] {
  const loss = view.losses.at(-1)
  return [
    `epoch ${(view.steps / stepsPerEpoch).toFixed(1)}/${Number((view.totalSteps / stepsPerEpoch).toFixed(1))}`,
    loss === undefined ? '' : `lr ${rate(view.lr)}`,
    loss === undefined ? '' : `loss ${fixed(loss, 3)}`,
    timeLeft(view, now) === undefined ? '' : `${timeLeft(view, now)} left`,
    loss === undefined ? '' : sparkline(view.losses, 16),
    view.samplesPerSecond === 0 ? '' : `${whole(view.samplesPerSecond)} examples/s`,
  ]
}

/** The whole history in `width` characters, each the mean of its share. */
function sparkline(values: readonly number[], width: number): string {
  const finite = values.filter(Number.isFinite)
  const size = Math.max(1, finite.length / width)
  const means = Array.from({ length: Math.min(width, finite.length) }, (_, i) => {
    const part = finite.slice(
      Math.floor(i * size),
      Math.max(Math.floor(i * size) + 1, Math.floor((i + 1) * size)),
    )
    return part.reduce((sum, value) => sum + value, 0) / part.length
  })
  return sparkly(means)
}
