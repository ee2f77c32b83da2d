import type { StudyCellInfo } from '../api/studies.ts'
import type { StudyObjective } from './spec.ts'
import { isWithinError, noSpread, type Spread, spreadOf } from './spread.ts'

/*
 * From the cells of a budget study to its table: at each place (task, optimizer, budget) what every schedule came to over
 * its seeds. A run that diverged is a result, the worst there is.
 */

export type ScorePart = 'validation' | 'test'

/** What cells are judged by. */
export interface StudyScore {
  readonly part: ScorePart
  readonly of: 'accuracy' | 'loss'
}

export const scoreWords = ({ part, of }: StudyScore): string => `${part} ${of}`
export const isHigherBetter = ({ of }: StudyScore): boolean => of === 'accuracy'
export const scoreFor = (objective: StudyObjective, part: ScorePart): StudyScore => ({
  part,
  of: objective === 'validationAccuracy' ? 'accuracy' : 'loss',
})

/** The score of a cell's last evaluation; null before the first, and where the part is empty. */
export function cellScore(cell: StudyCellInfo, { part, of }: StudyScore): number | null {
  if (part === 'validation') return of === 'accuracy' ? cell.validationAccuracy : cell.validationLoss
  return of === 'accuracy' ? cell.testAccuracy : cell.testLoss
}

/** What one schedule came to at one place: over no seed (n = 0) before the first has ended. */
export interface ScheduleOutcome extends Spread {
  readonly schedule: string
  readonly cells: readonly StudyCellInfo[]
  readonly diverged: readonly StudyCellInfo[]
  /** Still to come to an end. */
  readonly open: number
  /** The rate that its cells are to have is still being found. */
  readonly isTuning: boolean
  /** What its rates were multiplied with, where that was found by tuning. */
  readonly rateFactor: number | undefined
  /** Ended without a result: by an error, by hand, deleted. */
  readonly lost: number
  /** 1 is best; undefined before it has a result. Equals share the better place. */
  readonly place: number | undefined
  /** Its mean lies within the standard error of its difference to the best's. Of the best: another's does. */
  readonly isLevel: boolean
}

/** One line of the table: a task, an optimizer and a budget, with every schedule of the study in the study's order. */
export interface BudgetBlock {
  /** As tables name them. */
  readonly task: string
  readonly optimizer: string
  /** Share of the full budget, in 0..1. */
  readonly budget: number
  /** Of its runs, in steps. */
  readonly steps: number
  readonly outcomes: readonly ScheduleOutcome[]
  /**
   * Every run has come to its end, and every schedule to a result: ranks can be told. Runs that were stopped, deleted or
   * broken by an error say nothing of their schedule.
   */
  readonly isDone: boolean
}

const textOf = (cell: StudyCellInfo, path: string): string => {
  const value = cell.settings[path]
  return value === undefined || value === null ? '' : String(value)
}

/** Those of comparisons, each of which has all of them. */
export const schedulesIn = ([first]: readonly BudgetBlock[]): readonly string[] =>
  first?.outcomes.map(({ schedule }) => schedule) ?? []

/** Tasks and optimizers in the study's order, budgets ascending. */
export function budgetBlocks(cells: readonly StudyCellInfo[], score: StudyScore): readonly BudgetBlock[] {
  const asked = cells.filter(({ role }) => role === 'cell' || role === 'tuning')
  // Tuning comes first, and has every schedule; the cells of one that is tuned come as its rate is found.
  const first = asked.some(({ role }) => role === 'tuning')
    ? asked.filter(({ role }) => role === 'tuning')
    : asked
  const schedules = [...new Set([...first, ...asked].map((cell) => textOf(cell, 'schedule')))]
  const groups = Map.groupBy(asked, (cell) =>
    JSON.stringify([textOf(cell, 'task'), textOf(cell, 'optimizer')]),
  )
  return [...groups.values()].flatMap((group) =>
    [...Map.groupBy(group, ({ budget }) => budget).values()]
      .map((members) => blockOf(members, schedules, score))
      .sort((a, b) => a.budget - b.budget),
  )
}

function blockOf(
  members: readonly StudyCellInfo[],
  schedules: readonly string[],
  score: StudyScore,
): BudgetBlock {
  const bySchedule = Map.groupBy(members, (cell) => textOf(cell, 'schedule'))
  const outcomes = placed(
    schedules.map((schedule) => outcomeOf(schedule, bySchedule.get(schedule) ?? [], score)),
    score,
  )
  const [first] = members
  return {
    task: first === undefined ? '' : textOf(first, 'task'),
    optimizer: first === undefined ? '' : textOf(first, 'optimizer'),
    budget: first?.budget ?? 0,
    steps: Math.max(...members.map(({ totalSteps }) => totalSteps)),
    outcomes,
    isDone: outcomes.every(({ open, n, diverged }) => open === 0 && n + diverged.length > 0),
  }
}

type Unplaced = Omit<ScheduleOutcome, 'place' | 'isLevel'>

/** @param members of one schedule: its cells, and those that tune its rate */
function outcomeOf(schedule: string, members: readonly StudyCellInfo[], score: StudyScore): Unplaced {
  const cells = members.filter(({ role }) => role === 'cell')
  const tuning = members.filter(({ role }) => role === 'tuning')
  if (cells.length === 0 && tuning.length > 0) return tunedOutcome(schedule, tuning, score)
  const values = scoresOf(cells, score)
  const diverged = cells.filter((cell) => cell.diverged !== null)
  const open = cells.filter(isOpen).length
  return {
    schedule,
    cells,
    ...(spreadOf(values) ?? noSpread),
    diverged,
    open,
    lost: cells.length - values.length - diverged.length - open,
    isTuning: false,
    rateFactor: numberOf(cells[0]?.settings.rateFactor),
  }
}

/** Before its rate is found; and where none of the rates tried led to a score, for good. */
function tunedOutcome(schedule: string, tuning: readonly StudyCellInfo[], score: StudyScore): Unplaced {
  const isTuning = tuning.some(isOpen) || scoresOf(tuning, score).length > 0
  return {
    schedule,
    cells: tuning,
    ...noSpread,
    diverged: isTuning ? [] : tuning.filter((cell) => cell.diverged !== null),
    open: isTuning ? 1 : 0,
    lost: 0,
    isTuning,
    rateFactor: undefined,
  }
}

const numberOf = (value: StudyCellInfo['settings'][string] | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined

const scoresOf = (cells: readonly StudyCellInfo[], score: StudyScore): number[] =>
  cells.flatMap((cell) => (cell.status === 'completed' ? (cellScore(cell, score) ?? []) : []))

const isOpen = ({ status }: StudyCellInfo): boolean => openStatuses.has(status)

/** What was interrupted goes on with its study. */
const openStatuses: ReadonlySet<StudyCellInfo['status']> = new Set([
  'queued',
  'created',
  'running',
  'paused',
  'interrupted',
])

/** What is ranked: higher is better. One of whose runs some diverged is behind all of which none did. */
export function standing(
  { mean, n, diverged }: Pick<ScheduleOutcome, 'mean' | 'n' | 'diverged'>,
  score: StudyScore,
): number | undefined {
  if (diverged.length > 0) return Number.NEGATIVE_INFINITY
  if (n === 0) return undefined
  // The same scores in another order have another sum in its last bit, and are equal all the same.
  const neat = Number(mean.toPrecision(12))
  return isHigherBetter(score) ? neat : -neat
}

function placed(outcomes: readonly Unplaced[], score: StudyScore): ScheduleOutcome[] {
  const standings = outcomes.map((outcome) => standing(outcome, score))
  const known = standings.filter((value) => value !== undefined)
  const best =
    outcomes[
      standings.indexOf(known.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY))
    ]
  const level = outcomes.map((outcome) => outcome !== best && isWithin(outcome, best))
  return outcomes.map((outcome, i) => {
    const own = standings[i]
    const place = own === undefined ? undefined : 1 + known.filter((value) => value > own).length
    return { ...outcome, place, isLevel: outcome === best ? level.includes(true) : level[i] === true }
  })
}

/** Whether two means differ by no more than the standard error of their difference; where no error is known, if they are equal. */
function isWithin(one: Unplaced, other: Unplaced | undefined): boolean {
  if (other === undefined || one.diverged.length + other.diverged.length > 0) return false
  if (one.n === 0 || other.n === 0) return false
  const difference = Math.abs(one.mean - other.mean)
  if (one.standardError === null || other.standardError === null) return difference === 0
  return isWithinError(difference, Math.hypot(one.standardError, other.standardError))
}
