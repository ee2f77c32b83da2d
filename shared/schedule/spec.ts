import { z } from 'zod'
import { parseOrExplain } from '../errors.ts'
import type { ChainSpec } from './families/chain.ts'
import { chain, leafFamilies, sequence, warmup } from './families/index.ts'
import type { SequenceSpec } from './families/sequence.ts'
import type { WarmupSpec } from './families/warmup.ts'
import type { ScheduleFamily } from './family.ts'

/** A learning-rate schedule as plain JSON, tagged by `kind`. */
export type ScheduleSpec =
  | z.infer<(typeof leafFamilies)[number]['schema']>
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

const [firstFamily, ...otherFamilies] = leafFamilies
const compositeFamilies = [sequence(child), chain(child), warmup(z.lazy(() => anySchedule))] as const

const anySchedule: z.ZodType<ScheduleSpec> = z.discriminatedUnion('kind', [
  firstFamily.schema,
  ...otherFamilies.map(({ schema }) => schema),
  ...compositeFamilies.map(({ schema }) => schema),
])

/** A family whose methods take the specs of its own kind only; `familyOf` finds the one of a spec. */
export type AnyFamily = ScheduleFamily<ScheduleSpec, ScheduleSpec> & { readonly kind: ScheduleKind }

/** Every family, in the order in which a form offers them. */
export const scheduleFamilies: readonly AnyFamily[] = [...leafFamilies, ...compositeFamilies].map(
  (family) => ({ ...family, kind: family.schema.shape.kind.value }),
)

const byKind: ReadonlyMap<string, AnyFamily> = new Map(
  scheduleFamilies.map((family) => [family.kind, family]),
)

/** The family of a kind that may have been misspelt. */
export const findFamily = (kind: string): AnyFamily | undefined => byKind.get(kind)

export function familyOf({ kind }: ScheduleSpec): AnyFamily {
  const family = byKind.get(kind)
  if (family === undefined) throw new Error(`there is no schedule family ${kind}`)
  return family
}

export const scheduleKinds: readonly ScheduleKind[] = scheduleFamilies.map(({ kind }) => kind)

/** Whether a policy that listens to the run changes its rate (plateau). */
export function followsFeedback(spec: ScheduleSpec): boolean {
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
