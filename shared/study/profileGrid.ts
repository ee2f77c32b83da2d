import { parseSchedule, type ScheduleSpec } from '../schedule/index.ts'
import type { BudgetStudySpec } from './spec.ts'

/*
 * The grid of REX (Chen, Wolfe and Kyrillidis, arXiv 2107.04197, section 3): a schedule is a profile, along which the rate
 * falls, and a sampling rate, which says when it is computed anew. A step schedule is a profile that is read seldom.
 */

export const gridProfiles = ['linear', 'exponential', 'rex'] as const
export type GridProfile = (typeof gridProfiles)[number]
export const profileWords: Readonly<Record<GridProfile, string>> = {
  linear: 'Linear',
  exponential: 'Exponential',
  rex: 'REX',
}
const kinds = { linear: 'linear', exponential: 'exponentialDecay', rex: 'rex' } as const

export const gridRates = ['step', 'epoch', '50-75', '33-66', '5 %'] as const
export type GridRate = (typeof gridRates)[number]
export const rateWords: Readonly<Record<GridRate, string>> = {
  step: 'every step',
  epoch: 'every epoch',
  '50-75': '50-75',
  '33-66': '33-66',
  '5 %': 'every 5 %',
}
const updates: Readonly<Record<GridRate, 'step' | 'epoch' | { readonly atFractions: number[] }>> = {
  step: 'step',
  epoch: 'epoch',
  '50-75': { atFractions: [0.5, 0.75] },
  '33-66': { atFractions: [0.33, 0.66] },
  '5 %': { atFractions: Array.from({ length: 19 }, (_, i) => (i + 1) / 20) },
}

export interface GridPlace {
  readonly profile: GridProfile
  readonly rate: GridRate
}

/** "REX, every epoch": how tables and charts name a place of the grid. */
export const placeLabel = ({ profile, rate }: GridPlace): string =>
  `${profileWords[profile]}, ${rateWords[rate]}`

/** The schedules of a budget study, profile by profile, each from the rate `lr` to 0. @param lr the first rate, above 0 */
export function profileGrid(
  lr: number,
  profiles: readonly GridProfile[] = gridProfiles,
  rates: readonly GridRate[] = gridRates,
): BudgetStudySpec['schedules'] {
  return profiles.flatMap((profile) =>
    rates.map((rate) => ({
      label: placeLabel({ profile, rate }),
      spec: { kind: kinds[profile], lrStart: lr, update: updates[rate] },
    })),
  )
}

/** Where a schedule stands in the grid, whatever its rates; undefined: in no place of it. */
export function gridPlaceOf(spec: ScheduleSpec): GridPlace | undefined {
  places ??= new Map(
    gridProfiles.flatMap((profile) =>
      gridRates.map((rate) => [
        withoutRates(parseSchedule({ kind: kinds[profile], lrStart: 1, update: updates[rate] })),
        { profile, rate },
      ]),
    ),
  )
  return places.get(withoutRates(spec))
}

/** By the schedule's JSON without its rates; made when first needed. */
let places: Map<string, GridPlace> | undefined

const withoutRates = (spec: ScheduleSpec): string =>
  JSON.stringify(
    Object.entries(spec)
      .filter(([field]) => field !== 'lrStart' && field !== 'lrEnd')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
