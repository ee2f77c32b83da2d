import { percent, points } from './format.ts'

/*
 * A score is stored as an accuracy in 0..1 and told as the user prefers it: as accuracy, or as error, which is 1 minus
 * the accuracy. Every screen turns one into the other here.
 */

export const scoreMeasures = ['accuracy', 'error'] as const
export type ScoreMeasure = (typeof scoreMeasures)[number]

type Maybe = number | null | undefined

/** As headings and axes name it, at the start of a sentence. */
export const measureTitles: Readonly<Record<ScoreMeasure, string>> = { accuracy: 'Accuracy', error: 'Error' }

/** An accuracy in the measure; both in 0..1. Its own inverse: an error comes back as an accuracy. */
export function inMeasure(accuracy: number, measure: ScoreMeasure): number
export function inMeasure(accuracy: number | null, measure: ScoreMeasure): number | null
export function inMeasure(accuracy: number | null, measure: ScoreMeasure): number | null {
  return accuracy === null || measure === 'accuracy' ? accuracy : 1 - accuracy
}

/** "86.1 %" of the accuracy 0.861, or "13.9 %" where errors are told. @param digits after the point */
export function scoreText(accuracy: Maybe, measure: ScoreMeasure, digits = 1): string {
  return percent(inMeasure(accuracy ?? null, measure), digits)
}

/** "+1.2 pp": a difference of accuracies as the measure has it; an accuracy gained is an error lost. */
export function scoreDifference(difference: Maybe, measure: ScoreMeasure, digits = 1): string {
  const known = difference ?? null
  return points(known === null || measure === 'accuracy' ? known : -known, digits)
}
