import type { StudyChange } from '../../shared/api/studies.ts'
import type { Leading, ResultRow } from '../../shared/study/results.ts'
import type { StudyObjective } from '../../shared/study/spec.ts'
import type { Spread } from '../../shared/study/spread.ts'
import { type SweepRows, sweepRows } from '../export/sweepRows.ts'
import { absent, duration, percent, plural } from './format.ts'
import { lossSpread, percentSpread } from './spreadText.ts'
import { type Column, table } from './table.ts'
import { wrap } from './wrap.ts'

/** So many rows are printed; the rest stands in the JSON and the export. */
const mostShown = 50

/** A row for each combination of settings, the longest budget first, the best of it first. */
export function sweepText(change: StudyChange, columns: number): string {
  const found = sweepRows(change)
  const { rows, leading } = found
  const drawn = drawRows({ ...found, rows: rows.slice(0, mostShown) }, columns)
  const hidden = Math.max(0, rows.length - mostShown)
  return `${drawn}${wrap(legend(leading, change.study.spec.objective, hidden), columns)}\n`
}

function drawRows({ rows, leading, isStaged }: SweepRows, columns: number): string {
  const paths = [...new Set(rows.flatMap(({ settings }) => Object.keys(settings)))].filter(
    (path) => path !== 'seed',
  )
  const notes = rows.map(noteOf)
  const right = (head: string): Column => ({ head, align: 'right' })
  return table(
    [
      { head: '' },
      ...shortNames(paths).map((head): Column => ({ head, shrinkTo: 10 })),
      ...(isStaged ? [right('budget')] : []),
      right('n'),
      right('validation'),
      right('test'),
      right('validation loss'),
      right('time'),
      ...(notes.some((note) => note !== '') ? [{ head: 'note' }] : []),
    ],
    rows.map((row, i) => [
      row === leading?.best ? 'best' : leading?.equals.includes(row) === true ? '=' : '',
      ...paths.map((path) => String(row.settings[path] ?? '')),
      ...(isStaged ? [percent(row.budget, 0)] : []),
      String(row.score?.n ?? 0),
      text(row.spreads.validationAccuracy, percentSpread),
      text(row.spreads.testAccuracy, percentSpread),
      text(row.spreads.validationLoss, lossSpread),
      duration(row.seconds),
      notes[i] ?? '',
    ]),
    columns,
  )
}

/** The last part of each path, as "lrMax" for "schedule.lrMax", where no other ends so. */
function shortNames(paths: readonly string[]): string[] {
  const last = (path: string): string => path.split('.').at(-1) ?? path
  return paths.map((path) => (paths.filter((one) => last(one) === last(path)).length > 1 ? path : last(path)))
}

function text(spread: Spread | null, write: typeof percentSpread): string {
  if (spread === null) return absent
  return write(spread)
}

function noteOf({ diverged, lost, unfinished, cells }: ResultRow): string {
  return [
    diverged > 0 && `${diverged} of ${cells.length} diverged`,
    lost > 0 && `${lost} without result`,
    unfinished > 0 && `${unfinished} to come`,
  ]
    .filter((part) => part !== false)
    .join(', ')
}

const objectiveWords: Readonly<Record<StudyObjective, string>> = {
  validationAccuracy: 'validation accuracy',
  validationLoss: 'validation loss',
}

function legend(leading: Leading | undefined, objective: StudyObjective, hidden: number): string {
  const equals = leading?.equals.length ?? 0
  return [
    `Mean ± standard deviation over n seeds; best by ${objectiveWords[objective]}, its test score told apart.`,
    ...(leading !== undefined && (leading.best.score?.n ?? 0) < 2
      ? ['With one seed each, no difference can be told from chance.']
      : []),
    ...(equals > 0
      ? [
          `= marks ${plural(equals, 'row')} within the standard error of the difference to the best: no difference.`,
        ]
      : []),
    ...(hidden > 0 ? [`${plural(hidden, 'more row')} in --json and "studies export".`] : []),
  ].join(' ')
}
