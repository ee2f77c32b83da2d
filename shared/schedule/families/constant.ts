import { z } from 'zod'
import { rateText } from '../../numberText.ts'
import { float } from '../export/python.ts'
import { defineFamily } from '../family.ts'
import { common, rateField, showRate } from '../fields.ts'
import { rateHandle } from '../handles.ts'
import { rangeOf } from '../track.ts'

/** One rate for the whole run. */
export const constant = defineFamily({
  name: 'Constant',
  group: 'Steady and stepped',
  about: 'One rate for the whole run.',
  schema: z.strictObject({ kind: z.literal('constant'), lr: rateField('Rate', 'scale'), ...common }),
  start: { lr: 0.1 },
  peak: { field: 'lr', of: (spec) => spec.lr },
  compile: (spec) => ({ lr: () => spec.lr, range: () => rangeOf(spec.lr) }),
  write: (spec) => ({ rate: [`return ${float(spec.lr)}`] }),
  label: (spec) => `Constant ${rateText(spec.lr)}`,
  summary: (spec) => `constant rate ${showRate(spec.lr)}`,
  handles: (spec, place) => [rateHandle(place, 'lr', 'Rate', spec.lr, place.start)],
  readsBudget: () => false,
  presets: [
    {
      id: 'constant',
      name: 'Constant',
      source: 'the baseline of every comparison',
      note: 'One rate to the end.',
      spec: { lr: 0.1 },
    },
    {
      id: 'demon',
      name: 'Demon',
      source: 'Chen, Wolfe, Li and Kyrillidis, arXiv 1910.04952',
      note: 'Constant rate; the momentum decays from 0.9 to 0.',
      spec: { lr: 0.1, momentum: { curve: 'demon', init: 0.9 } },
    },
  ],
})
