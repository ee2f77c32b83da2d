import type { StudyCellInfo } from '../api/studies.ts'
import type { StudyObjective } from './spec.ts'

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
export const higherIsBetter = ({ of }: StudyScore): boolean => of === 'accuracy'
export const scoreFor = (objective: StudyObjective, part: ScorePart): StudyScore => ({
  part,
  of: objective === 'validationAccuracy' ? 'accuracy' : 'loss',
})

/** The score of a cell's last evaluation; null before the first, and where the part is empty. */
export function scoreOf(cell: StudyCellInfo, { part, of }: StudyScore): number | null {
  if (part === 'validation') return of === 'accuracy' ? cell.validationAccuracy : cell.validationLoss
  return of === 'accuracy' ? cell.testAccuracy : cell.testLoss
}

/** What several values come to. */
export interface Spread {
  readonly count: number
  /** NaN of none. */
  readonly mean: number
  /** Of the sample (n − 1); null of fewer than two values. */
  readonly deviation: number | null
  /** Of the mean; null of fewer than two values. */
  readonly standardError: number | null
}

export function spreadOf(values: readonly number[]): Spread {
  const count = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  if (count < 2) return { count, mean, deviation: null, standardError: null }
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1))
  return { count, mean, deviation, standardError: deviation / Math.sqrt(count) }
}

/** What one schedule came to at one place. */
export interface Outcome extends Spread {
  readonly schedule: string
  readonly cells: readonly StudyCellInfo[]
  readonly diverged: readonly StudyCellInfo[]
  /** Still to come to an end. */
  readonly open: number
  /** Ended without a result: by an error, by hand, deleted. */
  readonly lost: number
  /** 1 is best; undefined before it has a result. Equals share the better place. */
  readonly place: number | undefined
  /** Its mean lies within the standard error of its difference to the best's. Of the best: another's does. */
  readonly isLevel: boolean
}

/** One line of the table: a task, an optimizer and a budget, with every schedule of the study in the study's order. */
export interface Comparison {
  /** As tables name them; empty where the study has but one. */
  readonly task: string
  readonly optimizer: string
  /** Share of the full budget, in 0..1. */
  readonly budget: number
  /** Of its runs, in steps. */
  readonly steps: number
  readonly outcomes: readonly Outcome[]
  /** Every schedule has come to its end: ranks can be told. */
  readonly isDone: boolean
}

const textOf = (cell: StudyCellInfo, path: string): string => {
  const value = cell.settings[path]
  return value === undefined || value === null ? '' : String(value)
}

/** The schedules of a study's cells, in the order in which they come first. */
export const schedulesOf = (cells: readonly StudyCellInfo[]): readonly string[] => [
  ...new Set(cells.filter(({ role }) => role === 'cell').map((cell) => textOf(cell, 'schedule'))),
]

/** Those of comparisons, each of which has all of them. */
export const schedulesIn = ([first]: readonly Comparison[]): readonly string[] =>
  first?.outcomes.map(({ schedule }) => schedule) ?? []

/** Tasks and optimizers in the study's order, budgets ascending. */
export function compareSchedules(cells: readonly StudyCellInfo[], score: StudyScore): readonly Comparison[] {
  const schedules = schedulesOf(cells)
  const places = new Map<string, { group: number; budget: number; members: StudyCellInfo[] }>()
  const groups: string[] = []
  for (const cell of cells) {
    if (cell.role !== 'cell') continue
    const group = JSON.stringify([textOf(cell, 'task'), textOf(cell, 'optimizer')])
    if (!groups.includes(group)) groups.push(group)
    const place = { group: groups.indexOf(group), budget: cell.budget }
    const key = JSON.stringify(place)
    const members = places.get(key)?.members ?? []
    members.push(cell)
    places.set(key, { ...place, members })
  }
  return [...places.values()]
    .sort((a, b) => a.group - b.group || a.budget - b.budget)
    .flatMap(({ members }) => {
      const [first] = members
      return first === undefined ? [] : [comparisonOf(first, members, schedules, score)]
    })
}

function comparisonOf(
  first: StudyCellInfo,
  members: readonly StudyCellInfo[],
  schedules: readonly string[],
  score: StudyScore,
): Comparison {
  const outcomes = placed(
    schedules.map((schedule) =>
      outcomeOf(
        schedule,
        members.filter((cell) => textOf(cell, 'schedule') === schedule),
        score,
      ),
    ),
    score,
  )
  return {
    task: textOf(first, 'task'),
    optimizer: textOf(first, 'optimizer'),
    budget: first.budget,
    steps: Math.max(...members.map(({ totalSteps }) => totalSteps)),
    outcomes,
    isDone: outcomes.every(({ open, count, diverged }) => open === 0 && count + diverged.length > 0),
  }
}

type Unplaced = Omit<Outcome, 'place' | 'isLevel'>

function outcomeOf(schedule: string, cells: readonly StudyCellInfo[], score: StudyScore): Unplaced {
  const values = cells.flatMap((cell) => {
    const value = cell.status === 'completed' ? scoreOf(cell, score) : null
    return value === null ? [] : [value]
  })
  const diverged = cells.filter((cell) => cell.diverged !== null)
  const open = cells.filter(({ status }) => openStatuses.has(status)).length
  return {
    schedule,
    cells,
    ...spreadOf(values),
    diverged,
    open,
    lost: cells.length - values.length - diverged.length - open,
  }
}

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
  { mean, count, diverged }: Pick<Outcome, 'mean' | 'count' | 'diverged'>,
  score: StudyScore,
): number | undefined {
  if (diverged.length > 0) return Number.NEGATIVE_INFINITY
  if (count === 0) return undefined
  return higherIsBetter(score) ? mean : -mean
}

function placed(outcomes: readonly Unplaced[], score: StudyScore): Outcome[] {
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
  if (one.count === 0 || other.count === 0) return false
  const difference = Math.abs(one.mean - other.mean)
  if (one.standardError === null || other.standardError === null) return difference === 0
  return difference <= Math.hypot(one.standardError, other.standardError)
}
