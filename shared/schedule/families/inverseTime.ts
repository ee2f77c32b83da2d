import { z } from 'zod'
import { timeBy, timedByBudget } from '../clock.ts'
import { timeIn, writeClock } from '../export/place.ts'
import { float } from '../export/python.ts'
import { defineFamily } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { rateField, showRate, timed } from '../fields.ts'
import { rateHandle } from '../handles.ts'
import { rangeOf } from '../track.ts'

const times = { step: 'steps', epoch: 'epochs', budget: 'the part of the budget' } as const

/** lr / (1 + k·x), x the time in `unit` (Robbins and Monro's 1/t decay; Keras's InverseTimeDecay). */
export const inverseTime = defineFamily({
  name: 'Inverse time',
  group: 'Decay',
  about: 'Divided by 1 + k × time.',
  schema: z.strictObject({
    kind: z.literal('inverseTime'),
    lr: rateField('First rate', 'scale'),
    k: described(z.number().min(0).max(1e6), { label: 'k', help: 'Per unit of time.' }),
    ...timed,
  }),
  start: { lr: 0.1, k: 0.5 },
  peak: { field: 'lr', of: (spec) => spec.lr },
  compile(spec, context) {
    const time = timeBy(spec, context)
    const lr = (step: number): number => spec.lr / (1 + spec.k * time(step))
    return { lr, range: (total) => rangeOf(spec.lr, lr(total - 1)) }
  },
  write(spec, place) {
    const { lines, position } = writeClock(spec.update, place)
    const x = timeIn(spec.unit, position, place.context)
    return { rate: [...lines, `return ${float(spec.lr)} / (1 + ${float(spec.k)} * ${x})`] }
  },
  label: () => 'Inverse time',
  summary: (spec) => `rate ${showRate(spec.lr)} divided by 1 + ${showRate(spec.k)} × ${times[spec.unit]}`,
  handles: (spec, place) => [rateHandle(place, 'lr', 'First rate', spec.lr, place.start)],
  rescale: ({ k, unit }, share) => (unit === 'budget' ? {} : { k: k / share }),
  readsBudget: timedByBudget,
  presets: [],
})
