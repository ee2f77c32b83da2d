import { z } from 'zod'
import { timeBy, timedByBudget, unitSteps } from '../clock.ts'
import { timeIn, writeClock } from '../export/place.ts'
import { float } from '../export/python.ts'
import { defineFamily } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { length, rateField, timed } from '../fields.ts'
import { rateHandle, scaled, timeHandle } from '../handles.ts'
import { rangeOf } from '../track.ts'
import { plural } from '../words.ts'

/**
 * lr·min((x+1)^-0.5, (x+1)·warmup^-1.5): the Transformer's schedule (Vaswani et al., arXiv 1706.03762, equation 3) with
 * lr = d_model^-0.5.
 */
export const noam = defineFamily({
  name: 'Noam (Transformer)',
  group: 'Decay',
  about: 'Rises in a line, then divided by the square root of time.',
  schema: z.strictObject({
    kind: z.literal('noam'),
    lr: rateField('Scale', 'scale', 'd_model to the power −0.5 in the paper.'),
    warmup: described(length, { label: 'Warm-up', unit: 'time', help: 'The time of the rise.' }),
    ...timed,
  }),
  start: { lr: 0.05, warmup: 2 },
  peak: { field: 'lr', of: () => undefined },
  compile(spec, context) {
    const time = timeBy(spec, context)
    const lr = (step: number): number => {
      const x = time(step) + 1
      return spec.lr * Math.min(x ** -0.5, x * spec.warmup ** -1.5)
    }
    const highest = spec.lr * Math.max(1, spec.warmup) ** -0.5
    return { lr, range: (total) => rangeOf(lr(0), lr(total - 1), highest) }
  },
  write(spec, place) {
    const { lines, position } = writeClock(spec.update, place)
    const x = timeIn(spec.unit, position, place.context)
    const value = `${float(spec.lr)} * min(x ** -0.5, x * ${float(spec.warmup ** -1.5)})`
    return { rate: [...lines, `x = ${x} + 1`, `return ${value}`] }
  },
  label: () => 'Noam',
  summary: (spec) =>
    `Noam schedule: warm-up of ${plural(spec.warmup, spec.unit)}, then inverse square root decay`,
  handles(spec, place) {
    const unit = unitSteps(spec.unit, place)
    const factor = Math.max(1, spec.warmup) ** -0.5
    const peak = place.start + Math.max(0, spec.warmup - 1) * unit
    return [
      rateHandle(place, 'lr', 'Highest rate', spec.lr, peak, scaled(factor)),
      timeHandle(place, 'warmup', 'Peak', spec.warmup, { origin: place.start - unit, unit }),
    ]
  },
  rescale({ lr, warmup, unit, update, momentum }, share) {
    if (unit === 'budget') return {}
    const time = `(x / ${share} + 1)`
    const expression = `base * min(${time} ^ -0.5, ${time} * ${warmup} ^ -1.5)`
    return { kind: 'formula', expression, base: lr, unit, update, ...(momentum && { momentum }) }
  },
  readsBudget: timedByBudget,
  presets: [
    {
      id: 'noam',
      name: 'Noam (Transformer)',
      source: 'Vaswani et al., arXiv 1706.03762, equation 3',
      note: '4,000 steps up, then 1/√t; 0.0442 is d_model^-0.5 for 512.',
      spec: { lr: 512 ** -0.5, warmup: 4000, unit: 'step' },
    },
  ],
})
