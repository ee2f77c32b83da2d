import type { StudyChange } from '../../shared/api/studies.ts'
import { scoreFor, scoreWords } from '../../shared/study/budgetBlocks.ts'
import { duration, percent, plural } from './format.ts'
import { lossSpread, percentSpread } from './spreadText.ts'
import { type SweepRow, sweepRows } from './sweepRows.ts'
import { type Column, table } from './table.ts'
import { wrap } from './wrap.ts'

/** So many rows are printed; the rest stands in the JSON and the export. */
const mostShown = 50

/** A row for each combination of settings, the best first: mean ± standard deviation over its seeds. */
export function sweepText({ study, cells }: StudyChange, columns: number): string {
  const score = scoreFor(study.spec.objective, 'validation')
  const rows = sweepRows(cells, score)
  const paths = [...new Set(rows.flatMap(({ settings }) => Object.keys(settings)))]
  const staged = rows.some(({ stage }) => stage > 0)
  const right = (head: string): Column => ({ head, align: 'right' })
  const shown = rows.slice(0, mostShown)
  const drawn = table(
    [
      { head: '' },
      ...paths.map((head): Column => ({ head, shrinkTo: 10 })),
      ...(staged ? [right('budget')] : []),
      right('n'),
      right('validation'),
      right('test'),
      right('validation loss'),
      right('time'),
      { head: 'note' },
    ],
    shown.map((row) => [
      row.mark === 'best' ? 'best' : row.mark === 'level' ? '=' : '',
      ...paths.map((path) => String(row.settings[path] ?? '')),
      ...(staged ? [percent(row.budget, 0)] : []),
      String(row.chosen.count),
      percentSpread(row.validation),
      percentSpread(row.test),
      lossSpread(row.loss),
      duration(row.cells.reduce((sum, { seconds }) => sum + seconds, 0)),
      noteOf(row),
    ]),
    columns,
  )
  const hidden = rows.length - shown.length
  return `${drawn}${wrap(legend(rows, scoreWords(score), hidden), columns)}\n`
}

function noteOf({ diverged, open, cells }: SweepRow): string {
  return [diverged > 0 && `${diverged} of ${cells.length} diverged`, open > 0 && `${open} to come`]
    .filter((part) => part !== false)
    .join(', ')
}

function legend(rows: readonly SweepRow[], chosenBy: string, hidden: number): string {
  const level = rows.filter(({ mark }) => mark === 'level').length
  const [best] = rows
  return [
    `Mean ± standard deviation over n seeds; best by ${chosenBy}, test told apart from what was chosen.`,
    ...(best?.mark === 'best' && best.chosen.count < 2
      ? ['With one seed each, no difference can be told from chance.']
      : []),
    ...(level > 0
      ? [
          `= marks ${plural(level, 'row')} within the standard error of the difference to the best: no difference.`,
        ]
      : []),
    ...(hidden > 0 ? [`${plural(hidden, 'more row')} in --json and "studies export".`] : []),
  ].join(' ')
}
