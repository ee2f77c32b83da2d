import { z } from 'zod'
import { rateText } from '../../numberText.ts'
import { makeClock, snapFloor, timedByBudget, unitSteps } from '../clock.ts'
import { writeClock } from '../export/place.ts'
import { float, steps } from '../export/python.ts'
import { defineFamily } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { gammaFieldOr, length, rateField, showRate, timed } from '../fields.ts'
import { rateHandle, timeHandle } from '../handles.ts'
import { rangeOf } from '../track.ts'
import { plural, shortLength } from '../words.ts'

/** Below this many steps no whole step lies within `snap`'s rounding of the next multiple. */
const exactDivision = 5e8

/** lr · gamma^floor(x / stepSize), x the time in `unit` (PyTorch's StepLR). */
export const step = defineFamily({
  name: 'Step',
  group: 'Steady and stepped',
  about: 'Times γ after every so many epochs.',
  schema: z.strictObject({
    kind: z.literal('step'),
    lr: rateField('First rate', 'scale'),
    stepSize: described(length, {
      label: 'Every',
      unit: 'time',
      help: 'The time from one step down to the next.',
    }),
    gamma: gammaFieldOr(0.1, 'What the rate is multiplied with at every step down.'),
    ...timed,
  }),
  start: { lr: 0.1, stepSize: 4 },
  peak: { field: 'lr', of: (spec) => (spec.gamma <= 1 ? spec.lr : undefined) },
  compile(spec, context) {
    const clock = makeClock(spec.update, context)
    const every = spec.stepSize * unitSteps(spec.unit, context)
    const lr = (at: number): number => spec.lr * spec.gamma ** snapFloor(clock.position(at) / every)
    return { lr, range: (total) => rangeOf(spec.lr, lr(total - 1)) }
  },
  write(spec, place) {
    const { lines, position } = writeClock(spec.update, place)
    const every = spec.stepSize * unitSteps(spec.unit, place.context)
    const whole = Number.isInteger(every) && place.limit < exactDivision
    const drops = whole
      ? `(${position} // ${steps(every)})`
      : `${place.file.use('_snap_floor')}(${position} / ${steps(every)})`
    return { rate: [...lines, `return ${float(spec.lr)} * ${float(spec.gamma)} ** ${drops}`] }
  },
  label: (spec) => `Step ${shortLength(spec.stepSize, spec.unit)} ×${rateText(spec.gamma)}`,
  summary: (spec) =>
    `rate ${showRate(spec.lr)}, times ${showRate(spec.gamma)} every ${spec.stepSize === 1 && spec.unit !== 'budget' ? spec.unit : plural(spec.stepSize, spec.unit)}`,
  handles: (spec, place) => [
    rateHandle(place, 'lr', 'First rate', spec.lr, place.start),
    timeHandle(place, 'stepSize', 'First step down', spec.stepSize, {
      origin: place.start,
      unit: unitSteps(spec.unit, place),
    }),
  ],
  readsBudget: timedByBudget,
  presets: [],
})
