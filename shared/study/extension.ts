import { show } from '../errors.ts'
import type { RunSpec } from '../run/spec.ts'
import { scaleRates } from '../schedule/index.ts'
import { type Axis, gridValues, resolveAxes } from './axes.ts'
import { maxCells, parseBase } from './base.ts'
import { specAtBudget } from './budget.ts'
import type { LeftOut, StudyCell } from './cell.ts'
import { readKey, rowOf, settingOf } from './cellKey.ts'
import type { StudyHost } from './host.ts'
import { asJsonObject, type Json, type JsonObject } from './json.ts'
import { makeCell } from './makeCell.ts'
import { createPlanner, type PlannedCell, type Planner } from './planner.ts'
import { planStudy } from './planStudy.ts'
import { reasonOf, refusal } from './refusal.ts'
import { settingSpec, valueAt } from './settingSpec.ts'
import { canonical } from './shown.ts'
import type { StudyAxis, StudySpec } from './spec.ts'
import { toldApart } from './toldApart.ts'

interface Added {
  readonly path: string
  readonly values: readonly Json[]
}

/** More of a study that there is. Its cells stay as they are. */
export interface Extension {
  /** Of an axis: with every combination of a grid; where `of` names cells, with their settings alone. */
  readonly values?: readonly Added[] | undefined
  /** For every setting; where `of` names cells, for theirs alone, at the budgets they have. */
  readonly seeds?: readonly number[] | undefined
  readonly of?: readonly string[] | undefined
  /** So many combinations in all, of a search that draws them. */
  readonly cells?: number | undefined
}

type Known = Pick<StudyCell, 'key' | 'role' | 'settings' | 'stage'> & { readonly spec?: StudyCell['spec'] }

export interface ExtendedStudy {
  readonly spec: StudySpec
  /** None of them is there yet. */
  readonly cells: readonly PlannedCell[]
  readonly leftOut: readonly LeftOut[]
}

/** @param cells those that the study has · @throws UserError for what breaks a rule, or adds nothing */
export async function extendStudy(
  study: StudySpec,
  cells: readonly Known[],
  extension: Extension,
  host: StudyHost,
): Promise<ExtendedStudy> {
  const extended =
    extension.of === undefined
      ? await whole(study, extension, host)
      : await some(study, cells, extension, host)
  const known = new Set(cells.map(({ key }) => key))
  const added = extended.cells.filter(({ key }) => !known.has(key))
  // More seeds of a study whose rates are tuned show in its second stage alone.
  const isSame = study.kind === 'sweep' || canonical(extended.spec) === canonical(study)
  if (added.length === 0 && isSame) {
    throw refusal(
      'the extension',
      'adds no run that the study does not have',
      extension,
      'give other values or seeds',
    )
  }
  checkRoom(cells.length, added.length)
  return { ...extended, cells: toldApart(added, cells) }
}

/** A study that grows has the limit of one that is launched. */
function checkRoom(known: number, added: number): void {
  const runs = known + added
  if (runs <= maxCells) return
  throw refusal(
    'the extension',
    `a study has at most ${maxCells} runs, and this one has ${known} already`,
    runs,
    'add fewer values or seeds',
  )
}

/** The study as it would have been written with all of it. */
async function whole(study: StudySpec, extension: Extension, host: StudyHost): Promise<ExtendedStudy> {
  const isSweep = study.kind === 'sweep'
  const axes = isSweep ? await resolveAxes(study.axes, parseBase(study.base, true), host) : []
  return planStudy(withMore(study, extension, axes), host)
}

function withMore(
  study: StudySpec,
  { values = [], seeds = [], cells }: Extension,
  resolved: readonly Axis[],
): StudySpec {
  const more = seeds.length === 0 ? {} : { seeds: [...new Set([...seedsOf(study, resolved), ...seeds])] }
  if (study.kind !== 'sweep') {
    if (values.length > 0 || cells !== undefined) {
      throw refusal('the extension', 'only a sweep has axes', values[0]?.path ?? cells, 'add seeds')
    }
    return { ...study, ...more }
  }
  const { search } = study
  const isDrawn = search.method === 'random' || search.method === 'quasiRandom'
  if (cells !== undefined && !isDrawn) {
    throw refusal('cells', 'only a random or quasi-random search draws them', cells, 'add values to an axis')
  }
  if (values.length > 0 && isDrawn) {
    const [first] = values
    throw refusal(
      `axis ${first?.path}`,
      `the values of a ${search.method} search are drawn`,
      first?.values,
      'ask for more cells, or add values to the settings of some cells',
    )
  }
  const axes = values.reduce((all, added) => withValues(all, added, resolved), study.axes)
  return {
    ...study,
    axes: seeds.length === 0 ? axes : axes.filter(({ path }) => path !== 'seed'),
    ...(isDrawn && cells !== undefined && { search: { ...search, cells } }),
    ...more,
  }
}

/** The seeds that a study gives its settings. */
function seedsOf(study: StudySpec, resolved: readonly Axis[]): readonly number[] {
  if (study.kind !== 'sweep') return study.seeds
  const axis = resolved.find(({ path }) => path === 'seed')
  if (axis !== undefined) return gridValues(axis).map(({ value }) => Number(value))
  return study.seeds ?? [parseBase(study.base, true).seed]
}

/** The study's axes, one of them with more values. */
function withValues(
  axes: readonly StudyAxis[],
  { path, values }: Added,
  resolved: readonly Axis[],
): StudyAxis[] {
  checkAxis(axes, { path, values })
  return axes.map((axis) => {
    if (axis.path !== path) return axis
    const range = resolved.find((one) => one.path === path)
    // A range is kept as the values it had: its ends would move them all.
    const before =
      Array.isArray(axis.values) || range === undefined
        ? axis.values
        : gridValues(range).map(({ value }) => value)
    const known = Array.isArray(before) ? before : []
    const keys = new Set(known.map(canonical))
    return { path, values: [...known, ...values.filter((value) => !keys.has(canonical(value)))] }
  })
}

function checkAxis(axes: readonly StudyAxis[], { path, values }: Added): void {
  if (axes.some((axis) => axis.path === path)) return
  const names = axes.map((axis) => axis.path).join(', ')
  throw refusal(`axis ${path}`, 'the study has no such axis', values, `its axes are ${names}`)
}

/** New values and seeds for the settings of some cells, one axis at a time. */
async function some(
  study: StudySpec,
  cells: readonly Known[],
  { of = [], values = [], seeds = [] }: Extension,
  host: StudyHost,
): Promise<ExtendedStudy> {
  const chosen = of.map((key) => chosenCell(cells, key))
  const base = parseBase(study.base, true)
  const wanted: Wanted[] = chosen.flatMap((cell) =>
    seeds.map((seed) => ({ cell, seed, changed: {}, shown: {} })),
  )
  if (values.length > 0) wanted.push(...(await withOtherValues(study, base, { cells, chosen, values }, host)))
  checkWanted(wanted, cells)
  const planner = createPlanner(host)
  const leftOut: LeftOut[] = []
  const added: PlannedCell[] = []
  for (const one of wanted) {
    try {
      added.push(await changedCell(base, one, planner))
    } catch (error) {
      leftOut.push({ settings: { ...one.cell.settings, ...one.shown }, reason: reasonOf(error) })
    }
  }
  const byKey = new Map(added.map((cell) => [cell.key, cell]))
  return { spec: study, cells: [...byKey.values()], leftOut }
}

function chosenCell(cells: readonly Known[], key: string): Known {
  const cell = cells.find((known) => known.key === key)
  if (cell === undefined)
    throw refusal('of', `the study has no cell ${show(key)}`, key, 'name cells by their key')
  if (cell.role === 'cell') return cell
  throw refusal('of', `a ${cell.role} run has no settings of its own`, key, 'name other cells')
}

/** A cell with something else in it. */
interface Wanted {
  readonly cell: Known
  readonly seed: number
  readonly changed: JsonObject
  readonly shown: StudyCell['settings']
}

/** More than a study may have need no look at each: all of them would take minutes to plan. */
function checkWanted(wanted: readonly Wanted[], cells: readonly Known[]): void {
  const ids = new Set(wanted.map(({ cell, seed, changed }) => idOf(cell.key, seed, changed)))
  if (ids.size <= maxCells) return
  for (const { key } of cells) ids.delete(idOf(key, readKey(key).seed, {}))
  checkRoom(cells.length, ids.size)
}

const idOf = (key: string, seed: number, changed: JsonObject): string =>
  `${seed} ${canonical(changed)} ${rowOf(key)}`

/**
 * The settings of the chosen cells with each of the values, and with all the seeds they have. Under halving they begin at the
 * first rung, as all others did.
 */
async function withOtherValues(
  study: StudySpec,
  base: RunSpec,
  { cells, chosen, values }: { cells: readonly Known[]; chosen: readonly Known[]; values: readonly Added[] },
  host: StudyHost,
): Promise<Wanted[]> {
  if (study.kind !== 'sweep') {
    throw refusal('the extension', 'only a sweep has axes', values[0]?.path, 'add seeds')
  }
  for (const axis of values) checkAxis(study.axes, axis)
  const axes = await resolveAxes(
    values.map(({ path, values: own }) => ({ path, values: [...own] })),
    base,
    host,
  )
  const settings = new Set(chosen.map(({ key }) => settingOf(key)))
  const repeats = cells.filter((cell) => settings.has(settingOf(cell.key)) && cell.stage === 0)
  return axes.flatMap((axis) =>
    gridValues(axis).flatMap(({ value, shown }) =>
      repeats.map((cell) => ({
        cell,
        seed: readKey(cell.key).seed,
        changed: { [axis.path]: value },
        shown: { [axis.path]: shown },
      })),
    ),
  )
}

/** @throws UserError where the change makes no sense, or cannot be planned */
async function changedCell(
  base: RunSpec,
  { cell, seed, changed, shown }: Wanted,
  planner: Planner,
): Promise<PlannedCell> {
  const { values, budget, role } = readKey(cell.key)
  const made = settingSpec(base, { ...values, ...changed })
  if ('reason' in made) throw refusal('the extension', made.reason, changed, 'leave it out')
  const found = asJsonObject(made.spec)
  const atBudget = specAtBudget(made.spec, budget)
  const { rateFactor } = cell.settings
  const spec =
    typeof rateFactor === 'number'
      ? { ...atBudget, schedule: scaleRates(atBudget.schedule, rateFactor) }
      : atBudget
  return makeCell({
    role,
    values: Object.fromEntries(Object.keys(values).map((path) => [path, valueAt(found, path)])),
    settings: { ...cell.settings, ...shown },
    seed,
    budget,
    stage: cell.stage,
    spec,
    planned: await planner.plan(spec),
  })
}
