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
  kind: z.literal('rex'),
  ...decayFields,
  beta: described(z.number().min(-1000).max(1).default(0.5), {
    label: 'β',
    help: '0.5 in the paper; nearer to 1 stays high for longer.',
  }),
})

const profileOf = (spec: z.infer<typeof schema>): Profile => ({ shape: 'rex', beta: spec.beta })

/** REX, "Revisiting Budgeted Training", arXiv 2107.04197: beta 0.5 in the paper, 0.9 in its code. */
export const rex = defineFamily({
  name: 'REX',
  group: 'Decay',
  about: 'Stays high for long, then falls ever faster.',
  schema,
  start: { lrStart: 0.1 },
  peak: decayPeak,
  compile: (spec, context) => compileDecay(spec, profileOf(spec), context),
  write: (spec, place) => writeDecay(spec, profileOf(spec), place),
  label: (spec) => decayLabel('REX', spec),
  summary: (spec, context, steps) => decaySummary(spec, profileOf(spec), context, steps),
  handles: (spec, place) => decayHandles(spec, place),
  readsBudget: decayReadsBudget,
  presets: [
    {
      id: 'rex',
      name: 'REX',
      source: 'Chen, Wolfe and Kyrillidis, arXiv 2107.04197',
      note: 'The paper has β = 1/2.',
      spec: { lrStart: 0.1, beta: 0.5 },
    },
    {
      id: 'rex-popular',
      name: 'REX, popular code',
      source: 'IvanVassi/REX_LR',
      note: 'Its denominator ½ + ½(1 - 0.9 u) is β = 0.45.',
      spec: { lrStart: 0.1, beta: 0.45 },
    },
    {
      id: 'rex-survey',
      name: "REX, the survey's code",
      source: 'wolfecameron/LRSchedules',
      note: 'β = 0.9: the rate stays high for longer.',
      spec: { lrStart: 0.1, beta: 0.9 },
    },
  ],
})
