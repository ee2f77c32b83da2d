import { problemsIn, UserError } from '../../../../shared/errors.ts'
import { initialPlan } from '../../../../shared/run/plan.ts'
import { type RunSpec, runSpec } from '../../../../shared/run/spec.ts'
import {
  type CompiledSchedule,
  checkRates,
  compileSchedule,
  formulaPaths,
  type SchedulePlan,
  type ScheduleSpec,
} from '../../../../shared/schedule/index.ts'
import { type Problem, type Problems, problemOf } from './fields.ts'
import { topologyProblem } from './topology.ts'
import { getAt, textAt } from './tree.ts'

/** What the form shows of a draft: its schedule as far as it can be computed, and what has to be mended. */
export interface Checked {
  /** Present when every field obeys its own rule. */
  readonly spec?: RunSpec
  readonly plan?: SchedulePlan
  readonly compiled?: CompiledSchedule
  /** Problems by the path of their field, such as "schedule.lrMax". Only a draft without problems can be launched. */
  readonly problems: Problems
}

/** Checks a draft by the rules that the core applies to a spec. @param trainCount training examples; undefined until they are known */
export function checkDraft(tree: unknown, trainCount: number | undefined): Checked {
  const parsed = runSpec.safeParse(tree)
  if (!parsed.success) return { problems: { ...byPath(tree), ...modelProblem(tree) } }
  const spec = parsed.data
  const wrongModel = modelProblem(tree)
  if (Object.keys(wrongModel).length > 0) return { spec, problems: wrongModel }
  if (trainCount === undefined) return { spec, problems: {} }
  const planned = attempt(() => initialPlan(spec, trainCount))
  if ('sentence' in planned) {
    const { sentence } = planned
    return { spec, problems: { [planPath(spec, sentence)]: { rule: '', sentence } } }
  }
  const plan = planned.value
  const compiled = attempt(() => checked(spec.schedule, compileSchedule(spec.schedule, plan)))
  if ('sentence' in compiled) {
    const [formula] = /formula/.test(compiled.sentence) ? formulaPaths(spec.schedule) : []
    const path = ['schedule', ...(formula ?? [])].join('.')
    return { spec, plan, problems: { [path]: { rule: '', sentence: compiled.sentence } } }
  }
  return { spec, plan, compiled: compiled.value, problems: feedbackProblem(spec, compiled.value) }
}

/** So many steps of a formula are looked at while it is typed; Start looks at more. */
const stepsWhileTyping = 20_000

/** Computes rates of the schedule: some mistakes only show when a rate is computed. @throws UserError */
function checked(schedule: ScheduleSpec, compiled: CompiledSchedule): CompiledSchedule {
  compiled.at(0)
  compiled.at(compiled.totalSteps - 1)
  checkRates(schedule, compiled, stepsWhileTyping)
  return compiled
}

function byPath(tree: unknown): Problems {
  const found: Record<string, Problem> = {}
  for (const problem of problemsIn(runSpec, tree)) found[problem.path] ??= problemOf(problem)
  return found
}

/** What is wrong with a topology of the user's own, if the model is one. */
function modelProblem(tree: unknown): Problems {
  if (textAt(tree, ['model', 'kind']) !== 'layers') return {}
  const sentence = topologyProblem(getAt(tree, ['model', 'topology']))
  return sentence === undefined ? {} : { 'model.topology': { rule: '', sentence } }
}

/** A plateau schedule that watches validation data needs validation data. */
function feedbackProblem(spec: RunSpec, { feedback }: CompiledSchedule): Problems {
  if (feedback === undefined || feedback.metric === 'trainingLoss' || spec.dataset.validation > 0) return {}
  return {
    'dataset.validation': {
      rule: 'must be above 0, as the plateau schedule watches validation data (received 0).',
    },
  }
}

/** The field that a sentence about the plan is about. */
function planPath(spec: RunSpec, sentence: string): string {
  if (/ budget must /.test(sentence)) return budgetPath(spec)
  return / snapshots\.steps must /.test(sentence) ? 'snapshots.steps' : 'batchSize'
}

const budgetPath = ({ budget }: RunSpec): string => ('steps' in budget ? 'budget.steps' : 'budget.epochs')

function attempt<T>(make: () => T): { readonly value: T } | { readonly sentence: string } {
  try {
    return { value: make() }
  } catch (error) {
    if (error instanceof UserError) return { sentence: error.message }
    throw error
  }
}
