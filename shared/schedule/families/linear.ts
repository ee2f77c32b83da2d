import { z } from 'zod'
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

const profile = { shape: 'linear' } as const

/** A straight line from lrStart to lrEnd; decays.ts says the rest. */
export const linear = defineFamily({
  name: 'Linear',
  group: 'Decay',
  about: 'A straight line over the length, after a delay.',
  schema: z.strictObject({ kind: z.literal('linear'), ...decayFields }),
  start: { lrStart: 0.1 },
  peak: decayPeak,
  compile: (spec, context) => compileDecay(spec, profile, context),
  write: (spec, place) => writeDecay(spec, profile, place),
  label: (spec) => decayLabel('Linear', spec),
  summary: (spec, context, steps) => decaySummary(spec, profile, context, steps),
  handles: (spec, place) => decayHandles(spec, place),
  readsBudget: decayReadsBudget,
  presets: [
    {
      id: 'delayed-linear-50',
      name: 'Linear with delay 50 %',
      source: 'Chen, Wolfe and Kyrillidis, arXiv 2107.04197',
      note: 'Held for half the budget, then linear to zero.',
      spec: { lrStart: 0.1, delay: 0.5 },
    },
    {
      id: 'linear-50-75',
      name: 'Linear profile sampled at 50-75',
      source: 'Chen, Wolfe and Kyrillidis, arXiv 2107.04197',
      note: 'A step schedule as a sampled profile: the line is read at 50 % and 75 % of the budget.',
      spec: { lrStart: 0.1, update: { atFractions: [0.5, 0.75] } },
    },
  ],
})
