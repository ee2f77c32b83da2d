import type { PredictedRow } from '../api/predictions.ts'
import { csvText } from '../csvText.ts'

/* What a model answered to a user's own examples, as a file: the same bytes from the window and from the command line. */

/** @param of what names an example: the path of an image, or the line of a table */
export const answersHead = (of: 'path' | 'row', classes: readonly string[]): string =>
  csvText([[of, 'predicted', ...classes.map((name) => `probability ${name}`), 'note']])

/** Lines under that head. */
export const answersLines = (rows: readonly PredictedRow[], classes: readonly string[]): string =>
  csvText(
    rows.map(({ name, note, predicted, probabilities }) => [
      name,
      classes[predicted] ?? predicted,
      ...probabilities,
      note,
    ]),
  )
