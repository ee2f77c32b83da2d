import type { z } from 'zod'
import type { extendStudy, StudySummary } from '../../shared/api/studies.ts'
import { show, UserError } from '../../shared/errors.ts'
import { gridValues, resolveAxes } from '../../shared/study/axes.ts'
import { parseBase } from '../../shared/study/base.ts'
import { readKey } from '../../shared/study/cellKey.ts'
import { makeCell } from '../../shared/study/makeCell.ts'
import { createPlanner, type PlannedCell } from '../../shared/study/planner.ts'
import { planStudy } from '../../shared/study/planStudy.ts'
import type { StudySpec } from '../../shared/study/spec.ts'
import type { CellRecord } from '../store/types.ts'
import type { StudyData } from './studyData.ts'

interface Extended {
  /** The study with what was added, where all of it is to have that. */
  readonly spec?: StudySpec
  readonly cells: readonly PlannedCell[]
}

/**
 * The cells of a study to which values or seeds are added, those that it has among them.
 * @throws UserError where it cannot be added, in one sentence
 */
export async function extendedCells(
  { id, spec }: StudySummary,
  cells: readonly CellRecord[],
  { values = [], seeds = [], of }: z.infer<typeof extendStudy>,
  data: StudyData,
): Promise<Extended> {
  if (values.length + seeds.length === 0)
    throw new UserError(`While adding to study ${id}: there must be values or seeds to add; give some.`)
  if (of !== undefined) {
    if (values.length > 0)
      throw new UserError(
        `While adding to study ${id}: values are added to a whole study, seeds alone to some of its cells; leave out one of them.`,
      )
    return { cells: await withSeeds(id, cells, of, seeds, data) }
  }
  const extended = await planStudy(await withAll(id, spec, values, seeds, data), data)
  return { spec: extended.spec, cells: extended.cells }
}

/** The cells of those keys, each with every seed. */
async function withSeeds(
  id: string,
  cells: readonly CellRecord[],
  of: readonly string[],
  seeds: readonly number[],
  data: StudyData,
): Promise<PlannedCell[]> {
  const planner = createPlanner(data)
  const made: PlannedCell[] = []
  for (const key of of) {
    const found = cells.find(({ cell }) => cell.key === key)
    if (found === undefined)
      throw new UserError(
        `While adding to study ${id}: it has no cell ${show(key)}; take keys of its cells, as "studies show" tells them.`,
      )
    const { settings, stage, after, spec } = found.cell
    // What goes on from another cell would need that one with the same seed.
    if (after !== undefined)
      throw new UserError(
        `While adding to study ${id}: a run that goes on from a trunk gets no seeds of its own; add seeds to the whole study.`,
      )
    const planned = await planner.plan(spec)
    for (const seed of seeds) made.push(makeCell({ ...readKey(key), settings, stage, seed, spec, planned }))
  }
  return made
}

type Added = NonNullable<z.infer<typeof extendStudy>['values']>
type Sweep = Extract<StudySpec, { kind: 'sweep' }>

async function withAll(
  id: string,
  spec: StudySpec,
  values: Added,
  seeds: readonly number[],
  data: StudyData,
): Promise<StudySpec> {
  if (spec.kind === 'sweep') {
    let grown = withSweepSeeds(spec, seeds)
    for (const added of values) grown = await withValues(id, grown, added, data)
    return grown
  }
  if (values.length > 0)
    throw new UserError(
      `While adding to study ${id}: values are added to the axes of a sweep (this is a ${spec.kind} study); start a new study for them.`,
    )
  return { ...spec, seeds: [...new Set([...spec.seeds, ...seeds])] }
}

/** They stand in the axis "seed" where there is one; the base's own stays among them. */
function withSweepSeeds(spec: Sweep, seeds: readonly number[]): Sweep {
  if (seeds.length === 0) return spec
  const axis = spec.axes.find(({ path }) => path === 'seed')
  if (axis !== undefined && Array.isArray(axis.values)) {
    const values = [...new Set([...axis.values, ...seeds])]
    return { ...spec, axes: spec.axes.map((each) => (each === axis ? { ...each, values } : each)) }
  }
  const own = typeof spec.base.seed === 'number' ? spec.base.seed : 1
  return { ...spec, seeds: [...new Set([...(spec.seeds ?? [own]), ...seeds])] }
}

async function withValues(id: string, spec: Sweep, { path, values }: Added[number], data: StudyData) {
  const { method } = spec.search
  if (method === 'random' || method === 'quasiRandom')
    throw new UserError(
      `While adding to study ${id}: axis ${path}: values are added to a grid (this sweep draws its own, ${method}); start a new sweep around the best.`,
    )
  const axis = spec.axes.find((each) => each.path === path)
  if (axis === undefined)
    throw new UserError(
      `While adding to study ${id}: axis ${path}: the study has none of that path; its axes are ${spec.axes.map((each) => each.path).join(', ')}.`,
    )
  const known = Array.isArray(axis.values) ? axis.values : await valuesOf(spec, axis, data)
  const texts = new Set(known.map((value) => JSON.stringify(value)))
  const grown = [...known, ...values.filter((value) => !texts.has(JSON.stringify(value)))]
  return { ...spec, axes: spec.axes.map((each) => (each === axis ? { ...each, values: grown } : each)) }
}

/** Those that a range stands for. */
async function valuesOf(spec: Sweep, axis: Sweep['axes'][number], data: StudyData) {
  const base = parseBase(
    spec.base,
    spec.axes.some(({ path }) => path === 'schedule'),
  )
  const resolved = await resolveAxes([axis], base, data)
  return resolved.flatMap(gridValues).map(({ value }) => value)
}
