import type { CompiledSchedule } from './compile.ts'
import type { SpecPath } from './handles.ts'
import { findFamily, type ScheduleSpec } from './spec.ts'

/** Steps that are looked at one by one: about a second. */
const mostSteps = 500_000

/**
 * Looks at the rate of every step of a schedule whose rates are not known to be good by its fields: one with a formula in
 * it. The bounds that compiling checks are measured at some steps only. Of a longer run than `most` steps it looks at that
 * many, evenly spread with the first and the last; a bad one between them ends the training with the same sentence.
 * @throws UserError naming the first bad step that was found, and its value
 */
export function checkRates(spec: ScheduleSpec, compiled: CompiledSchedule, most: number = mostSteps): void {
  if (formulaPaths(spec).length === 0) return
  const { totalSteps } = compiled
  const count = Math.min(most, totalSteps)
  for (let i = 0; i < count; i++) {
    compiled.at(count === totalSteps ? i : Math.round((i * (totalSteps - 1)) / Math.max(1, count - 1)))
  }
}

/** Where the formulas of a schedule stand in it, valid or not, in the order in which they are compiled. */
export function formulaPaths(tree: unknown): SpecPath[] {
  if (valueAt(tree, ['kind']) === 'formula') return [['expression']]
  return partPaths(tree).flatMap((path) =>
    formulaPaths(valueAt(tree, path)).map((inner) => [...path, ...inner]),
  )
}

/** Where the schedules stand that a composed one is made of, valid or not. */
export function partPaths(tree: unknown): readonly SpecPath[] {
  const kind = valueAt(tree, ['kind'])
  return typeof kind === 'string' ? (findFamily(kind)?.parts?.(tree) ?? []) : []
}

export function valueAt(tree: unknown, path: SpecPath): unknown {
  let value = tree
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, key)
  }
  return value
}
