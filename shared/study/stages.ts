import { parseBase } from './base.ts'
import { specAtBudget } from './budget.ts'
import { type BudgetSetting, budgetSettings, cellOf } from './budgetCells.ts'
import { readKey, settingOf } from './cellKey.ts'
import type { StudyHost } from './host.ts'
import { makeCell } from './makeCell.ts'
import { byScore, type CellOutcome, hasEnded, scoreOf } from './outcome.ts'
import { createPlanner, type PlannedCell, type Planner } from './planner.ts'
import { settingSpec } from './settingSpec.ts'
import { canonical } from './shown.ts'
import type { BudgetStudySpec, StudySpec, SweepSpec, TrunkStudySpec } from './spec.ts'
import { rungsOf } from './sweepCells.ts'
import { toldApart } from './toldApart.ts'
import { cooldownCells } from './trunkCells.ts'

/*
 * What follows of what the cells of a study came to. Pure: the same cells give the same next ones, however often it is asked
 * and in whatever order they ended, and none that the study already has.
 */

/**
 * The cells that may begin now and are not there yet: the next rung of a halving when one has ended, the runs of a budget
 * study whose rates were found, the cool-downs whose trunk has come to their step. Empty where there is nothing to add.
 */
export async function nextStage(
  study: StudySpec,
  cells: readonly CellOutcome[],
  host: StudyHost,
): Promise<readonly PlannedCell[]> {
  const planner = createPlanner(host)
  const known = new Set(cells.map(({ key }) => key))
  const next = await nextCells(study, cells, planner)
  return toldApart(
    next.filter(({ key }) => !known.has(key)),
    cells,
  )
}

function nextCells(
  study: StudySpec,
  cells: readonly CellOutcome[],
  planner: Planner,
): Promise<readonly PlannedCell[]> {
  if (study.kind === 'sweep') return nextRung(study, cells, planner)
  return study.kind === 'budget' ? tunedCells(study, cells, planner) : cooldowns(study, cells, planner)
}

/**
 * Every rung from the first that has ended: the best share of its settings, by the mean over their seeds, goes on. A setting
 * that diverged with some seed, or has no score, does not.
 */
async function nextRung(
  study: SweepSpec,
  cells: readonly CellOutcome[],
  planner: Planner,
): Promise<readonly PlannedCell[]> {
  const { halving } = study
  if (halving === undefined) return []
  const base = parseBase(study.base, true)
  const rungs = rungsOf(study)
  const next: PlannedCell[] = []
  for (const [stage, budget] of rungs.entries()) {
    const rung = cells.filter((cell) => cell.stage === stage)
    const following = rungs[stage + 1]
    if (following === undefined || rung.length === 0 || !rung.every(hasEnded)) continue
    const begun = new Set(cells.filter((cell) => cell.stage === stage + 1).map(({ key }) => settingOf(key)))
    for (const cell of goingOn(rung, study, halving.keep, begun)) {
      const { values } = readKey(cell.key)
      const made = settingSpec(base, values)
      if ('reason' in made)
        throw new Error(`a setting of rung ${budget} cannot be made again: ${made.reason}`)
      const spec = specAtBudget(made.spec, following)
      next.push(
        makeCell({
          role: 'cell',
          values,
          settings: cell.settings,
          seed: cell.seed,
          budget: following,
          stage: stage + 1,
          spec,
          planned: await planner.plan(spec),
        }),
      )
    }
  }
  return next
}

/**
 * The cells of a rung whose settings go on, at least one setting, in the order of their scores.
 * @param begun settings that have gone on: one keeps its place when a run of it is deleted since
 */
function goingOn(
  rung: readonly CellOutcome[],
  { objective }: SweepSpec,
  keep: number,
  begun: ReadonlySet<string>,
): CellOutcome[] {
  const bySetting = Map.groupBy(rung, ({ key }) => settingOf(key))
  const order = byScore(objective)
  const scored = [...bySetting].flatMap(([setting, cells]) => {
    const scores = cells.map((cell) => scoreOf(cell, objective))
    const known = scores.filter((score) => score !== undefined)
    return known.length < scores.length ? [] : [{ setting, cells, mean: meanOf(known) }]
  })
  const known = new Set(scored.map(({ setting }) => setting))
  const taken = [...bySetting.keys()].filter((setting) => !known.has(setting) && begun.has(setting)).length
  return scored
    .toSorted((a, b) => order(a.mean, b.mean) || (a.setting < b.setting ? -1 : 1))
    .slice(0, Math.max(0, keptOf(bySetting.size, keep) - taken))
    .flatMap(({ cells }) => cells)
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** How many settings a rung of so many lets go on. */
export const keptOf = (settings: number, keep: number): number => Math.max(1, Math.round(keep * settings))

/** The runs of each question whose tuning has ended, with the factor that did best; of equals the smaller. */
async function tunedCells(
  study: BudgetStudySpec,
  cells: readonly CellOutcome[],
  planner: Planner,
): Promise<readonly PlannedCell[]> {
  const { rates, objective, seeds } = study
  if (rates.mode === 'fixed') return []
  const question = ({ values, budget }: { values: BudgetSetting['values']; budget: number }): string =>
    canonical({ values, budget })
  const tuning = Map.groupBy(
    cells.filter(({ role }) => role === 'tuning'),
    ({ key }) => question(readKey(key)),
  )
  const begun = Map.groupBy(
    cells.filter(({ role }) => role === 'cell'),
    ({ key }) => question(readKey(key)),
  )
  /** What was found once stays, though a tuning run was repeated since. */
  const factorOf = (key: string): number | undefined => {
    const found = begun.get(key)?.[0]?.settings.rateFactor
    if (typeof found === 'number') return found
    const tried = tuning.get(key) ?? []
    const isTried = tried.length >= rates.factors.length && tried.every(hasEnded)
    return isTried ? bestFactor(tried, objective) : undefined
  }
  const ready = new Map(
    [...tuning.keys()]
      .filter((key) => {
        // Some questions may have been given seeds of their own.
        const asked = new Set(begun.get(key)?.map(({ seed }) => seed))
        return seeds.some((seed) => !asked.has(seed))
      })
      .flatMap((key) => {
        const factor = factorOf(key)
        return factor === undefined ? [] : [[key, factor] as const]
      }),
  )
  if (ready.size === 0) return []
  const settings = await budgetSettings(study, planner)
  return settings.flatMap((setting) => {
    const factor = ready.get(question(setting))
    return factor === undefined ? [] : seeds.map((seed) => cellOf(setting, seed, 1, factor))
  })
}

/** Undefined where no factor led to a score: the question then has no answer, which its tuning cells tell. */
function bestFactor(tried: readonly CellOutcome[], objective: SweepSpec['objective']): number | undefined {
  const order = byScore(objective)
  const scored = tried.flatMap((cell) => {
    const score = scoreOf(cell, objective)
    const { factor } = readKey(cell.key)
    return score === undefined || factor === undefined ? [] : [{ score, factor }]
  })
  return scored.toSorted((a, b) => order(a.score, b.score) || a.factor - b.factor)[0]?.factor
}

/** A cool-down may begin when its trunk has gone past the step it branches at, so that the snapshot of that step is stored. */
async function cooldowns(
  study: TrunkStudySpec,
  cells: readonly CellOutcome[],
  planner: Planner,
): Promise<readonly PlannedCell[]> {
  const next: PlannedCell[] = []
  for (const trunk of cells.filter(({ role }) => role === 'trunk')) {
    if (!isNearBranching(study, cells, trunk)) continue
    const own = await cooldownCells(study, trunk.seed, planner)
    const isThere = (step: number): boolean => trunk.status === 'completed' || trunk.steps > step
    next.push(...own.filter(({ after }) => after !== undefined && isThere(after.stepsDone)))
  }
  return next
}

/** Steps by which rounding may move a branching from its share of the trunk. */
const rounding = 3

/** Whether a cool-down that is not there yet may be due: asked at every look at a trunk, it reads no data set. */
function isNearBranching(
  { budgets, shapes }: TrunkStudySpec,
  cells: readonly CellOutcome[],
  trunk: CellOutcome,
): boolean {
  const begun = cells.filter(({ role, seed }) => role === 'cooldown' && seed === trunk.seed)
  const longest = Math.max(...budgets)
  return budgets.some((share) => {
    const isReached =
      trunk.status === 'completed' || trunk.steps + rounding >= (trunk.totalSteps * share) / longest
    return isReached && begun.filter(({ budget }) => budget === share).length < shapes.length
  })
}
