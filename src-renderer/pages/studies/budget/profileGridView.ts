import {
  type BudgetBlock,
  isHigherBetter,
  type ScheduleOutcome,
  type StudyScore,
} from '../../../../shared/study/budgetBlocks.ts'
import {
  type GridPlace,
  type GridProfile,
  type GridRate,
  gridProfiles,
  gridRates,
} from '../../../../shared/study/profileGrid.ts'

/*
 * The comparisons of a study whose schedules are profiles by sampling rates, as a table of the one by the other.
 */

export interface GridCell {
  readonly rate: GridRate
  /** Undefined where the study has no such schedule. */
  readonly outcome: ScheduleOutcome | undefined
  /** 0: the worst of the table, 1: the best; undefined without a value. */
  readonly heat: number | undefined
}

export interface GridRow {
  readonly profile: GridProfile
  readonly cells: readonly GridCell[]
  /** Over the rates that have a value; NaN without any. */
  readonly mean: number
}

export interface GridTable {
  readonly comparison: BudgetBlock
  readonly rates: readonly GridRate[]
  readonly rows: readonly GridRow[]
  /** Of each rate over the profiles. */
  readonly means: readonly number[]
}

export type PlaceOf = (schedule: string) => GridPlace | undefined

/** Whether schedules span a grid: at least two profiles by two sampling rates, each schedule in a place of its own. */
export function isGrid(schedules: readonly string[], placeOf: PlaceOf): boolean {
  const places = schedules.map(placeOf).filter((place) => place !== undefined)
  const profiles = new Set(places.map(({ profile }) => profile))
  const rates = new Set(places.map(({ rate }) => rate))
  return profiles.size >= 2 && rates.size >= 2 && places.length > profiles.size + rates.size - 2
}

export function gridTable(comparison: BudgetBlock, placeOf: PlaceOf, score: StudyScore): GridTable {
  const placed = comparison.outcomes.flatMap((outcome) => {
    const place = placeOf(outcome.schedule)
    return place === undefined ? [] : [{ ...place, outcome }]
  })
  const profiles = gridProfiles.filter((profile) => placed.some((one) => one.profile === profile))
  const rates = gridRates.filter((rate) => placed.some((one) => one.rate === rate))
  const means = placed.flatMap(({ outcome }) => (outcome.n === 0 ? [] : [outcome.mean]))
  const [low, high] = [Math.min(...means), Math.max(...means)]
  const heatOf = ({ n, mean }: ScheduleOutcome): number | undefined => {
    if (n === 0) return undefined
    const share = low < high ? (mean - low) / (high - low) : 1
    return isHigherBetter(score) || low === high ? share : 1 - share
  }
  const rows = profiles.map((profile): GridRow => {
    const cells = rates.map((rate): GridCell => {
      const outcome = placed.find((one) => one.profile === profile && one.rate === rate)?.outcome
      return { rate, outcome, heat: outcome && heatOf(outcome) }
    })
    return { profile, cells, mean: meanOf(cells) }
  })
  return {
    comparison,
    rates,
    rows,
    means: rates.map((_, column) => meanOf(rows.flatMap(({ cells }) => cells[column] ?? []))),
  }
}

function meanOf(cells: readonly GridCell[]): number {
  const values = cells.flatMap(({ outcome }) =>
    outcome === undefined || outcome.n === 0 ? [] : [outcome.mean],
  )
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
