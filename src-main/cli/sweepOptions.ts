import { z } from 'zod'
import { show, UserError } from '../../shared/errors.ts'
import { parseRunSpec } from '../../shared/run/spec.ts'
import { parseStudySpec, type SweepSpec, studyObjective } from '../../shared/study/spec.ts'
import { parseAxis } from './axisOption.ts'
import { wholeNumber } from './context.ts'

const searches = { grid: 'grid', one: 'oneAtATime', random: 'random', quasi: 'quasiRandom' } as const
const searchNames = ['grid', 'one', 'random', 'quasi'] as const
export type SearchName = (typeof searchNames)[number]

const sharesRule = 'must be shares of the budget with commas between them, e.g. 0.1,0.3,1'
const shares = z
  .string()
  .regex(/^\s*[\d.eE+-]+(\s*,\s*[\d.eE+-]+)*\s*$/, sharesRule)
  .transform((text) => text.split(',').map(Number))

/** What `anneal sweep` takes besides the base. */
export const sweepOptions = {
  axis: z.array(z.string(), 'must be given at least once, as in --axis schedule.lrMax=0.01,0.1'),
  search: z.enum(searchNames).default('grid'),
  cells: wholeNumber(1).optional(),
  searchSeed: wholeNumber(0).optional(),
  seeds: z
    .string()
    .regex(/^\d+(,\d+)*$/, 'must be whole numbers with commas between them, e.g. 1,2,3')
    .transform((text) => text.split(',').map(Number))
    .optional(),
  halving: z.union([z.literal(true), shares], sharesRule).optional(),
  keep: z
    .string()
    .regex(/^\d*\.?\d+$/, 'must be a share from 0 to 1')
    .transform(Number)
    .optional(),
  objective: studyObjective.optional(),
  slots: wholeNumber(1).optional(),
  name: z.string().optional(),
}
const options = z.object(sweepOptions)
export type SweepOptions = z.output<typeof options>

const doing = 'planning the sweep'

/**
 * The sweep that a command line describes, over the run of a file.
 * @throws UserError naming the option or axis, the rule and the value
 */
export function buildSweep(base: unknown, chosen: SweepOptions): SweepSpec {
  if (isStudy(base)) {
    throw new UserError(
      `While ${doing}: --spec must be a run, with at least "schedule" and "budget" (received a study of the kind ${show(base.kind)}); run that with "anneal study --spec".`,
    )
  }
  parseRunSpec(base)
  const { search, halving, keep, seeds, objective, slots, name } = chosen
  if (keep !== undefined && halving === undefined) {
    throw new UserError(
      `While ${doing}: --keep says what share of a rung goes on, and needs --halving (received ${keep}).`,
    )
  }
  const study = parseStudySpec(
    {
      kind: 'sweep',
      base,
      axes: chosen.axis.map(parseAxis),
      search: searchOf(search, chosen),
      ...(halving !== undefined && {
        halving: { ...(halving !== true && { rungs: halving }), ...(keep !== undefined && { keep }) },
      }),
      ...(seeds && { seeds }),
      ...(objective && { objective }),
      ...(slots !== undefined && { slots }),
      ...(name !== undefined && { name }),
    },
    doing,
  )
  if (study.kind !== 'sweep') throw new Error('a sweep was made')
  return study
}

function searchOf(
  search: SearchName,
  { cells, searchSeed }: Pick<SweepOptions, 'cells' | 'searchSeed'>,
): Record<string, unknown> {
  const drawn = search === 'random' || search === 'quasi'
  if (!drawn && (cells !== undefined || searchSeed !== undefined)) {
    throw new UserError(
      `While ${doing}: ${cells === undefined ? '--search-seed' : '--cells'} goes with --search random and --search quasi (received --search ${search}).`,
    )
  }
  if (drawn && cells === undefined) {
    throw new UserError(
      `While ${doing}: --search ${search} needs --cells, the number of combinations to draw; add --cells 20.`,
    )
  }
  return {
    method: searches[search],
    ...(drawn && { cells, ...(searchSeed !== undefined && { seed: searchSeed }) }),
  }
}

const isStudy = (value: unknown): value is { readonly kind: unknown } =>
  typeof value === 'object' && value !== null && 'kind' in value && 'base' in value
