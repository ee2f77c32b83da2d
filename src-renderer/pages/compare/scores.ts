import type { EpochInfo, RunSummary } from '../../../shared/api/runs.ts'
import * as format from '../../format/format.ts'
import { inMeasure, type ScoreMeasure } from '../../format/scoreMeasure.ts'
import { isSameData } from '../runs/columns/delta.ts'
import { factsOf, type PartFacts, secondsOf } from '../runs/facts.ts'

export interface Score {
  readonly id: string
  readonly label: string
  /** The part of the data it is of; absent where it is of none. */
  readonly part?: 'training' | 'validation' | 'test'
  readonly read: (run: RunSummary, epochs: readonly EpochInfo[]) => number | null
  readonly show: (value: number | null) => string
  readonly showDelta: (difference: number) => string
  readonly better?: 'higher' | 'lower'
}

const nats = {
  show: format.loss,
  showDelta: (difference: number) => format.signed(difference, 4),
  better: 'lower',
} as const

const partScore = (
  id: string,
  label: string,
  part: 'validation' | 'test',
  which: keyof PartFacts,
  measure: ScoreMeasure,
): Score => ({
  id,
  label,
  part,
  read: (run) => inMeasure(factsOf(run)[part][which], measure),
  show: (value) => format.percent(value),
  showDelta: (difference) => format.points(difference),
  better: measure === 'accuracy' ? 'higher' : 'lower',
})

/** What a comparison comes down to: what stands side by side is of one part of the data. */
export function scoresIn(measure: ScoreMeasure): readonly Score[] {
  return [
    partScore('best', 'Best', 'validation', 'best', measure),
    partScore('last', 'Last', 'validation', 'last', measure),
    partScore('validationEnsemble', 'Best ensemble', 'validation', 'ensemble', measure),
    partScore('test', 'At the best', 'test', 'best', measure),
    partScore('testEnsemble', 'Best ensemble', 'test', 'ensemble', measure),
    {
      id: 'valLoss',
      label: 'Loss, nats',
      part: 'validation',
      read: (run) => factsOf(run).validationLoss,
      ...nats,
    },
    {
      id: 'trainLoss',
      label: 'Loss, nats',
      part: 'training',
      read: (run) => factsOf(run).trainLoss,
      ...nats,
    },
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
}

/** Examples a second over the training steps of all epochs; of epochs that an older version stored, evaluations included. */
function speedOf(run: RunSummary, epochs: readonly EpochInfo[]): number | null {
  const last = epochs.at(-1)
  const seconds = epochs.reduce((sum, epoch) => sum + (epoch.trainingSeconds ?? epoch.seconds), 0)
  return last === undefined || seconds <= 0 ? null : ((last.step + 1) * run.spec.batchSize) / seconds
}

export interface ScoreCell {
  readonly text: string
  readonly delta?: string
  readonly isBetter?: boolean
  /** The best of all runs compared; of none where they are of several data sets. */
  readonly isTop: boolean
}

/** A row of cells: the score of each run, beside that of the baseline where both are of the same data. */
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
  const isOneData = runs.every((run) => runs[0] === undefined || isSameData(run, runs[0]))
  return runs.map((run, place) => {
    const value = values[place] ?? null
    const isTop = isOneData && score.better !== undefined && known.length > 1 && value === top
    const cell = { text: score.show(value), isTop }
    if (value === null || base === null || baseline === undefined || run.id === baseline.id) return cell
    if (!isSameData(run, baseline)) return cell
    const delta = score.showDelta(value - base)
    if (score.better === undefined || value === base || delta.startsWith('±')) return { ...cell, delta }
    return { ...cell, delta, isBetter: value > base === (score.better === 'higher') }
  })
}
