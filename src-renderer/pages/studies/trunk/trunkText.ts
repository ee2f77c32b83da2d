import { type StudyScore, scoreWords } from '../../../../shared/study/budgetBlocks.ts'
import type { TrunkTable } from '../../../../shared/study/trunkTable.ts'
import { csvTable, markdownTable } from '../../../components/tableText.ts'
import { budgetText, spreadText } from '../budget/budgetTable.ts'
import type { ScoreTexts } from '../scoreTexts.ts'

/* The tables of a trunk study as text. */

export function trunkMarkdown(tables: readonly TrunkTable[], texts: ScoreTexts): string {
  return tables
    .flatMap(({ shape, rows, steps, separateSteps, trunkLength, difference }) => [
      `**One trunk, ${shape} cool-downs**: ${texts.title}, ${texts.unit}, mean ± standard deviation; steps of one seed`,
      markdownTable({
        head: [
          'Budget',
          'Trunk',
          'Cool-down',
          'Separately',
          'Saved',
          'From the trunk',
          'Separate',
          'Difference',
        ],
        rows: [
          ...rows.map((row) => [
            budgetText(row.budget),
            String(row.trunkSteps),
            String(row.cooldownSteps),
            String(row.steps),
            String(row.steps - row.trunkSteps - row.cooldownSteps),
            spreadText(row.trunk, texts),
            spreadText(row.separate, texts),
            differenceText(row.difference, texts),
          ]),
          [
            'all',
            String(trunkLength),
            String(steps - trunkLength),
            String(separateSteps),
            String(separateSteps - steps),
            '',
            '',
            differenceText(difference, texts),
          ],
        ],
      }),
    ])
    .join('\n\n')
}

/** "−0.31 pp ± 0.12": with its standard error. */
function differenceText({ n, mean, standardError }: TrunkTable['difference'], texts: ScoreTexts): string {
  if (n === 0) return '–'
  const error = standardError === null ? '' : ` ± ${texts.spread(standardError)}`
  return `${texts.difference(mean)}${error}`
}

/** A row for each shape and budget, in full precision: accuracies in 0..1, losses in nats. */
export function trunkCsv(tables: readonly TrunkTable[], score: StudyScore): string {
  const number = (value: number | null): string =>
    value === null || Number.isNaN(value) ? '' : String(value)
  return csvTable({
    head: [
      'shape',
      'budget',
      'trunk_steps',
      'cooldown_steps',
      'separate_steps',
      'score',
      'trunk_n',
      'trunk_mean',
      'trunk_sd',
      'separate_n',
      'separate_mean',
      'separate_sd',
      'difference_n',
      'difference_mean',
      'difference_se',
    ],
    rows: tables.flatMap(({ shape, rows }) =>
      rows.map(({ budget, steps, trunkSteps, cooldownSteps, trunk, separate, difference }) => [
        shape,
        String(budget),
        String(trunkSteps),
        String(cooldownSteps),
        String(steps),
        scoreWords(score),
        String(trunk.n),
        number(trunk.mean),
        number(trunk.standardDeviation),
        String(separate.n),
        number(separate.mean),
        number(separate.standardDeviation),
        String(difference.n),
        number(difference.mean),
        number(difference.standardError),
      ]),
    ),
  })
}
