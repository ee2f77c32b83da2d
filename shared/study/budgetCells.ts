import { parseOrExplain } from '../errors.ts'
import { modelText } from '../run/modelText.ts'
import { optimizerText } from '../run/optimizerText.ts'
import { optimizerSpec, type RunSpec } from '../run/spec.ts'
import { findPreset, scaleRates, scheduleLabel, scheduleSpec } from '../schedule/index.ts'
import { checkDistinct, checkSeeds, maxCells, parseBase, plural } from './base.ts'
import { specAtBudget } from './budget.ts'
import type { StudyCell } from './cell.ts'
import { asJsonObject, type JsonObject } from './json.ts'
import { makeCell, shareText } from './makeCell.ts'
import type { CellPlan, PlannedCell, Planner } from './planner.ts'
import { adviceOf, reasonOf, refusal } from './refusal.ts'
import { settingSpec } from './settingSpec.ts'
import { type AxisValue, canonical, withDistinctLabels } from './shown.ts'
import type { BudgetStudySpec } from './spec.ts'

/** One question of a budget study: a schedule at a budget, with an optimizer, on a task. Its seeds are its repeats. */
export interface BudgetSetting {
  readonly values: JsonObject
  readonly settings: StudyCell['settings']
  readonly budget: number
  /** Over its budget, its schedule rescaled. */
  readonly spec: RunSpec
  readonly planned: CellPlan
}

/** @throws UserError naming schedule, budget and rule for what cannot be planned */
export async function budgetSettings(study: BudgetStudySpec, planner: Planner): Promise<BudgetSetting[]> {
  const base = parseBase(study.base, true)
  const schedules = distinctOnly('schedule', study.schedules.map(readSchedule))
  const optimizers = distinctOnly('optimizer', readOptimizers(study, base))
  const tasks = distinctOnly('task', readTasks(study, base))
  checkSeeds(study.seeds)
  const budgets = checkBudgets(study.budgets)
  const factors = study.rates.mode === 'tuned' ? study.rates.factors : []
  checkDistinct('rates.factors', 'each factor must be there once', factors)
  checkCount(study, schedules.length * optimizers.length * tasks.length, factors.length)
  const settings: BudgetSetting[] = []
  for (const task of tasks) {
    for (const optimizer of optimizers) {
      for (const budget of budgets) {
        for (const schedule of schedules) {
          settings.push(await settingAt(base, { task, optimizer, schedule }, budget, planner))
        }
      }
    }
  }
  checkBudgetSteps(settings)
  return settings
}

/** The cells that a study of fixed rates consists of, or those that find the rates. */
export async function budgetCells(study: BudgetStudySpec, planner: Planner): Promise<PlannedCell[]> {
  const settings = await budgetSettings(study, planner)
  if (study.rates.mode === 'fixed') {
    return settings.flatMap((setting) => study.seeds.map((seed) => cellOf(setting, seed, 0)))
  }
  const { factors } = study.rates
  const [seed = 1] = study.seeds
  return settings.flatMap((setting) => factors.map((factor) => tuningCell(setting, seed, factor)))
}

/** @param factor on the rates, where tuning found it */
export function cellOf(setting: BudgetSetting, seed: number, stage: number, factor?: number): PlannedCell {
  const { values, settings, budget, planned } = setting
  const spec = factor === undefined ? setting.spec : withFactor(setting, factor)
  return makeCell({
    role: 'cell',
    values,
    settings: factor === undefined ? settings : { ...settings, rateFactor: factor },
    seed,
    budget,
    stage,
    spec,
    planned,
  })
}

function tuningCell(setting: BudgetSetting, seed: number, factor: number): PlannedCell {
  const { values, settings, budget, planned } = setting
  return makeCell({
    role: 'tuning',
    values,
    settings: { ...settings, rateFactor: factor },
    seed,
    budget,
    factor,
    stage: 0,
    spec: withFactor(setting, factor),
    planned,
  })
}

function withFactor({ spec, settings }: BudgetSetting, factor: number): RunSpec {
  try {
    return { ...spec, schedule: scaleRates(spec.schedule, factor) }
  } catch (error) {
    throw refusal(
      `schedule ${settings.schedule}`,
      `its rates times ${factor}: ${reasonOf(error)}`,
      factor,
      'take another factor',
    )
  }
}

interface Question {
  readonly task: AxisValue
  readonly optimizer: AxisValue
  readonly schedule: AxisValue
}

async function settingAt(
  base: RunSpec,
  { task, optimizer, schedule }: Question,
  budget: number,
  planner: Planner,
): Promise<BudgetSetting> {
  const values = {
    schedule: schedule.value,
    ...unlikeBase(base, { optimizer: optimizer.value, ...asJsonObject(task.value) }),
  }
  const what = `schedule ${schedule.shown} at a budget of ${shareText(budget)}`
  const made = settingSpec(base, values)
  if ('reason' in made) throw refusal(what, made.reason, values, 'change the study')
  await planner.checkDataset(made.spec.dataset, `task ${task.shown}`)
  try {
    const spec = specAtBudget(made.spec, budget)
    const planned = await planner.plan(spec)
    const settings = { schedule: schedule.shown, optimizer: optimizer.shown, task: task.shown }
    return { values, settings, budget, spec, planned }
  } catch (error) {
    throw refusal(
      what,
      reasonOf(error),
      budget,
      'leave out that budget or schedule, or make the whole budget larger',
    )
  }
}

/** A key need not tell what all cells have: the layers of a network can be long. */
function unlikeBase(base: RunSpec, values: JsonObject): JsonObject {
  const tree = asJsonObject(base)
  return Object.fromEntries(
    Object.entries(values).filter(([part, value]) => canonical(value) !== canonical(tree[part])),
  )
}

function readSchedule(written: BudgetStudySpec['schedules'][number]): AxisValue {
  try {
    if ('preset' in written) {
      const { spec, name } = findPreset(written.preset)
      return { value: asJsonObject(spec), shown: written.label ?? name }
    }
    const spec = parseOrExplain(scheduleSpec, written.spec, 'reading the schedule')
    return { value: asJsonObject(spec), shown: written.label ?? scheduleLabel(spec) }
  } catch (error) {
    const name = written.label ?? ('preset' in written ? written.preset : String(written.spec.kind))
    throw refusal(`schedule ${name}`, reasonOf(error), written, adviceOf(error) ?? 'change or leave it out')
  }
}

function readOptimizers({ optimizers }: BudgetStudySpec, base: RunSpec): AxisValue[] {
  if (optimizers === undefined)
    return [{ value: asJsonObject(base.optimizer), shown: optimizerText(base.optimizer) }]
  return optimizers.map(({ label, spec }) => {
    try {
      const parsed = parseOrExplain(optimizerSpec, spec, 'reading the optimizer')
      return { value: asJsonObject(parsed), shown: label ?? optimizerText(parsed) }
    } catch (error) {
      throw refusal(
        `optimizer ${label ?? String(spec.kind)}`,
        reasonOf(error),
        spec,
        'change or leave out that optimizer',
      )
    }
  })
}

/** Data set and model of each task; what one does not give is the base's. */
function readTasks({ tasks }: BudgetStudySpec, base: RunSpec): AxisValue[] {
  return (tasks ?? [{}]).map(({ label, dataset, model }, i) => {
    const values = {
      ...(dataset !== undefined && { dataset: { ...asJsonObject(base.dataset), ...dataset } }),
      ...(model !== undefined && {
        model: 'kind' in model ? model : { ...asJsonObject(base.model), ...model },
      }),
    }
    const made = settingSpec(base, values)
    if ('reason' in made) {
      throw refusal(`task ${label ?? i + 1}`, made.reason, values, 'change or leave out that task')
    }
    const task = { dataset: made.spec.dataset, model: made.spec.model }
    return { value: asJsonObject(task), shown: label ?? `${task.dataset.name}, ${modelText(task.model)}` }
  })
}

function distinctOnly(what: string, values: readonly AxisValue[]): AxisValue[] {
  const seen = new Set<string>()
  for (const { value, shown } of values) {
    const key = canonical(value)
    if (seen.has(key))
      throw refusal(`${what} ${shown}`, `each ${what} must be there once`, value, 'leave out the other')
    seen.add(key)
  }
  return withDistinctLabels(values)
}

function checkBudgets(budgets: readonly number[]): number[] {
  const twice = budgets.find((budget, i) => budgets.indexOf(budget) < i)
  if (twice !== undefined)
    throw refusal('budgets', 'each budget must be there once', twice, 'leave out the other')
  return budgets.toSorted((a, b) => a - b)
}

/** Two budgets of equally many steps are the same runs under two names. */
function checkBudgetSteps(settings: readonly BudgetSetting[]): void {
  const seen = new Map<string, number>()
  for (const { values, budget, planned } of settings) {
    const key = canonical({ values, steps: planned.totalSteps })
    const other = seen.get(key)
    if (other !== undefined) {
      throw refusal(
        'budgets',
        `${shareText(other)} and ${shareText(budget)} both come to ${plural(planned.totalSteps, 'step')}`,
        budget,
        'leave one out, or make the whole budget larger',
      )
    }
    seen.set(key, budget)
  }
}

function checkCount({ budgets, seeds }: BudgetStudySpec, questions: number, factors: number): void {
  const runs = questions * budgets.length * (seeds.length + factors)
  if (runs <= maxCells) return
  throw refusal(
    `${plural(questions, 'combination')} of schedule, optimizer and task × ${plural(budgets.length, 'budget')} × ${plural(seeds.length + factors, 'run')} each`,
    `a study has at most ${maxCells} runs`,
    runs,
    'take fewer schedules, budgets or seeds',
  )
}
