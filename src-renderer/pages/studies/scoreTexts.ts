import type { StudyScore } from '../../../shared/study/budgetBlocks.ts'
import { loss, percent, points, signed } from '../../format/format.ts'
import { inMeasure, type ScoreMeasure } from '../../format/scoreMeasure.ts'

/** How the scores of a study are written: accuracies as the user prefers them, losses in nats. */
export interface ScoreTexts {
  /** "Validation accuracy", "Test error", "Validation loss". */
  readonly title: string
  readonly unit: '%' | 'nats'
  /** As a number in the unit, without it: "91.23". */
  readonly value: (score: number) => string
  readonly spread: (deviation: number) => string
  /** With its unit: "91.23 %", "0.4213 nats". */
  readonly full: (score: number) => string
  /** With its sign and unit: "+0.31 pp"; of an error, an accuracy gained is an error lost. */
  readonly difference: (difference: number) => string
  /** The size of a difference, with its unit: "0.31 pp". */
  readonly size: (difference: number) => string
  /** What is drawn: in 0..1, or nats. */
  readonly drawn: (score: number) => number
}

const digits = 2

export function scoreTexts({ part, of }: StudyScore, measure: ScoreMeasure): ScoreTexts {
  const capital = part === 'validation' ? 'Validation' : 'Test'
  if (of === 'loss')
    return {
      title: `${capital} loss`,
      unit: 'nats',
      value: loss,
      spread: (deviation) => deviation.toFixed(4),
      full: (score) => `${loss(score)} nats`,
      difference: (difference) => `${signed(difference, 4)} nats`,
      size: (difference) => `${Math.abs(difference).toFixed(4)} nats`,
      drawn: (score) => score,
    }
  const told = (accuracy: number): number => inMeasure(accuracy, measure)
  return {
    title: `${capital} ${measure}`,
    unit: '%',
    value: (accuracy) => (100 * told(accuracy)).toFixed(digits),
    spread: (deviation) => (100 * deviation).toFixed(digits),
    full: (accuracy) => percent(told(accuracy), digits),
    difference: (difference) => points(measure === 'accuracy' ? difference : -difference, digits),
    size: (difference) => points(Math.abs(difference), digits).replace(/^[+±]/, ''),
    drawn: told,
  }
}
