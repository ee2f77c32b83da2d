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
  kind: z.literal('polynomial'),
  ...decayFields,
  power: described(z.number().min(0).max(100), {
    label: 'Power',
    help: '1 is a straight line; below 1 stays high for longer.',
  }),
})

const profileOf = (spec: z.infer<typeof schema>): Profile => ({ shape: 'polynomial', power: spec.power })

/** (1-u)^power: PyTorch's PolynomialLR, and the "poly" policy of DeepLab (power 0.9). */
export const polynomial = defineFamily({
  name: 'Polynomial',
  group: 'Decay',
  about: 'A power of what is left of the length.',
  schema,
  start: { lrStart: 0.1, power: 0.9 },
  peak: decayPeak,
  compile: (spec, context) => compileDecay(spec, profileOf(spec), context),
  write: (spec, place) => writeDecay(spec, profileOf(spec), place),
  label: (spec) => decayLabel('Polynomial', spec),
  summary: (spec, context, steps) => decaySummary(spec, profileOf(spec), context, steps),
  handles: (spec, place) => decayHandles(spec, place),
  readsBudget: decayReadsBudget,
  presets: [
    {
      id: 'polynomial-0.9',
      name: 'Polynomial 0.9',
      source: 'Chen et al. (DeepLab), arXiv 1606.00915',
      note: 'The "poly" policy of semantic segmentation.',
      spec: { lrStart: 0.007, power: 0.9 },
    },
  ],
})
