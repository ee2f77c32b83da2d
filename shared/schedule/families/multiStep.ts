import { z } from 'zod'
import { countAtMost, inSteps, makeClock, timedByBudget } from '../clock.ts'
import { writeClock } from '../export/place.ts'
import { float, steps } from '../export/python.ts'
import { defineFamily } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { gammaFieldOr, rateField, showRate, timed } from '../fields.ts'
import { listOfTimes, rateHandle } from '../handles.ts'
import { rangeOf } from '../track.ts'
import { firstOf, pluralList, shortLength } from '../words.ts'

/**
 * lr · gamma^(number of milestones reached) (PyTorch's MultiStepLR). A milestone at x acts from the first step at or past
 * x; one listed twice counts twice. "Step 50-75" is milestones 0.5 and 0.75 in unit `budget`.
 */
export const multiStep = defineFamily({
  name: 'Multi-step',
  group: 'Steady and stepped',
  about: 'Times γ at each milestone.',
  schema: z.strictObject({
    kind: z.literal('multiStep'),
    lr: rateField('First rate', 'scale'),
    milestones: described(z.array(z.number().min(0).max(1e9)).max(1000), {
      label: 'Milestones',
      unit: 'time',
      help: 'The times at which the rate steps down.',
    }),
    gamma: gammaFieldOr(0.1, 'What the rate is multiplied with at each milestone.'),
    ...timed,
  }),
  start: { lr: 0.1, milestones: [0.5, 0.75], unit: 'budget' },
  peak: { field: 'lr', of: () => undefined },
  compile(spec, context) {
    const clock = makeClock(spec.update, context)
    const sorted = inSteps(spec.milestones, spec.unit, context)
    const lr = (step: number): number => spec.lr * spec.gamma ** countAtMost(sorted, clock.position(step))
    return { lr, range: (total) => rangeOf(lr(0), lr(total - 1)) }
  },
  write(spec, place) {
    const { lines, position } = writeClock(spec.update, place)
    const list = place.file.list('MILESTONES', inSteps(spec.milestones, spec.unit, place.context).map(steps))
    const drops = `bisect.bisect_right(${list}, ${position})`
    return { rate: [...lines, `return ${float(spec.lr)} * ${float(spec.gamma)} ** ${drops}`] }
  },
  label: (spec) => `Steps ${firstOf(spec.milestones.map((at) => shortLength(at, spec.unit)))}`,
  summary({ lr, milestones, gamma, unit }) {
    const rate = `rate ${showRate(lr)}`
    if (milestones.length === 0) return `${rate}, never changed: it has no milestones`
    const sorted = [...milestones].sort((a, b) => a - b)
    return `${rate}, times ${showRate(gamma)} after ${pluralList(sorted, unit)}`
  },
  handles: (spec, place) => [
    rateHandle(place, 'lr', 'First rate', spec.lr, place.start),
    ...listOfTimes(
      place,
      { unit: spec.unit, key: 'milestones', label: 'Milestone', inOrder: false },
      spec.milestones,
    ),
  ],
  readsBudget: timedByBudget,
  presets: [
    {
      id: 'step-50-75',
      name: 'Step 50-75',
      source:
        'He et al., arXiv 1512.03385; Huang et al., arXiv 1608.06993 (DenseNet); the baseline of arXiv 1704.00109',
      note: 'Divided by 10 at 50 % and 75 % of the budget.',
      spec: { lr: 0.1, milestones: [0.5, 0.75], gamma: 0.1, unit: 'budget' },
    },
  ],
})
