import { problemsIn, UserError } from '../../../../shared/errors.ts'
import { initialPlan } from '../../../../shared/run/plan.ts'
import { type RunSpec, runSpec } from '../../../../shared/run/spec.ts'
import {
  type CompiledSchedule,
  compileSchedule,
  type SchedulePlan,
} from '../../../../shared/schedule/index.ts'
import { type Problem, type Problems, problemOf } from './fields.ts'
import { topologyProblem } from './topology.ts'
import { getAt, textAt } from './tree.ts'

/** What the draft comes to. */
export interface Checked {
  /** Present where every rule of the core's schema holds. */
  readonly spec?: RunSpec
  readonly plan?: SchedulePlan
  readonly compiled?: CompiledSchedule
  /** By the path of the field. Launching needs none. */
  readonly problems: Problems
}

/** Checks a draft by the rules of the core. @param trainCount examples it would train on; undefined while not known */
export function checkDraft(tree: unknown, trainCount: number | undefined): Checked {
  const parsed = runSpec.safeParse(tree)
  if (!parsed.success) return { problems: { ...byPath(tree), ...modelProblem(tree) } }
  const spec = parsed.data
  const wrongModel = modelProblem(tree)
  if (Object.keys(wrongModel).length > 0) return { spec, problems: wrongModel }
  if (trainCount === undefined) return { spec, problems: {} }
  const planned = attempt(() => initialPlan(spec, trainCount))
  if ('sentence' in planned) {
    const path = / budget must /.test(planned.sentence) ? budgetPath(spec) : 'batchSize'
    return { spec, problems: { [path]: { rule: '', sentence: planned.sentence } } }
  }
  const plan = planned.value
  const compiled = attempt(() => checked(compileSchedule(spec.schedule, plan)))
  if ('sentence' in compiled) {
    const path = /formula/.test(compiled.sentence) ? formulaPath(tree, 'schedule') : 'schedule'
    return { spec, plan, problems: { [path]: { rule: '', sentence: compiled.sentence } } }
  }
  return { spec, plan, compiled: compiled.value, problems: feedbackProblem(spec, compiled.value) }
}

/** Compiled so that what only shows in its values has shown itself. */
function checked(compiled: CompiledSchedule): CompiledSchedule {
  compiled.at(0)
  compiled.at(compiled.totalSteps - 1)
  return compiled
}

function byPath(tree: unknown): Problems {
  const found: Record<string, Problem> = {}
  for (const problem of problemsIn(runSpec, tree)) found[problem.path] ??= problemOf(problem)
  return found
}

/** A model of the user's own that could never be trained. */
function modelProblem(tree: unknown): Problems {
  if (textAt(tree, ['model', 'kind']) !== 'layers') return {}
  const sentence = topologyProblem(getAt(tree, ['model', 'topology']))
  return sentence === undefined ? {} : { 'model.topology': { rule: '', sentence } }
}

/** A plateau on validation data needs some. */
function feedbackProblem(spec: RunSpec, { feedback }: CompiledSchedule): Problems {
  if (feedback === undefined || feedback.metric === 'trainingLoss' || spec.dataset.validation > 0) return {}
  return {
    'dataset.validation': {
      rule: 'must be above 0, as the plateau schedule watches validation data (received 0).',
    },
  }
}

const budgetPath = ({ budget }: RunSpec): string => ('steps' in budget ? 'budget.steps' : 'budget.epochs')

/** The first formula in a schedule, by the order in which it is compiled. */
function formulaPath(tree: unknown, path: string): string {
  const schedule = getAt(tree, path.split('.'))
  const kind = textAt(schedule, ['kind'])
  if (kind === 'formula') return `${path}.expression`
  const inner = {
    warmup: ['schedule'],
    sequence: places(schedule, 'pieces', '.schedule'),
    chain: places(schedule, 'factors', ''),
  }[kind]
  for (const place of inner ?? []) {
    const found = formulaPath(tree, `${path}.${place}`)
    if (found.endsWith('.expression')) return found
  }
  return path
}

function places(schedule: unknown, list: string, suffix: string): string[] {
  const items = getAt(schedule, [list])
  return Array.isArray(items) ? items.map((_, i) => `${list}.${i}${suffix}`) : []
}

function attempt<T>(make: () => T): { readonly value: T } | { readonly sentence: string } {
  try {
    return { value: make() }
  } catch (error) {
    if (error instanceof UserError) return { sentence: error.message }
    throw error
  }
}
