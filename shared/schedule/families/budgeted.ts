import { z } from 'zod'
import { profileCurve, profileFieldOr, profileName, profileText } from '../curves.ts'
import { float } from '../export/python.ts'
import { writeCurve } from '../export/writeCurve.ts'
import { defineFamily } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { common, rateField, showRate } from '../fields.ts'
import { rateHandle } from '../handles.ts'
import { clamp01 } from '../restarts.ts'
import { rangeOf } from '../track.ts'

/**
 * Budget-aware schedules (Li, Yumer and Ramanan, arXiv 1905.04753): lr·p(t/T) over whatever the budget T is; the paper
 * finds linear most robust. `granularity: 'epoch'` counts both in epochs, a last part of an epoch as a whole one.
 */
export const budgeted = defineFamily({
  name: 'Budgeted',
  group: 'Decay',
  about: 'A profile over whatever the budget is, to zero.',
  schema: z.strictObject({
    kind: z.literal('budgeted'),
    lr: rateField('First rate', 'scale'),
    profile: profileFieldOr('linear'),
    granularity: described(z.enum(['iteration', 'epoch']).default('iteration'), {
      label: 'Counted in',
      isFine: true,
      help: 'How often the rate moves.',
      options: {
        iteration: { label: 'steps', help: 'The rate moves at every step.' },
        epoch: { label: 'epochs', help: 'The rate moves once an epoch.' },
      },
    }),
    ...common,
  }),
  start: { lr: 0.1 },
  peak: { field: 'lr', of: (spec) => spec.lr },
  compile(spec, context) {
    const curve = profileCurve(spec.profile)
    const tick = spec.granularity === 'epoch' ? context.stepsPerEpoch : 1
    const ticks = Math.ceil(context.horizon / tick)
    return {
      lr: (step) => spec.lr * curve(clamp01(Math.floor(step / tick) / ticks)),
      range: () => rangeOf(spec.lr, 0),
    }
  },
  write(spec, { context, limit }) {
    const tick = spec.granularity === 'epoch' ? context.stepsPerEpoch : 1
    const ticks = Math.ceil(context.horizon / tick)
    const done = tick === 1 ? 'step' : `step // ${tick}`
    const u = limit > context.horizon ? `min(1.0, ${done} / ${ticks})` : `${done} / ${ticks}`
    return { rate: [`u = ${u}`, `return ${float(spec.lr)} * ${writeCurve(spec.profile, 'u')}`] }
  },
  label: (spec) => `Budgeted ${profileName(spec.profile)}`,
  summary: (spec) => `${profileText(spec.profile)} decay of ${showRate(spec.lr)} to the end of the budget`,
  handles: (spec, place) => [rateHandle(place, 'lr', 'First rate', spec.lr, place.start)],
  readsBudget: () => true,
  presets: [
    {
      id: 'linear',
      name: 'Linear to zero',
      source: 'Li, Yumer and Ramanan, arXiv 1905.04753',
      note: 'The most robust choice for a fixed budget in that paper.',
      spec: { lr: 0.1 },
    },
  ],
})
