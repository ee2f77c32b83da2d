import { z } from 'zod'
import type { Profile } from '../curves.ts'
import {
  compileDecay,
  decayFields,
  decayHandles,
  decayLabel,
  decayPeak,
  decayReadsBudget,
  decaySummary,
  writeDecay,
} from '../decays.ts'
import { defineFamily } from '../family.ts'
import { described } from '../fieldMeta.ts'

const schema = z.strictObject({
  kind: z.literal('exponentialDecay'),
  ...decayFields,
  k: described(z.number().min(0).max(700).default(4), {
    label: 'k',
    help: 'How steeply it falls: the last rate is missed by e to the −k of the way.',
  }),
})

const profileOf = (spec: z.infer<typeof schema>): Profile => ({ shape: 'exponential', k: spec.k })

/** Falls by exp(-k·u) of the way, so it ends above lrEnd by exp(-k) of the distance. */
export const exponentialDecay = defineFamily({
  name: 'Exponential over the budget',
  group: 'Decay',
  about: 'Falls by e to the −k of the way over the length.',
  schema,
  start: { lrStart: 0.1 },
  peak: decayPeak,
  compile: (spec, context) => compileDecay(spec, profileOf(spec), context),
  write: (spec, place) => writeDecay(spec, profileOf(spec), place),
  label: (spec) => decayLabel('Exponential decay', spec),
  summary: (spec, context, steps) => decaySummary(spec, profileOf(spec), context, steps),
  handles: (spec, place) => decayHandles(spec, place),
  readsBudget: decayReadsBudget,
  presets: [
    {
      id: 'exponential',
      name: 'Exponential',
      source: 'Chen, Wolfe and Kyrillidis, arXiv 2107.04197; their code',
      note: 'Falls by e⁻⁴ of the way over the budget.',
      spec: { lrStart: 0.1, k: 4 },
    },
  ],
})
