import type { StudyCellInfo } from '../../../../shared/api/studies.ts'
import { percentText } from '../../../../shared/numberText.ts'
import {
  type BudgetBlock,
  type ScheduleOutcome,
  type StudyScore,
  scoreWords,
} from '../../../../shared/study/budgetBlocks.ts'
import { csvTable, markdownTable } from '../../../components/tableText.ts'
import { rate } from '../../../format/format.ts'
import type { ScoreTexts } from '../scoreTexts.ts'

/** What a schedule came to at one budget, as it is written. */
export interface OutcomeView {
  readonly schedule: string
  readonly budget: number
  /** "91.23 ± 0.31", "91.23", "diverged", "–". */
  readonly text: string
  /** "n 3"; empty without a value. */
  readonly count: string
  /** Second and third places are marked, the best is bold; of those that diverged, none. */
  readonly place: 1 | 2 | 3 | undefined
  readonly isLevel: boolean
  /** What is to be known beside the number: "1 diverged at step 212, rate 3", "2 to come". */
  readonly note: string
  readonly isDiverged: boolean
  readonly runIds: readonly string[]
}

/** One task and optimizer: a row for each schedule, a column for each budget. */
export interface TableSection {
  /** "Fashion · SGD"; empty where the study has but one. */
  readonly title: string
  readonly budgets: readonly { readonly budget: number; readonly steps: number }[]
  readonly rows: readonly { readonly schedule: string; readonly cells: readonly OutcomeView[] }[]
}

export const sectionTitle = ({ task, optimizer }: Pick<BudgetBlock, 'task' | 'optimizer'>): string =>
  [task, optimizer].filter((part) => part !== '').join(' · ')

/** Comparisons of one task and optimizer after another, budgets ascending. */
export function sectionsOf(comparisons: readonly BudgetBlock[]): readonly (readonly BudgetBlock[])[] {
  return [...Map.groupBy(comparisons, sectionTitle).values()]
}

/** @param isGoingOn more runs may still come */
export function budgetTable(
  comparisons: readonly BudgetBlock[],
  texts: ScoreTexts,
  isGoingOn = true,
): readonly TableSection[] {
  return sectionsOf(comparisons).map((section) => ({
    title: section[0] === undefined ? '' : sectionTitle(section[0]),
    budgets: section.map(({ budget, steps }) => ({ budget, steps })),
    rows: (section[0]?.outcomes ?? []).map(({ schedule }, row) => ({
      schedule,
      cells: section.flatMap(({ budget, outcomes }) => {
        const outcome = outcomes[row]
        return outcome === undefined ? [] : [outcomeView(outcome, budget, texts, isGoingOn)]
      }),
    })),
  }))
}

function outcomeView(
  outcome: ScheduleOutcome,
  budget: number,
  texts: ScoreTexts,
  isGoingOn: boolean,
): OutcomeView {
  const { schedule, cells, n, diverged, place, isLevel, rateFactor } = outcome
  const isAllDiverged = n === 0 && diverged.length > 0
  return {
    schedule,
    budget,
    text: isAllDiverged ? 'diverged' : spreadText(outcome, texts),
    count: n === 0 ? '' : `n ${n}`,
    place: diverged.length === 0 && (place === 1 || place === 2 || place === 3) ? place : undefined,
    isLevel,
    note: [
      ...(rateFactor === undefined ? [] : [`rate × ${rate(rateFactor)}`]),
      divergedNote(diverged, isAllDiverged),
      openNote(outcome, isGoingOn),
    ]
      .filter((part) => part !== '')
      .join(', '),
    isDiverged: diverged.length > 0,
    runIds: cells.filter(({ status }) => status !== 'deleted').map(({ runId }) => runId),
  }
}

/** "91.23 ± 0.31", without the deviation of a single value; "–" without any. */
export function spreadText(
  { n, mean, standardDeviation }: Pick<ScheduleOutcome, 'n' | 'mean' | 'standardDeviation'>,
  texts: ScoreTexts,
): string {
  if (n === 0) return '–'
  return standardDeviation === null
    ? texts.value(mean)
    : `${texts.value(mean)} ± ${texts.spread(standardDeviation)}`
}

/** "diverged at step 212, rate 3.0": the first of them. */
function divergedNote(diverged: readonly StudyCellInfo[], isAll: boolean): string {
  const at = diverged.find((cell) => cell.diverged !== null)?.diverged
  if (at === undefined || at === null) return ''
  const where = `at step ${at.step + 1}, rate ${rate(at.lr)}`
  if (diverged.length === 1) return isAll ? where : `1 diverged ${where}`
  return isAll ? `${diverged.length} runs, one ${where}` : `${diverged.length} diverged, one ${where}`
}

/** Of a study that has ended nothing is to come. */
const openNote = ({ open, lost, isTuning }: ScheduleOutcome, isGoingOn: boolean): string => {
  const unmade = lost + (isGoingOn || isTuning ? 0 : open)
  return [
    isTuning && (isGoingOn ? 'rate being tuned' : 'no rate was found'),
    isGoingOn && !isTuning && open > 0 && `${open} to come`,
    unmade > 0 && `${unmade} without a result`,
  ]
    .filter((part) => part !== false)
    .join(', ')
}

export const budgetText = (budget: number): string =>
  percentText(budget, budget < 0.1 && (100 * budget) % 1 > 1e-9 ? 1 : 0)

/* As text, for papers and spreadsheets. */

const placeMarks = { 1: '', 2: ' ²', 3: ' ³' } as const

/** The table as it is seen; the best is bold, ≈ marks what is level with it. */
export function budgetMarkdown(sections: readonly TableSection[], texts: ScoreTexts): string {
  const caption = `${texts.title}, ${texts.unit}: mean ± standard deviation (n). Bold: best; ² ³: second, third; ≈: within the standard error of the best.`
  return [
    caption,
    ...sections.flatMap(({ title, budgets, rows }) => [
      ...(title === '' ? [] : [`**${title}**`]),
      markdownTable({
        head: ['Schedule', ...budgets.map(({ budget, steps }) => `${budgetText(budget)} (${steps} steps)`)],
        rows: rows.map(({ schedule, cells }) => [schedule, ...cells.map(cellMarkdown)]),
      }),
    ]),
  ].join('\n\n')
}

function cellMarkdown({ text, count, place, isLevel, note }: OutcomeView): string {
  const value = place === 1 ? `**${text}**` : text
  const mark = `${place === undefined ? '' : placeMarks[place]}${isLevel ? ' ≈' : ''}`
  return `${value}${count === '' ? '' : ` (${count.replace('n ', '')})`}${mark}${note === '' ? '' : `, ${note}`}`
}

/** A row for each schedule at each place, in full precision: accuracies in 0..1, losses in nats. */
export function budgetCsv(comparisons: readonly BudgetBlock[], score: StudyScore): string {
  return csvTable({
    head: [
      'task',
      'optimizer',
      'schedule',
      'budget',
      'steps',
      'score',
      'n',
      'mean',
      'sd',
      'diverged',
      'place',
    ],
    rows: comparisons.flatMap(({ task, optimizer, budget, steps, outcomes }) =>
      outcomes.map(({ schedule, n, mean, standardDeviation, diverged, place }) => [
        task,
        optimizer,
        schedule,
        String(budget),
        String(steps),
        scoreWords(score),
        String(n),
        n === 0 ? '' : String(mean),
        standardDeviation === null ? '' : String(standardDeviation),
        String(diverged.length),
        place === undefined ? '' : String(place),
      ]),
    ),
  })
}
