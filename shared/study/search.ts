import { random } from '../random.ts'
import { type Axis, between, gridValues } from './axes.ts'
import type { SequenceOfPoints } from './host.ts'
import { type AxisValue, canonical } from './shown.ts'
import type { SweepSpec } from './spec.ts'

/*
 * Which combinations of values a sweep tries. All is a function of the axes and a seed: the same sweep has the same
 * combinations, more of them keep those there were, and the order of axes changes nothing but the order of columns.
 */

/** A value of each axis that has one, by path; an axis that is not there has the base's. */
export type Combination = ReadonlyMap<string, AxisValue>

/** @param sobol for a quasi-random search */
export function* combinations(
  search: SweepSpec['search'],
  axes: readonly Axis[],
  sobol: SequenceOfPoints | undefined,
): Generator<Combination> {
  if (search.method === 'grid') yield* grid(axes)
  else if (search.method === 'oneAtATime') yield* oneAtATime(axes)
  else if (search.method === 'random') yield* drawn(search.cells, randomPoints(search.seed), axes)
  else if (sobol !== undefined) yield* drawn(search.cells, sobolPoints(search, axes, sobol), axes)
  else throw new Error('a quasi-random search needs a sequence of points')
}

/** How many combinations there are, without making one. */
export function combinationCount(search: SweepSpec['search'], axes: readonly Axis[]): number {
  const counts = axes.map(valueCount)
  if (search.method === 'grid') return counts.reduce((product, count) => product * count, 1)
  if (search.method === 'oneAtATime') return 1 + counts.reduce((sum, count) => sum + count, 0)
  return search.cells
}

/** Values of an axis in a grid, at most. */
export const valueCount = (axis: Axis): number => ('values' in axis ? axis.values.length : axis.range.count)

function* grid(axes: readonly Axis[]): Generator<Combination> {
  const values = axes.map(gridValues)
  const total = values.reduce((product, list) => product * list.length, 1)
  for (let index = 0; index < total; index++) {
    const chosen = new Map<string, AxisValue>()
    let rest = index
    for (let i = axes.length - 1; i >= 0; i--) {
      const list = values[i] ?? []
      const value = list[rest % list.length]
      const path = axes[i]?.path
      if (value !== undefined && path !== undefined) chosen.set(path, value)
      rest = Math.floor(rest / list.length)
    }
    yield chosen
  }
}

function* oneAtATime(axes: readonly Axis[]): Generator<Combination> {
  yield new Map()
  for (const axis of axes) {
    for (const value of gridValues(axis)) yield new Map([[axis.path, value]])
  }
}

/** A point in the unit cube: a number in [0, 1) for each axis, by path. */
type Point = (path: string) => number

/** Axes of few values give the same combination again and again: so many draws are made for each that is wanted. */
const drawsPerCell = 50

function* drawn(
  count: number,
  points: (place: number) => Point,
  axes: readonly Axis[],
): Generator<Combination> {
  const seen = new Set<string>()
  for (let place = 0; place < drawsPerCell * count && seen.size < count; place++) {
    const point = points(place)
    const chosen = new Map(axes.map((axis) => [axis.path, valueAt(axis, point(axis.path))]))
    const key = canonical(Object.fromEntries([...chosen].map(([path, { value }]) => [path, value])))
    if (seen.has(key)) continue
    seen.add(key)
    yield chosen
  }
}

function valueAt(axis: Axis, u: number): AxisValue {
  if (!('values' in axis)) {
    const value = between(axis, u)
    return { value, shown: value }
  }
  const value = axis.values[Math.min(axis.values.length - 1, Math.floor(u * axis.values.length))]
  if (value === undefined) throw new Error('an axis has values')
  return value
}

const randomPoints =
  (seed: number) =>
  (place: number): Point =>
  (path) =>
    random(seed, `study axis ${path}`, place).next()

/**
 * A Sobol sequence less its first point, the corner where every number is 0, shifted round by a random amount in each
 * dimension that the seed gives (Cranley and Patterson 1976). A dimension belongs to a path by its place among the sorted.
 */
function sobolPoints(
  { cells, seed }: { readonly cells: number; readonly seed: number },
  axes: readonly Axis[],
  sobol: SequenceOfPoints,
): (place: number) => Point {
  const paths = axes.map(({ path }) => path).sort()
  const shifts = paths.map((path) => random(seed, `study axis ${path}`).next())
  let points = sobol(paths.length, cells + 1)
  return (place) => {
    if (place + 1 >= points.length) points = sobol(paths.length, 2 * points.length)
    return (path) => {
      const dimension = paths.indexOf(path)
      return ((points[place + 1]?.[dimension] ?? 0) + (shifts[dimension] ?? 0)) % 1
    }
  }
}
