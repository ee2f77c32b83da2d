import type { EpochInfo, RunSummary } from '../../../shared/api/runs.ts'
import * as format from '../../format/format.ts'
import { factsOf, secondsOf } from '../runs/facts.ts'

export interface Score {
  readonly id: string
  readonly label: string
  readonly read: (run: RunSummary, epochs: readonly EpochInfo[]) => number | null
  readonly show: (value: number | null) => string
  readonly showDelta: (difference: number) => string
  readonly better?: 'higher' | 'lower'
  /** On the validation data, or on the test data of a run that has no other. */
  readonly ofValidation?: boolean
}

const share = { show: format.percent, showDelta: format.points, better: 'higher' } as const
const nats = {
  show: format.loss,
  showDelta: (difference: number) => format.signed(difference, 4),
  better: 'lower',
} as const

/** What a comparison comes down to. */
export const scores: readonly Score[] = [
  { id: 'best', label: 'Best validation', read: (run) => factsOf(run).best, ...share, ofValidation: true },
  { id: 'last', label: 'Last validation', read: (run) => factsOf(run).last, ...share, ofValidation: true },
  { id: 'test', label: 'Test at the best', read: (run) => factsOf(run).test, ...share },
  { id: 'ensemble', label: 'Best ensemble', read: (run) => factsOf(run).ensemble, ...share },
  { id: 'valLoss', label: 'Val. loss, nats', read: (run) => factsOf(run).valLoss, ...nats },
  { id: 'trainLoss', label: 'Train loss, nats', read: (run) => factsOf(run).trainLoss, ...nats },
  {
    id: 'time',
    label: 'Time',
    read: (run) => secondsOf(run),
    show: format.duration,
    showDelta: (value) => `${value < 0 ? '−' : '+'}${format.duration(Math.abs(value))}`,
  },
  {
    id: 'speed',
    label: 'Samples/s',
    read: speedOf,
    show: format.perSecond,
    showDelta: (value) => format.signed(value, 0),
  },
]

/** Examples trained on per second over all epochs measured, evaluations included. */
function speedOf(run: RunSummary, epochs: readonly EpochInfo[]): number | null {
  const last = epochs.at(-1)
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0)
  return last === undefined || seconds <= 0 ? null : ((last.step + 1) * run.spec.batchSize) / seconds
}

export interface ScoreCell {
  readonly text: string
  readonly delta?: string
  readonly isBetter?: boolean
  /** The best of all runs compared. */
  readonly isTop: boolean
}

/** A row of cells: the score of each run, beside the baseline's. */
export function scoreCells(
  score: Score,
  runs: readonly RunSummary[],
  epochsOf: (id: string) => readonly EpochInfo[],
  baseline: RunSummary | undefined,
): readonly ScoreCell[] {
  const values = runs.map((run) => score.read(run, epochsOf(run.id)))
  const known = values.filter((value) => value !== null)
  const top = score.better === 'lower' ? Math.min(...known) : Math.max(...known)
  const base = baseline === undefined ? null : score.read(baseline, epochsOf(baseline.id))
  return runs.map((run, place) => {
    const value = values[place] ?? null
    const isTop = score.better !== undefined && known.length > 1 && value === top
    const isOfTest = score.ofValidation === true && value !== null && run.spec.dataset.validation === 0
    const cell = { text: `${score.show(value)}${isOfTest ? ' (test)' : ''}`, isTop }
    if (value === null || base === null || run.id === baseline?.id) return cell
    const delta = score.showDelta(value - base)
    if (score.better === undefined || value === base || delta.startsWith('±')) return { ...cell, delta }
    return { ...cell, delta, isBetter: value > base === (score.better === 'higher') }
  })
}
