import { duration, percent } from '../../../format/format.ts'
import { inMeasure, measureTitles, type ScoreMeasure } from '../../../format/scoreMeasure.ts'
import { settingText } from '../words.ts'
import { type SettingRow, standingOf } from './rows.ts'
import type { Sweep } from './useSweep.ts'
import { accuracySpread, lossSpread, standingText, stateText } from './words.ts'

export interface SettingColumn {
  readonly id: string
  readonly label: string
  /** The part of the data its numbers are of. */
  readonly part?: string
  /** To the pointer. */
  readonly about: string
  readonly isNumber: boolean
  /** What it is sorted by; undefined goes last. */
  readonly value: (row: SettingRow) => number | string | undefined
  readonly text: (row: SettingRow) => string
  readonly highFirst?: boolean
}

/** The objective stands first of the numbers; what is not what was chosen by stands behind it. */
export function settingColumns(sweep: Sweep, measure: ScoreMeasure): readonly SettingColumn[] {
  const { axes, rows, best, nameOf, spec } = sweep
  const hasBudgets = rows.some(({ budget }) => budget < 1)
  const accuracy: SettingColumn = {
    id: 'accuracy',
    label: measureTitles[measure],
    part: 'validation',
    about: `Validation ${measure} at the end of its runs: mean ± standard deviation over seeds`,
    isNumber: true,
    value: (row) => inMeasure(row.spreads.validationAccuracy?.mean ?? null, measure) ?? undefined,
    text: (row) => accuracySpread(row.spreads.validationAccuracy, measure),
    highFirst: measure === 'accuracy',
  }
  const loss: SettingColumn = {
    id: 'loss',
    label: 'Loss, nats',
    part: 'validation',
    about: 'Validation loss at the end of its runs: mean ± standard deviation over seeds',
    isNumber: true,
    value: (row) => row.spreads.validationLoss?.mean,
    text: (row) => lossSpread(row.spreads.validationLoss),
  }
  const [first, second] = spec.objective === 'validationAccuracy' ? [accuracy, loss] : [loss, accuracy]
  return [
    ...axes.map(
      ({ path, scale }): SettingColumn => ({
        id: path,
        label: nameOf(path),
        about: path,
        isNumber: scale !== 'categories',
        value: ({ settings }) => {
          const value = settings[path]
          return typeof value === 'number' ? value : settingText(value)
        },
        text: ({ settings }) => settingText(settings[path]),
      }),
    ),
    ...(hasBudgets ? [budget] : []),
    first,
    {
      id: 'n',
      label: 'n',
      about: 'Runs that the mean is of, one a seed',
      isNumber: true,
      value: (row) => row.score?.n ?? 0,
      text: (row) => String(row.score?.n ?? 0),
      highFirst: true,
    },
    {
      id: 'standing',
      label: 'Against the best',
      part: 'validation',
      about: 'Difference of the means to that of the best setting',
      isNumber: false,
      value: (row) => {
        const standing = standingOf(row, best, spec.objective)
        if (standing.is === 'best') return 0
        return standing.is === 'none' ? undefined : Math.abs(standing.difference)
      },
      text: (row) => standingText(standingOf(row, best, spec.objective), spec.objective, measure),
    },
    {
      id: 'test',
      label: measureTitles[measure],
      part: 'test',
      about: `Test ${measure} at the end of its runs. Nothing is chosen by it.`,
      isNumber: true,
      value: (row) => inMeasure(row.spreads.testAccuracy?.mean ?? null, measure) ?? undefined,
      text: (row) => accuracySpread(row.spreads.testAccuracy, measure),
      highFirst: measure === 'accuracy',
    },
    second,
    {
      id: 'time',
      label: 'Time a run',
      about: 'Mean time of training, evaluation and checkpoints of a run that came to its end',
      isNumber: true,
      value: secondsOf,
      text: (row) => duration(secondsOf(row) ?? null),
    },
    {
      id: 'state',
      label: 'Runs',
      about: 'What became of its runs',
      isNumber: false,
      value: stateText,
      text: stateText,
    },
  ]
}

const budget: SettingColumn = {
  id: 'budget',
  label: 'Budget',
  about: "Share of the base's budget; the schedule is scaled to it",
  isNumber: true,
  value: (row) => row.budget,
  text: (row) => percent(row.budget, 0),
  highFirst: true,
}

/** Of the runs that came to their end: those that wait, or stopped early, took less than one does. */
function secondsOf({ cells }: SettingRow): number | undefined {
  const ended = cells.filter(({ status }) => status === 'completed')
  if (ended.length === 0) return undefined
  return ended.reduce((sum, { seconds }) => sum + seconds, 0) / ended.length
}
