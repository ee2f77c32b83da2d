import type { ExamplePlaces } from '../../shared/api/mistakes.ts'
import { judgedRow } from '../../shared/mistakes/examples.ts'
import type { FoundMistakes } from '../ensembles/mistakes.ts'
import { type CsvCell, csvLines } from '../export/csv.ts'

/** What a predictor gets wrong as tables for other programs. */
export const mistakesCsv = { confusion: confusionCsv, examples: examplesCsv } as const

/** A row for each true class, a column for each predicted class: counts of examples. */
function confusionCsv({ report: { confusion } }: FoundMistakes, places: ExamplePlaces): string {
  const { classes, counts } = confusion
  const names = Array.from({ length: classes }, (_, c) => nameIn(places, c))
  const rows = names.map((name, c): CsvCell[] => [name, ...counts.subarray(c * classes, (c + 1) * classes)])
  return csvLines([['true \\ predicted', ...names], ...rows])
}

/** Every example of the part, right or wrong, in the order of the stored predictions. */
function examplesCsv({ part, report: { answers } }: FoundMistakes, places: ExamplePlaces): string {
  const head = ['part', 'row', 'example', 'true', 'predicted', 'correct', 'p_predicted', 'p_true']
  const rows = Array.from({ length: answers.truth.labels.length }, (_, row): CsvCell[] => {
    const { label, guess, confidence, ofLabel } = judgedRow(answers, row)
    const example = places.state === 'known' ? places.examples[row] : null
    const predicted = guess < 0 ? null : nameIn(places, guess)
    return [part, row, example, nameIn(places, label), predicted, label === guess, confidence, ofLabel]
  })
  return csvLines([head, ...rows])
}

const nameIn = (places: ExamplePlaces, label: number): string =>
  (places.state === 'known' ? places.classes[label] : undefined) ?? `class ${label}`
