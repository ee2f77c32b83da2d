import { type ScoreMeasure, scoreDifference, scoreText } from '../../../format/scoreMeasure.ts'
import type { Column, Measure } from './column.ts'

/** Accuracies are what is stored and sorted by; shown is what the user prefers. */
const measures: Readonly<Record<ScoreMeasure, Measure>> = {
  accuracy: measureOf('accuracy'),
  error: measureOf('error'),
}

function measureOf(measure: ScoreMeasure): Measure {
  return {
    show: (value) => scoreText(value, measure),
    showDelta: (difference) => scoreDifference(difference, measure),
    better: 'higher',
  }
}

export const accuracy = measures.accuracy

/** A column of scores as the user prefers them; any other column as it is. */
export function inScoreMeasure(column: Column, measure: ScoreMeasure): Column {
  if (column.isScore !== true || measure === 'accuracy') return column
  const inErrors = (words: string): string =>
    words.replaceAll('accuracy', 'error').replaceAll('Accuracy', 'Error')
  return {
    ...column,
    label: inErrors(column.label),
    about: inErrors(column.about),
    isMirrored: true,
    ...(column.measure !== undefined && { measure: measures.error }),
  }
}
