import { show } from '../errors.ts'
import type { RunSpec } from '../run/spec.ts'
import { type Axis, gridValues, keptAxes, resolveAxes } from './axes.ts'
import { checkSeeds, maxCells, parseBase, plural } from './base.ts'
import { specAtBudget } from './budget.ts'
import type { LeftOut, StudyCell } from './cell.ts'
import type { StudyHost } from './host.ts'
import { asJsonObject, type JsonObject } from './json.ts'
import { makeCell, settingText, shareText } from './makeCell.ts'
import type { CellPlan, PlannedCell, Planner } from './planner.ts'
import { reasonOf, refusal } from './refusal.ts'
import { type Combination, combinationCount, combinations, valueCount } from './search.ts'
import { idleFields } from './senseless.ts'
import { settingSpec, valueAt } from './settingSpec.ts'
import { canonical, shownOf } from './shown.ts'
import type { SweepSpec } from './spec.ts'

export interface SweepCells {
  /** As the study keeps them. */
  readonly axes: SweepSpec['axes']
  readonly cells: PlannedCell[]
  readonly leftOut: LeftOut[]
  /** The steps of each setting's whole budget, for what later rungs may cost. */
  readonly fullSteps: readonly number[]
  readonly seeds: readonly number[]
}

/** The cells of a sweep's first stage. @throws UserError in one sentence naming axis, rule and value */
export async function sweepCells(spec: SweepSpec, host: StudyHost, planner: Planner): Promise<SweepCells> {
  const base = parseBase(
    spec.base,
    spec.axes.some(({ path }) => path === 'schedule'),
  )
  const resolved = await resolveAxes(spec.axes, base, host)
  const { axes, seeds } = withoutSeeds(spec, resolved, base)
  checkCount(spec, axes, seeds.length)
  checkRungs(spec)
  const made: SweepCells = {
    axes: keptAxes(spec.axes, resolved),
    cells: [],
    leftOut: [],
    fullSteps: [],
    seeds,
  }
  const fullSteps: number[] = []
  const seen = new Map<string, StudyCell['settings']>()
  const sobol = spec.search.method === 'quasiRandom' ? await host.sobol() : undefined
  for (const combination of combinations(spec.search, axes, sobol)) {
    const setting = settingOf(base, axes, combination)
    if ('reason' in setting) {
      made.leftOut.push(setting)
      continue
    }
    const key = canonical(setting.values)
    const same = seen.get(key)
    if (same !== undefined) {
      // One at a time, each axis has the base's value again.
      if (spec.search.method !== 'oneAtATime')
        made.leftOut.push({ settings: setting.settings, reason: sameAs(same) })
      continue
    }
    seen.set(key, setting.settings)
    await planner.checkDataset(setting.spec.dataset, datasetField(axes))
    const plans = await planRungs(setting.spec, rungsOf(spec), planner)
    if ('reason' in plans) {
      made.leftOut.push({ settings: setting.settings, reason: plans.reason })
      continue
    }
    fullSteps.push(plans.last.totalSteps)
    const budget = rungsOf(spec)[0] ?? 1
    const atBudget = specAtBudget(setting.spec, budget)
    for (const seed of seeds) {
      const { values, settings } = setting
      made.cells.push(
        makeCell({
          role: 'cell',
          values,
          settings,
          seed,
          budget,
          stage: 0,
          spec: atBudget,
          planned: plans.first,
        }),
      )
    }
  }
  if (made.cells.length === 0) throw nothingLeft(made.leftOut)
  return { ...made, fullSteps }
}

export const rungsOf = ({ halving }: SweepSpec): readonly number[] => halving?.rungs ?? [1]

/** The axis "seed" says with which seeds each setting is run; it is no setting itself. */
function withoutSeeds(spec: SweepSpec, resolved: readonly Axis[], base: RunSpec) {
  const axis = resolved.find(({ path }) => path === 'seed')
  if (axis !== undefined && spec.seeds !== undefined) {
    throw refusal('axis seed', 'seeds are given twice', spec.seeds, 'leave out the axis, or the field seeds')
  }
  const seeds = axis === undefined ? spec.seeds : gridValues(axis).map(({ value }) => Number(value))
  checkSeeds(seeds ?? [])
  return { axes: resolved.filter(({ path }) => path !== 'seed'), seeds: seeds ?? [base.seed] }
}

/** Before any combination is made: a million of them would take all memory. */
function checkCount(spec: SweepSpec, axes: readonly Axis[], seeds: number): void {
  const runs = combinationCount(spec.search, axes) * seeds
  if (runs <= maxCells) return
  const counts = axes.map((axis) => `${axis.path} (${plural(valueCount(axis), 'value')})`)
  const told = [...counts, ...(seeds > 1 ? [plural(seeds, 'seed')] : [])].join(' × ')
  throw refusal(
    `axes ${told}`,
    `a sweep has at most ${maxCells} runs`,
    runs,
    'take fewer values, or search at random',
  )
}

function checkRungs({ halving }: SweepSpec): void {
  if (halving === undefined) return
  const { rungs } = halving
  const falls = rungs.find((rung, i) => rung <= (rungs[i - 1] ?? 0))
  if (falls !== undefined) {
    throw refusal(
      'halving.rungs',
      'each rung must be a larger budget than the one before',
      falls,
      'put them in order',
    )
  }
  if (rungs.at(-1) !== 1) {
    throw refusal(
      'halving.rungs',
      'the last rung must be 1, the whole budget',
      rungs.at(-1),
      'add 1 at the end',
    )
  }
}

interface Setting {
  readonly settings: StudyCell['settings']
  readonly values: JsonObject
  readonly spec: RunSpec
}

/** The run of a combination, or why it makes no sense. */
function settingOf(base: RunSpec, axes: readonly Axis[], combination: Combination): Setting | LeftOut {
  const chosen = Object.fromEntries([...combination].map(([path, { value }]) => [path, value]))
  const made = settingSpec(base, chosen)
  const found = asJsonObject('spec' in made ? made.spec : base)
  const values = Object.fromEntries(axes.map(({ path }) => [path, valueAt(found, path)]))
  const settings = Object.fromEntries(
    axes.map((axis) => [axis.path, combination.get(axis.path)?.shown ?? shownIn(axis, values)]),
  )
  if ('reason' in made) return { settings, reason: made.reason }
  const reason = idleReason(made.spec, axes, values)
  return reason === undefined ? { settings, values, spec: made.spec } : { settings, reason }
}

/** Of a part whose fields other axes set: two of its values may come to the same. */
const sameAs = (settings: StudyCell['settings']): string =>
  `the same run as with ${Object.entries(settings)
    .map(([path, value]) => settingText(path, value))
    .join(', ')}`

/** The words of an axis for the base's value, where the axis has that value too. */
function shownIn(axis: Axis, values: JsonObject): StudyCell['settings'][string] {
  const value = values[axis.path] ?? null
  const same = 'values' in axis && axis.values.find((known) => canonical(known.value) === canonical(value))
  return same ? same.shown : shownOf(axis.path, value)
}

/** Of combinations that differ only in a field that changes nothing, the one with its first value is made. */
function idleReason(spec: RunSpec, axes: readonly Axis[], values: JsonObject): string | undefined {
  for (const { path, reason } of idleFields(spec)) {
    const axis = axes.find((one) => one.path === path)
    if (axis === undefined || !('values' in axis)) continue
    const [first] = axis.values
    if (first === undefined || canonical(values[path]) === canonical(first.value)) continue
    return `${path} changes nothing, as ${reason}: the same run as with ${show(first.shown)}`
  }
  return undefined
}

/** The plans of a setting at the first rung and at the last, after all have been tried. */
async function planRungs(
  spec: RunSpec,
  rungs: readonly number[],
  planner: Planner,
): Promise<{ readonly first: CellPlan; readonly last: CellPlan } | { readonly reason: string }> {
  const plans: CellPlan[] = []
  for (const rung of rungs) {
    try {
      plans.push(await planner.plan(specAtBudget(spec, rung)))
    } catch (error) {
      return { reason: `${rung === 1 ? '' : `at a budget of ${shareText(rung)}: `}${reasonOf(error)}` }
    }
  }
  const [first] = plans
  const last = plans.at(-1)
  if (first === undefined || last === undefined) throw new Error('a sweep has a rung at least')
  return { first, last }
}

const datasetField = (axes: readonly Axis[]): string => {
  const axis = axes.find(({ path }) => path.split('.')[0] === 'dataset')
  return axis === undefined ? "the base's data set" : `axis ${axis.path}`
}

function nothingLeft(leftOut: readonly LeftOut[]): Error {
  const [first] = leftOut
  return refusal(
    'axes',
    `${plural(leftOut.length, 'combination')}, of which none can be run; of the first, ${first?.reason}`,
    first?.settings,
    'change the axes or the base',
  )
}
