import { z } from 'zod'
import { unitSteps } from '../clock.ts'
import {
  decayFields,
  decayHandles,
  decayLabel,
  decayPeak,
  decayProgress,
  decayReadsBudget,
  decayWords,
  writeDecayProgress,
} from '../decays.ts'
import { float } from '../export/python.ts'
import { defineFamily } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { rate } from '../fields.ts'
import { aboveZero } from '../handles.ts'
import { rangeOf } from '../track.ts'

/** lrStart·(lrEnd/lrStart)^u: a straight line on a logarithmic axis; rising, it is the learning-rate range test. */
export const geometric = defineFamily({
  name: 'Geometric',
  group: 'Decay',
  about: 'A straight line on a log axis; rising, it is the range test.',
  schema: z.strictObject({
    kind: z.literal('geometric'),
    ...decayFields,
    lrStart: described(rate.positive(), { label: 'First rate', unit: 'rate', takes: 'first' }),
    lrEnd: described(rate.positive(), { label: 'Last rate', unit: 'rate', takes: 'last' }),
  }),
  start: { lrStart: 0.1, lrEnd: 0.001 },
  // Tiny rates may overflow on their way, which only compiling tells.
  peak: { ...decayPeak, of: () => undefined },
  compile(spec, context) {
    const u = decayProgress(spec, false, context)
    const lr = (step: number): number => spec.lrStart * (spec.lrEnd / spec.lrStart) ** u(step)
    // The quotient of a tiny rate is infinite.
    return { lr, range: (total) => rangeOf(spec.lrStart, spec.lrEnd, lr(total - 1)) }
  },
  write(spec, place) {
    const value = `${float(spec.lrStart)} * ${float(spec.lrEnd / spec.lrStart)} ** u`
    return { rate: [...writeDecayProgress(spec, false, place), `return ${value}`] }
  },
  label: (spec) => decayLabel('Geometric', spec),
  summary: (spec, context, steps) => decayWords('geometric', spec, steps / unitSteps(spec.unit, context)),
  handles: (spec, place) => decayHandles(spec, place, aboveZero),
  readsBudget: decayReadsBudget,
  presets: [
    {
      id: 'range-test',
      name: 'Learning-rate range test',
      source: 'Smith, arXiv 1506.01186, section 3.3; fastai, lr_find',
      note: 'Rises from 1e-7 to 10 on a logarithmic line over the budget: watch where the loss falls and where it bursts.',
      spec: { lrStart: 1e-7, lrEnd: 10, endpoint: 'inclusive' },
    },
  ],
})
