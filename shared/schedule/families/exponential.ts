import { z } from 'zod'
import { rateText } from '../../numberText.ts'
import { timeBy, timedByBudget } from '../clock.ts'
import { timeIn, writeClock } from '../export/place.ts'
import { float } from '../export/python.ts'
import { defineFamily } from '../family.ts'
import { gammaField, rateField, showRate, timed } from '../fields.ts'
import { rateHandle } from '../handles.ts'
import { rangeOf } from '../track.ts'

/** lr·gamma^x, x the time in `unit` (PyTorch's ExponentialLR). */
export const exponential = defineFamily({
  name: 'Exponential',
  group: 'Decay',
  about: 'Times γ every epoch or step.',
  schema: z.strictObject({
    kind: z.literal('exponential'),
    lr: rateField('First rate', 'scale'),
    gamma: gammaField('What the rate is multiplied with every unit of time.'),
    ...timed,
  }),
  start: { lr: 0.1, gamma: 0.8 },
  peak: { field: 'lr', of: (spec) => (spec.gamma <= 1 ? spec.lr : undefined) },
  compile(spec, context) {
    const time = timeBy(spec, context)
    const lr = (step: number): number => spec.lr * spec.gamma ** time(step)
    return { lr, range: (total) => rangeOf(spec.lr, lr(total - 1)) }
  },
  write(spec, place) {
    const { lines, position } = writeClock(spec.update, place)
    const x = timeIn(spec.unit, position, place.context)
    return { rate: [...lines, `return ${float(spec.lr)} * ${float(spec.gamma)} ** ${x}`] }
  },
  label: (spec) => `Exponential ×${rateText(spec.gamma)}`,
  summary: ({ lr, gamma, unit }) =>
    `exponential ${gamma > 1 ? 'growth' : 'decay'} from ${showRate(lr)}, times ${showRate(gamma)} ${
      unit === 'budget' ? 'over the budget' : `per ${unit}`
    }`,
  handles: (spec, place) => [rateHandle(place, 'lr', 'First rate', spec.lr, place.start)],
  rescale: ({ gamma, unit }, share) => (unit === 'budget' ? {} : { gamma: gamma ** (1 / share) }),
  readsBudget: timedByBudget,
  presets: [],
})
