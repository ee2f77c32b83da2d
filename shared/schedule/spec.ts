import { z } from 'zod'
import { parseOrExplain } from '../errors.ts'
import { budgetedSpec } from './families/budgeted.ts'
import { type ChainSpec, chainSpec } from './families/chain.ts'
import { constantSpec } from './families/constant.ts'
import { cyclicalSpec } from './families/cyclical.ts'
import {
  cosineSpec,
  exponentialDecaySpec,
  exponentialSpec,
  geometricSpec,
  linearSpec,
  polynomialSpec,
  rexSpec,
} from './families/decay.ts'
import { formulaSpec } from './families/formula.ts'
import { fractalSpec } from './families/fractal.ts'
import { inverseSqrtSpec, inverseTimeSpec, noamSpec } from './families/inverse.ts'
import { oneCycleSpec } from './families/oneCycle.ts'
import { plateauSpec } from './families/plateau.ts'
import { type SequenceSpec, sequenceSpec } from './families/sequence.ts'
import { sgdrSpec } from './families/sgdr.ts'
import { snapshotSpec } from './families/snapshot.ts'
import { multiStepSpec, piecewiseSpec, stepSpec } from './families/steps.ts'
import { type WarmupSpec, warmupSpec } from './families/warmup.ts'

const simple = [
  constantSpec,
  stepSpec,
  multiStepSpec,
  piecewiseSpec,
  exponentialSpec,
  linearSpec,
  polynomialSpec,
  cosineSpec,
  rexSpec,
  exponentialDecaySpec,
  geometricSpec,
  inverseTimeSpec,
  inverseSqrtSpec,
  noamSpec,
  cyclicalSpec,
  sgdrSpec,
  snapshotSpec,
  oneCycleSpec,
  fractalSpec,
  budgetedSpec,
  plateauSpec,
  formulaSpec,
] as const

/** A learning-rate schedule as plain JSON, tagged by `kind`. */
export type ScheduleSpec =
  | z.infer<(typeof simple)[number]>
  | WarmupSpec<ScheduleSpec>
  | SequenceSpec<ScheduleSpec>
  | ChainSpec<ScheduleSpec>
export type ScheduleKind = ScheduleSpec['kind']

/** What a nested schedule may be: plateau changes the rate by feedback, which only the outermost schedule can carry. */
const child: z.ZodType<ScheduleSpec> = z
  .lazy(() => anySchedule)
  .refine((spec) => !followsFeedback(spec), {
    path: ['kind'],
    error: 'plateau may stand alone or behind a warm-up, not inside a sequence or chain',
  })

const composite = [warmupSpec(z.lazy(() => anySchedule)), sequenceSpec(child), chainSpec(child)] as const

/** Every kind of schedule, in the order in which a form would offer them. */
export const scheduleKinds: readonly ScheduleKind[] = [...simple, ...composite].map(
  (schema) => schema.shape.kind.value,
)

const anySchedule: z.ZodType<ScheduleSpec> = z.discriminatedUnion('kind', [...simple, ...composite])

function followsFeedback(spec: ScheduleSpec): boolean {
  return spec.kind === 'plateau' || (spec.kind === 'warmup' && followsFeedback(spec.schedule))
}

const maxDepth = 24
const maxValues = 20_000

/** Schema of a schedule of any family. Deeply nested or huge input is refused before anything recurses into it. */
export const scheduleSpec: z.ZodType<ScheduleSpec> = z
  .unknown()
  .superRefine((input, context) => {
    const problem = sizeProblem(input)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
  })
  .pipe(anySchedule)

/** @throws UserError naming the field, the rule and the value */
export function parseSchedule(input: unknown): ScheduleSpec {
  return parseOrExplain(scheduleSpec, input, 'reading the schedule')
}

/** Level by level, so that a hostile nesting cannot overflow the stack. */
function sizeProblem(input: unknown): string | undefined {
  let level = [input]
  let seen = 0
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) return `a schedule must not be nested deeper than ${maxDepth} levels of JSON`
    seen += level.length
    if (seen > maxValues) return `a schedule must not hold more than ${maxValues} values`
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    )
  }
  return undefined
}
