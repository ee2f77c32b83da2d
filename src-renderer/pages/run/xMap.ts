import { bisector } from 'd3-array'
import type { EpochInfo, RunSummary } from '../../../shared/api/runs.ts'
import { count, duration } from '../../format/format.ts'

/** An x axis that runs along the steps: step, epoch or training time. */
export interface XMap {
  readonly label: string
  /** Of its numbers in a table; `format` has one of its own. */
  readonly unit?: string
  readonly toX: (step: number) => number
  /** The whole step nearest to a place on the axis. */
  readonly toStep: (x: number) => number
  readonly format: (x: number) => string
  /** Only whole numbers are places on it. */
  readonly whole?: boolean
}

/** Steps done after each step: the first step is at 1. */
export const stepMap: XMap = {
  label: 'step',
  toX: (step) => step + 1,
  toStep: (x) => Math.round(x) - 1,
  format: (x) => count(x),
  whole: true,
}

/** Epochs done after each step: the last step of epoch 3 is at 3. */
export function epochMap(stepsPerEpoch: number): XMap {
  return {
    label: 'epoch',
    toX: (step) => (step + 1) / stepsPerEpoch,
    toStep: (x) => Math.round(x * stepsPerEpoch) - 1,
    format: (x) => String(Number(x.toFixed(3))),
  }
}

/** Steps done and the seconds they took. */
interface Knot {
  readonly steps: number
  readonly seconds: number
}

/**
 * Training time, evaluations included: measured at the end of every epoch and evenly spread over its steps; after the last
 * of them at the speed given.
 */
export function timeMap(epochs: readonly EpochInfo[], secondsPerStep: number): XMap {
  const knots = knotsOf(epochs)
  const last = knots.at(-1) ?? { steps: 0, seconds: 0 }
  // A knot far out, so that what is after the last epoch needs no rule of its own.
  const all = [...knots, { steps: last.steps + 1e9, seconds: last.seconds + 1e9 * secondsPerStep }]
  return {
    label: 'training time',
    unit: 's',
    toX: (step) => between(all, step + 1, 'steps', 'seconds'),
    toStep: (x) => Math.round(between(all, x, 'seconds', 'steps')) - 1,
    format: duration,
  }
}

function knotsOf(epochs: readonly EpochInfo[]): Knot[] {
  const knots: Knot[] = [{ steps: 0, seconds: 0 }]
  let seconds = 0
  for (const epoch of epochs) {
    const before = knots.at(-1)?.steps ?? 0
    if (epoch.step + 1 <= before) continue
    seconds += Math.max(epoch.seconds, 1e-6)
    knots.push({ steps: epoch.step + 1, seconds })
  }
  return knots
}

const bisectBy = {
  steps: bisector(({ steps }: Knot) => steps).right,
  seconds: bisector(({ seconds }: Knot) => seconds).right,
} as const

function between(knots: readonly Knot[], at: number, from: keyof Knot, to: keyof Knot): number {
  const after = Math.min(knots.length - 1, Math.max(1, bisectBy[from](knots, at)))
  const a = knots[after - 1]
  const b = knots[after]
  if (a === undefined || b === undefined || b[from] === a[from]) return 0
  return a[to] + ((at - a[from]) * (b[to] - a[to])) / (b[from] - a[from])
}

/** Seconds a step takes with its share of evaluations, from the epochs measured last; before there are any, from the speed. */
export function secondsPerStep(
  run: RunSummary,
  epochs: readonly EpochInfo[],
  samplesPerSecond: number | null,
): number | undefined {
  const { stepsPerEpoch } = run.planned.plan
  // An evaluation comes every so many epochs: whole rounds of them, so that each has its share.
  const round = run.spec.evaluation.everyEpochs
  const whole = epochs.filter(({ step }) => (step + 1) % stepsPerEpoch === 0)
  const rounds = Math.max(1, Math.floor(Math.min(5, whole.length) / round))
  const recent = whole.slice(-Math.min(rounds * round, whole.length)).map(({ seconds }) => seconds)
  if (recent.length > 0) return (round === 1 ? median(recent) : mean(recent)) / stepsPerEpoch
  return samplesPerSecond === null || samplesPerSecond <= 0
    ? undefined
    : run.spec.batchSize / samplesPerSecond
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** One epoch that was paused in, or disturbed, does not count. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}
