import { parseRunSpec, type RunSpec } from '../run/spec.ts'
import type { JsonObject } from './json.ts'
import { refusal } from './refusal.ts'

/** In the place of a schedule that the study gives anyhow. */
const anySchedule = { kind: 'constant', lr: 0.1 }

/** More runs than a person can look at, and than a page can show. */
export const maxCells = 10_000

/** @param givesSchedule whether the study has schedules of its own, so that its base needs none · @throws UserError */
export function parseBase(base: JsonObject, givesSchedule: boolean): RunSpec {
  const whole = givesSchedule && base.schedule === undefined ? { ...base, schedule: anySchedule } : base
  return parseRunSpec(whole, "reading the study's base")
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`

/** @throws UserError for a seed that is there twice */
export const checkSeeds = (seeds: readonly number[]): void =>
  checkDistinct(
    'seeds',
    'each seed must be there once',
    seeds,
    'leave out the other: it would give the same bits',
  )

/** @throws UserError for a value that is there twice */
export function checkDistinct(
  what: string,
  rule: string,
  values: readonly (number | string)[],
  todo = 'leave out the other',
): void {
  const seen = new Set<number | string>()
  const twice = values.find((value) => seen.has(value) || !seen.add(value))
  if (twice !== undefined) throw refusal(what, rule, twice, todo)
}
