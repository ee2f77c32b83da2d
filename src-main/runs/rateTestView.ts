import type { RatePoint, RateTestView } from '../../shared/api/studies.ts'
import { UserError } from '../../shared/errors.ts'
import { isActive } from '../../shared/run/state.ts'
import { type RateColumns, type RateReading, readRateTest } from '../../shared/study/rateTest.ts'
import type { RunRecord, StoreReads } from '../store/types.ts'

/**
 * What a range test says so far. All that is read off it is read off every step; only the points told may be fewer.
 * @throws UserError for a run of another kind
 */
export function viewRateTest(
  read: StoreReads,
  { id, name, status, rateTest }: Pick<RunRecord, 'id' | 'name' | 'status' | 'rateTest'>,
  maxPoints = Number.POSITIVE_INFINITY,
): RateTestView {
  if (rateTest === null) {
    throw new UserError(
      `While reading range test ${id}: ${name} is a training run; list the runs to see which are range tests.`,
    )
  }
  const columns = columnsOf(read, id)
  const reading = readRateTest(rateTest, columns, !isActive(status) && status !== 'queued')
  const { stop, suggestions, bounds, warnings } = reading
  return {
    runId: id,
    settings: rateTest,
    status,
    points: pointsOf(columns, reading, maxPoints),
    stoppedAt: stop?.step ?? null,
    stoppedFor: stop?.why ?? null,
    suggestions,
    bounds,
    warnings,
  }
}

/** Up to the first step that cannot be read of one of them. */
function columnsOf(read: StoreReads, runId: string): RateColumns {
  const column = (series: string): number[] => {
    const all: number[] = []
    for (const { steps, values } of read.chunks(runId, series)) {
      if (steps[0] !== all.length) break
      for (const value of values) all.push(value)
    }
    return all
  }
  const [lrs, losses, accuracies] = [column('lr'), column('loss'), column('accuracy')]
  const count = Math.min(lrs.length, losses.length, accuracies.length)
  return { lrs: lrs.slice(0, count), losses: losses.slice(0, count), accuracies: accuracies.slice(0, count) }
}

/** Up to the stop: every n-th, and the last. */
function pointsOf(
  { lrs, losses, accuracies }: RateColumns,
  { smoothed, stop }: RateReading,
  most: number,
): RatePoint[] {
  const count = stop === null ? smoothed.length : stop.step + 1
  const every = Math.max(1, Math.ceil(count / most))
  const points: RatePoint[] = []
  for (let step = 0; step < count; step++) {
    if (step % every !== 0 && step !== count - 1) continue
    points.push({
      step,
      lr: lrs[step] ?? 0,
      loss: finiteOrNull(losses[step]),
      smoothed: finiteOrNull(smoothed[step]),
      accuracy: finiteOrNull(accuracies[step]),
    })
  }
  return points
}

const finiteOrNull = (value = Number.NaN): number | null => (Number.isFinite(value) ? value : null)
