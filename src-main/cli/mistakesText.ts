import type { ExamplePlaces } from '../../shared/api/mistakes.ts'
import type { FoundMistakes } from '../ensembles/mistakes.ts'
import { absent, fixed, percent, plural } from './format.ts'
import { type Column, table } from './table.ts'
import { wrap } from './wrap.ts'

const right = (head: string): Column => ({ head, align: 'right' })

/** The numbers of a report as every form of the command gives them. */
export function mistakesReport({ part, report }: FoundMistakes, places: ExamplePlaces, top: number) {
  const known = places.state === 'known' ? places : undefined
  const name = (label: number): string | null =>
    label < 0 ? null : (known?.classes[label] ?? `class ${label}`)
  const exampleOf = (row: number): number | null => known?.examples[row] ?? null
  const { classes, counts } = report.confusion
  return {
    part,
    examples: report.examples,
    members: report.members.length,
    accuracy: report.accuracy,
    mistakes: report.worst.length,
    dataSet: known?.name ?? null,
    noExamplesBecause: places.state === 'unknown' ? places.reason : null,
    classes: report.classes.map((measures) => ({ ...measures, name: name(measures.label) })),
    /** A row for each true class, a column for each predicted class. */
    confusion: Array.from({ length: classes }, (_, c) => [
      ...counts.subarray(c * classes, (c + 1) * classes),
    ]),
    worst: report.worst.slice(0, top).map((worst) => ({
      ...{ ...worst, example: exampleOf(worst.row) },
      ...{ trueClass: name(worst.label), predictedClass: name(worst.guess) },
    })),
    hardest: report.hardest.slice(0, top).map((hard) => ({ ...hard, example: exampleOf(hard.row) })),
    likelyLabelErrors: {
      count: report.doubts.length,
      first: report.doubts.slice(0, top).map((doubt) => ({
        ...{ ...doubt, example: exampleOf(doubt.row) },
        ...{ givenClass: name(doubt.label), likelyClass: name(doubt.likely) },
      })),
    },
  }
}

type Report = ReturnType<typeof mistakesReport>

/** The largest matrix that a terminal has room for. */
const mostColumns = 12

export function describeMistakes(report: Report, columns: number): string {
  const { part, examples, members, accuracy, mistakes } = report
  const who = members === 1 ? 'one snapshot' : `${members} snapshots together`
  const head = `On ${plural(examples, `${part} example`)}, ${who}: ${plural(mistakes, 'mistake')}, accuracy ${percent(accuracy)}.`
  const missing =
    report.noExamplesBecause === null ? '' : ` Examples are not numbered. ${report.noExamplesBecause}`
  return [
    `${wrap(`${head}${missing}`, columns)}\n`,
    classTable(report, columns),
    confusionTable(report, columns),
    worstTable(report, columns),
    doubtWords(report, columns),
  ].join('\n')
}

const classTable = ({ classes }: Report, columns: number): string =>
  table(
    [{ head: 'class', shrinkTo: 8 }, ...['examples', 'predicted', 'precision', 'recall', 'F1'].map(right)],
    classes.map(({ name, examples, predicted, precision, recall, f1 }) => [
      name ?? absent,
      String(examples),
      String(predicted),
      ...[precision, recall, f1].map((share) => percent(share)),
    ]),
    columns,
  )

function confusionTable({ confusion, classes }: Report, columns: number): string {
  if (confusion.length > mostColumns)
    return `The confusion matrix has ${confusion.length} classes: --json gives it whole.\n`
  return table(
    [
      { head: 'true \\ predicted', shrinkTo: 8 },
      ...classes.map(({ name, label }) => right(name ?? String(label))),
    ],
    confusion.map((row, c) => [classes[c]?.name ?? String(c), ...row.map(String)]),
    columns,
  )
}

const worstTable = ({ worst }: Report, columns: number): string =>
  table(
    [
      right('example'),
      { head: 'true', shrinkTo: 6 },
      { head: 'predicted', shrinkTo: 6 },
      right('p(predicted)'),
      right('p(true)'),
    ],
    worst.map(({ example, row, trueClass, predictedClass, confidence, ofLabel }) => [
      example === null ? `row ${row}` : String(example),
      trueClass ?? absent,
      predictedClass ?? absent,
      fixed(confidence),
      fixed(ofLabel),
    ]),
    columns,
  )

function doubtWords({ part, likelyLabelErrors: { count, first } }: Report, columns: number): string {
  if (count === 0) return `${wrap(`No ${part} label looks wrong to confident learning.`, columns)}\n`
  const some = first.map(
    ({ example, row, givenClass, likelyClass }) =>
      `${example === null ? `row ${row}` : `example ${example}`} (${givenClass}, perhaps ${likelyClass})`,
  )
  return `${wrap(`Guesses, not findings: confident learning doubts ${plural(count, `${part} label`)}, most of all ${some.join(', ')}.`, columns)}\n`
}
