import { z } from 'zod'
import { problemIn, show, UserError } from '../errors.ts'
import { studyWeights } from '../run/initial.ts'

/*
 * What a study is: plain JSON a person could write by hand. A study is a question over many runs: a base spec, what varies,
 * how it is searched, and what decides. Bases, schedules and optimizers stand here as they were written: cells.ts makes run
 * specs of them, and says by `parseRunSpec` what is wrong with one.
 */

const written = z.record(z.string(), z.json())
const name = z
  .string('must be text')
  .trim()
  .min(1, 'must not be empty')
  .max(200, 'must be at most 200 characters')
const seeds = z
  .array(z.int('must be a whole number'))
  .min(1, 'needs at least one seed')
  .max(1000, 'may have at most 1000 seeds')
const share = z.number('must be a number').positive('must be above 0').max(1, 'must be at most 1')

/** By what the best is chosen: the last evaluation of a run, on validation data; a higher accuracy, a lower loss. */
export const studyObjective = z.enum(['validationAccuracy', 'validationLoss'])
export type StudyObjective = z.infer<typeof studyObjective>

/** No study has more runs; a longer list is refused before its values are looked at. */
const mostValues = 10_000
const axisValues = z
  .array(z.unknown())
  .min(1, 'must have at least one value')
  .max(mostValues, `may have at most ${mostValues} values`)
  .pipe(z.array(z.json()))

/** From `from` to `to`, both among the values; log: by equal factors. */
const axisRange = z.strictObject({
  from: z.number('must be a number'),
  to: z.number('must be a number'),
  /** Values of a grid; random and quasi-random search draw between the ends. */
  count: z
    .int('must be a whole number')
    .min(2, 'must be at least 2')
    .max(1000, 'must be at most 1000')
    .default(5),
  scale: z.enum(['linear', 'log']).default('linear'),
})

/** What is wrong with the values of an axis: by the rules of the form that was meant. */
function valuesWords(input: unknown): string {
  if (Array.isArray(input)) {
    if (input.length > mostValues) return `may have at most ${mostValues} values`
    return input.length === 0 ? 'must have at least one value' : 'must be JSON'
  }
  const problem = typeof input === 'object' && input !== null ? problemIn(axisRange, input) : undefined
  if (problem !== undefined) return `a range: ${problem.path === '' ? '' : `${problem.path} `}${problem.rule}`
  return 'must be a list of values, or a range {"from", "to", "count", "scale"}'
}

export const studyAxis = z.strictObject({
  /** A field of the run spec, "schedule.lrMax", or a whole part of it: "schedule", "model", "optimizer", "dataset.name". */
  path: z.string('must be text').min(1, 'must not be empty'),
  /**
   * Of whole schedules also {"preset": id} and {"run": id, whose schedule it is}. A value may carry a name for tables and
   * charts: {"label": "SGDR", "value": …}.
   */
  values: z.union([axisValues, axisRange], {
    error: ({ input }) => valuesWords(input),
  }),
})
export type StudyAxis = z.infer<typeof studyAxis>

const drawn = {
  /** How many combinations are drawn. */
  cells: z.int('must be a whole number').min(1, 'must be at least 1').max(10_000, 'must be at most 10000'),
  seed: z.int('must be a whole number').default(1),
}
const studySearch = z.discriminatedUnion('method', [
  /** Every combination. */
  z.strictObject({ method: z.literal('grid') }),
  /** The base, and every value of every axis with all else as in the base. */
  z.strictObject({ method: z.literal('oneAtATime') }),
  z.strictObject({ method: z.literal('random'), ...drawn }),
  /** Points of a Sobol sequence, which leave no part of the space empty. */
  z.strictObject({ method: z.literal('quasiRandom'), ...drawn }),
])

/** Rungs of budgets, shares of the base's, the last of them 1: the best of each go on, in runs of their own. */
const halving = z.strictObject({
  rungs: z
    .array(share)
    .min(2, 'needs at least two rungs')
    .max(10, 'may have at most 10 rungs')
    .default([0.11, 0.33, 1]),
  /** The share of a rung's settings that goes on. */
  keep: share.default(1 / 3),
})

const common = {
  name: name.optional(),
  /** A run spec. Its seed and budget are what the study does not vary. */
  base: written,
  objective: studyObjective.default('validationAccuracy'),
  /** Every run that goes on from no other begins with these; from random weights when absent. */
  initialWeights: studyWeights.optional(),
  /** Of its runs at once on one device; as many as Settings says when absent. */
  slots: z.int().min(1, 'must be at least 1').max(64, 'must be at most 64').optional(),
}

export const sweepSpec = z.strictObject({
  kind: z.literal('sweep'),
  ...common,
  axes: z.array(studyAxis).min(1, 'needs at least one axis').max(12, 'may have at most 12 axes'),
  search: studySearch.default({ method: 'grid' }),
  halving: halving.optional(),
  /** Each setting is run once with each; those of the axis "seed" when there is one, else the base's. */
  seeds: seeds.optional(),
})
export type SweepSpec = z.infer<typeof sweepSpec>

const labelled = { label: name.optional() }
/** A schedule to compare: as a spec, or as the id of a preset. */
const studySchedule = z.union([
  z.strictObject({ ...labelled, spec: written }),
  z.strictObject({ ...labelled, preset: z.string() }),
])

export const budgetStudySpec = z.strictObject({
  kind: z.literal('budget'),
  ...common,
  schedules: z
    .array(studySchedule)
    .min(1, 'needs at least one schedule')
    .max(64, 'may have at most 64 schedules'),
  /** Shares of the base's budget; the schedule of each is scaled to it. */
  budgets: z
    .array(share)
    .min(1, 'needs at least one budget')
    .max(32, 'may have at most 32 budgets')
    .default([0.01, 0.05, 0.1, 0.25, 0.5, 1]),
  /** Optimizers, the base's when absent. */
  optimizers: z
    .array(z.strictObject({ ...labelled, spec: written }))
    .min(1)
    .max(16)
    .optional(),
  /** Data sets and models, the base's when absent; what is not given stays the base's. */
  tasks: z
    .array(z.strictObject({ ...labelled, dataset: written.optional(), model: written.optional() }))
    .min(1)
    .max(16)
    .optional(),
  seeds: seeds.default([1, 2, 3]),
  /**
   * fixed: as each schedule is written. tuned: for each cell the best of these factors on the schedule's rates is found
   * first, on validation data with the first seed, and its cost is counted.
   */
  rates: z
    .discriminatedUnion('mode', [
      z.strictObject({ mode: z.literal('fixed') }),
      z.strictObject({
        mode: z.literal('tuned'),
        factors: z.array(z.number().positive('must be above 0')).min(2).max(32).default([0.1, 0.3, 1, 3]),
      }),
    ])
    .default({ mode: 'fixed' }),
})
export type BudgetStudySpec = z.infer<typeof budgetStudySpec>

/** Hägele et al. 2024, arXiv 2405.18392, section 3: the rate of the last part of a run falls to zero along this line. */
export const cooldownShape = z.enum(['linear', '1-sqrt'])
export type CooldownShape = z.infer<typeof cooldownShape>

export const trunkStudySpec = z.strictObject({
  kind: z.literal('trunk'),
  ...common,
  /** The rate of the stable phase. */
  lr: z.number('must be a number').positive('must be above 0'),
  /** Part of the longest budget in which the rate rises to it. */
  warmup: z.number().min(0, 'must be at least 0').max(0.5, 'must be at most 0.5').default(0.05),
  /** Shares of the base's budget that get a cool-down each. */
  budgets: z.array(share).min(1).max(32).default([0.1, 0.25, 0.5, 1]),
  /** Part of each budget that is its cool-down. */
  cooldown: z.number().positive('must be above 0').max(0.9, 'must be at most 0.9').default(0.2),
  shapes: z.array(cooldownShape).min(1).default(['1-sqrt']),
  /** The same budgets trained separately under cosine decay from the same rate, to compare with. */
  separate: z.boolean().default(true),
  seeds: seeds.default([1, 2, 3]),
})
export type TrunkStudySpec = z.infer<typeof trunkStudySpec>

export const studySpec = z.discriminatedUnion('kind', [sweepSpec, budgetStudySpec, trunkStudySpec])
export type StudySpec = z.infer<typeof studySpec>
export type StudyKind = StudySpec['kind']

/** @throws UserError naming the field (an axis by its path), the rule and the value */
export function parseStudySpec(input: unknown, doing = 'reading the study'): StudySpec {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new UserError(
      `While ${doing}: the study must be a JSON object with "kind" (sweep, budget or trunk) and "base" (received ${show(input)}).`,
    )
  }
  const result = studySpec.safeParse(input)
  if (result.success) return result.data
  const problem = problemIn(studySpec, input)
  if (problem === undefined) throw new Error('a study that is refused breaks a rule')
  const field = problem.path === '' ? 'the whole study' : axisName(problem.path, input)
  throw new UserError(`While ${doing}: ${field}: ${problem.rule} (received ${show(problem.received)}).`)
}

const axisPath = z.object({ path: z.string() })

/** "axis schedule.lrMax" of "axes.0.values": a person knows an axis by its path. */
function axisName(field: string, input: object): string {
  const [, place, rest] = /^axes\.(\d+)\.(.+)$/.exec(field) ?? []
  const axes: unknown = Reflect.get(input, 'axes')
  const { data } = axisPath.safeParse(Array.isArray(axes) ? axes[Number(place)] : undefined)
  if (data === undefined || rest === undefined || rest === 'path') return field
  return rest === 'values' ? `axis ${data.path}` : `axis ${data.path}, ${rest}`
}
