import type { EpochInfo, FeedbackInfo, RunChange, RunSummary, SnapshotInfo } from '../../shared/api/runs.ts'
import type { KernelUse } from '../../shared/run/kernelUse.ts'

/** One run as it trains, put together from the steps of its subscription. */
export interface RunWatch {
  readonly run: RunSummary | undefined
  /** By epoch. */
  readonly epochs: readonly EpochInfo[]
  /** By step. */
  readonly snapshots: readonly SnapshotInfo[]
  /** By step. */
  readonly feedback: readonly FeedbackInfo[]
  /** What the kernels of its steps take; null before it is known. */
  readonly kernels: KernelUse | null
  readonly samplesPerSecond: number | null
  /** Whether its trainer is a child of the program that answers. */
  readonly isHere: boolean
}

export const emptyWatch: RunWatch = {
  run: undefined,
  epochs: [],
  snapshots: [],
  feedback: [],
  kernels: null,
  samplesPerSecond: null,
  isHere: false,
}

/**
 * Rows replace rows, so that a step applied twice changes nothing. What a resumed run has retracted goes: rows beyond its
 * steps. Lists without news stay the same objects.
 */
export function applyChange(watch: RunWatch, change: RunChange): RunWatch {
  const done = change.run.stepsDone
  return {
    run: change.run,
    epochs: merge(watch.epochs, change.epochs, ({ epoch }) => epoch, done),
    snapshots: merge(watch.snapshots, change.snapshots, ({ step }) => step, done),
    feedback: merge(watch.feedback, change.feedback, ({ step }) => step, done),
    kernels: change.kernels ?? watch.kernels,
    samplesPerSecond: change.samplesPerSecond,
    isHere: change.isHere,
  }
}

function merge<T extends { readonly step: number }>(
  old: readonly T[],
  news: readonly T[],
  keyOf: (row: T) => number,
  stepsDone: number,
): readonly T[] {
  const stands = ({ step }: T): boolean => step < stepsDone
  const kept = old.every(stands) ? old : old.filter(stands)
  if (news.length === 0) return kept
  const last = kept.at(-1)
  const first = news[0]
  const goesOn = last === undefined || (first !== undefined && keyOf(first) > keyOf(last))
  if (goesOn && isAscending(news, keyOf)) return [...kept, ...news]
  const byKey = new Map([...kept, ...news].map((row) => [keyOf(row), row]))
  return [...byKey.values()].sort((a, b) => keyOf(a) - keyOf(b))
}

const isAscending = <T>(rows: readonly T[], keyOf: (row: T) => number): boolean =>
  rows.every((row, i) => {
    const before = rows[i - 1]
    return before === undefined || keyOf(before) < keyOf(row)
  })
