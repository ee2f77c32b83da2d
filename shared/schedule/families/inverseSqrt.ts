import { z } from 'zod'
import { timeBy, timedByBudget } from '../clock.ts'
import { timeIn, writeClock } from '../export/place.ts'
import { float } from '../export/python.ts'
import { defineFamily } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { length, rateField, showRate, timed } from '../fields.ts'
import { aboveZero, firstRate, rateHandle, scaled } from '../handles.ts'
import { type Context, rangeOf } from '../track.ts'

const schema = z.strictObject({
  kind: z.literal('inverseSqrt'),
  lr: rateField('Rate', 'scale'),
  timescale: described(length.default(1), {
    label: 'Time scale',
    unit: 'time',
    help: 'The time at which the rate is the one above.',
  }),
  offset: described(z.number().min(0).max(1e9).default(1), {
    label: 'Offset',
    isFine: true,
    unit: 'time',
    help: 'Time that counts as passed before the first step.',
  }),
  ...timed,
})

function rates(spec: z.infer<typeof schema>, context: Context): (step: number) => number {
  const time = timeBy(spec, context)
  return (step) => spec.lr * Math.sqrt(spec.timescale / Math.max(time(step) + spec.offset, 1))
}

/** lr·√(timescale / max(x + offset, 1)), x the time in `unit`: 1/√(x+1) by default. */
export const inverseSqrt = defineFamily({
  name: 'Inverse square root',
  group: 'Decay',
  about: 'Divided by the square root of time.',
  schema,
  start: { lr: 0.1 },
  peak: { field: 'lr', of: () => undefined },
  compile(spec, context) {
    const lr = rates(spec, context)
    return { lr, range: (total) => rangeOf(lr(0), lr(total - 1)) }
  },
  write(spec, place) {
    const { lines, position } = writeClock(spec.update, place)
    const x = timeIn(spec.unit, position, place.context)
    const root = `math.sqrt(${float(spec.timescale)} / max(${x} + ${float(spec.offset)}, 1.0))`
    return { rate: [...lines, `return ${float(spec.lr)} * ${root}`] }
  },
  label: () => 'Inverse √',
  summary: (spec, context) => `inverse square root decay from ${showRate(rates(spec, context)(0))}`,
  handles(spec, place) {
    const first = firstRate(place)
    return spec.lr > 0 && first > 0
      ? [
          rateHandle(place, 'lr', 'First rate', spec.lr, place.start, {
            ...scaled(first / spec.lr),
            least: aboveZero,
          }),
        ]
      : []
  },
  rescale({ lr, timescale, offset, unit, update, momentum }, share) {
    if (unit === 'budget') return {}
    const expression = `base * sqrt(${timescale} / max(x / ${share} + ${offset}, 1))`
    return { kind: 'formula', expression, base: lr, unit, update, ...(momentum && { momentum }) }
  },
  readsBudget: timedByBudget,
  presets: [],
})
