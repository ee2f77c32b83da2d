import type { StudyCellInfo } from '../../../../shared/api/studies.ts'
import type { StudyObjective } from '../../../../shared/study/spec.ts'
import type { Spread } from '../../../../shared/study/spread.ts'
import { count, counted, loss, percent, rate, signed, unknown } from '../../../format/format.ts'
import { inMeasure, type ScoreMeasure, scoreDifference } from '../../../format/scoreMeasure.ts'
import { objectiveText, settingText } from '../words.ts'
import type { SettingRow, Standing } from './rows.ts'

/* The numbers of a sweep in words, each with how sure it is. */

/** "86.1 ± 0.4 %": mean and standard deviation, as the measure has them; of one run the mean alone. */
export function accuracySpread(spread: Spread | null, measure: ScoreMeasure): string {
  if (spread === null) return unknown
  const mean = percent(inMeasure(spread.mean, measure))
  return spread.standardDeviation === null
    ? mean
    : mean.replace(/(?=\s%)/, ` ± ${(100 * spread.standardDeviation).toFixed(1)}`)
}

/** "0.4213 ± 0.0100": nats. */
export function lossSpread(spread: Spread | null): string {
  if (spread === null) return unknown
  return spread.standardDeviation === null
    ? loss(spread.mean)
    : `${loss(spread.mean)} ± ${loss(spread.standardDeviation)}`
}

export const objectiveSpread = (
  spread: Spread | null,
  objective: StudyObjective,
  measure: ScoreMeasure,
): string => (objective === 'validationAccuracy' ? accuracySpread(spread, measure) : lossSpread(spread))

/** Of a difference of means: "no difference" within its standard error, and what it is otherwise. */
export function standingText(standing: Standing, objective: StudyObjective, measure: ScoreMeasure): string {
  const told = (difference: number): string =>
    objective === 'validationAccuracy' ? scoreDifference(difference, measure) : signed(difference, 4)
  switch (standing.is) {
    case 'best':
      return 'best'
    case 'equal':
      return 'no difference'
    case 'worse':
      return told(standing.difference)
    case 'oneRun':
      return `${told(standing.difference)}, one run`
    case 'none':
      return unknown
  }
}

/** The same at length. */
export function standingHelp(standing: Standing): string | undefined {
  switch (standing.is) {
    case 'best':
      return 'The best mean on validation data, of settings none of whose runs diverged'
    case 'equal':
      return 'The difference to the best lies within its standard error: no difference can be told'
    case 'worse':
      return 'The difference to the best is larger than its standard error'
    case 'oneRun':
      return 'One of the two has one run only: how sure the difference is cannot be told; add seeds'
    case 'none':
      return undefined
  }
}

/** "diverged at step 212, rate 3.0": of a run, steps counted from 1 as every screen does. */
export const divergedText = ({ step, lr }: NonNullable<StudyCellInfo['diverged']>): string =>
  `diverged at step ${count(step + 1)}, rate ${rate(lr)}`

/** What became of a setting's runs: "3 runs", "1 of 3 diverged at step 212, rate 3", "2 of 3 done, running 45 %". */
export function stateText({ cells, unfinished }: SettingRow): string {
  const n = cells.length
  const diverged = cells.flatMap((cell) => cell.diverged ?? [])
  const ended = n - unfinished
  const parts: string[] = []
  const [first] = diverged
  if (first !== undefined)
    parts.push(n > 1 ? `${diverged.length} of ${n} ${divergedText(first)}` : divergedText(first))
  const failed = cells.filter(({ status, diverged: at }) => status === 'failed' && at === null).length
  if (failed > 0) parts.push(n > 1 ? `${failed} of ${n} failed` : 'failed')
  const stopped = cells.filter(({ status }) => status === 'stopped' || status === 'interrupted').length
  if (stopped > 0) parts.push(n > 1 ? `${stopped} of ${n} stopped early` : 'stopped early')
  const gone = cells.filter(({ status }) => status === 'deleted').length
  if (gone > 0) parts.push(n > 1 ? `${gone} of ${n} deleted` : 'deleted')
  if (ended < n) parts.push(goingText(cells, ended))
  return parts.length > 0 ? parts.join('; ') : 'done'
}

function goingText(cells: readonly StudyCellInfo[], ended: number): string {
  const running = cells.filter(
    ({ status }) => status === 'running' || status === 'paused' || status === 'created',
  )
  const [first] = running
  const done = cells.length > 1 ? `${ended} of ${cells.length} done` : ''
  const going =
    first === undefined
      ? 'waiting'
      : `${first.status === 'paused' ? 'paused' : 'running'} ${percent(first.steps / Math.max(1, first.totalSteps), 0)}`
  return done === '' || (first === undefined && ended > 0) ? done || going : `${done}, ${going}`
}

/** "lrMax 0.1, weightDecay 1e-4" */
export const settingName = (
  { settings }: Pick<SettingRow, 'settings'>,
  nameOf: (path: string) => string,
): string =>
  Object.entries(settings)
    .map(([path, value]) => `${nameOf(path)} ${settingText(value)}`)
    .join(', ')

/** A setting in one sentence, for those who hear it. */
export const settingSentence = (
  row: SettingRow,
  name: string,
  objective: StudyObjective,
  measure: ScoreMeasure,
): string =>
  row.score === null
    ? `${name}: ${stateText(row)}`
    : `${name}: ${objectiveText(row.score.mean, objective, measure)}, ${counted(row.score.n, 'run')}`
