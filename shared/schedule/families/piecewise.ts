import { z } from 'zod'
import { rateText } from '../../numberText.ts'
import { countAtMost, inSteps, makeClock, timedByBudget, unitSteps } from '../clock.ts'
import { writeClock } from '../export/place.ts'
import { float, steps } from '../export/python.ts'
import { defineFamily } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { rate, showRate, timed } from '../fields.ts'
import { listOfTimes, mostOfAList, rateHandle } from '../handles.ts'
import { rangeOf } from '../track.ts'
import { firstOf, listed } from '../words.ts'

/**
 * values[i] before boundaries[i], the last value after the last boundary (Keras's PiecewiseConstantDecay, except that a
 * boundary belongs to the new value).
 */
export const piecewise = defineFamily({
  name: 'Piecewise constant',
  group: 'Steady and stepped',
  about: 'Rates of your own between boundaries of your own.',
  schema: z
    .strictObject({
      kind: z.literal('piecewise'),
      values: described(z.array(rate).min(1).max(1001), {
        label: 'Rates',
        unit: 'rate',
        takes: 'scale',
        help: 'One rate more than there are boundaries.',
      }),
      boundaries: described(z.array(z.number().min(0).max(1e9)).max(1000), {
        label: 'Boundaries',
        unit: 'time',
        help: 'The times at which the next rate begins, in ascending order.',
      }),
      ...timed,
    })
    .refine((s) => s.values.length === s.boundaries.length + 1, {
      path: ['values'],
      error: 'there must be one value more than there are boundaries',
    })
    .refine((s) => s.boundaries.every((b, i) => i === 0 || b >= (s.boundaries[i - 1] ?? 0)), {
      path: ['boundaries'],
      error: 'must be in ascending order',
    }),
  start: { values: [0.1, 0.01, 0.001], boundaries: [0.5, 0.75], unit: 'budget' },
  compile(spec, context) {
    const clock = makeClock(spec.update, context)
    const sorted = inSteps(spec.boundaries, spec.unit, context)
    return {
      lr: (step) => spec.values[countAtMost(sorted, clock.position(step))] ?? 0,
      range: () => rangeOf(...spec.values),
    }
  },
  write(spec, place) {
    const { lines, position } = writeClock(spec.update, place)
    const sorted = inSteps(spec.boundaries, spec.unit, place.context)
    const boundaries = place.file.list('BOUNDARIES', sorted.map(steps))
    const values = place.file.list('VALUES', spec.values.map(float))
    return { rate: [...lines, `return ${values}[bisect.bisect_right(${boundaries}, ${position})]`] }
  },
  label: (spec) => `Piecewise ${firstOf(spec.values.map(rateText))}`,
  summary: (spec) => `piecewise constant rate: ${listed(spec.values.map(showRate))}`,
  handles(spec, place) {
    const unit = unitSteps(spec.unit, place)
    const times = [0, ...spec.boundaries.map((boundary) => boundary * unit), place.horizon]
    const rates = spec.values.slice(0, mostOfAList).map((value, i) => {
      const from = Math.min(place.horizon - 1, times[i] ?? 0)
      const to = Math.min(place.horizon - 1, (times[i + 1] ?? place.horizon) - 1)
      const middle = place.start + Math.floor((from + to) / 2)
      return rateHandle(place, ['values', i], `Rate ${i + 1}`, value, middle)
    })
    const list = { unit: spec.unit, key: 'boundaries', label: 'Boundary', inOrder: true }
    return [...rates, ...listOfTimes(place, list, spec.boundaries)]
  },
  readsBudget: timedByBudget,
  presets: [],
})
