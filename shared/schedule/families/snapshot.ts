import { z } from 'zod'
import { countText } from '../../numberText.ts'
import { makeClock, updateField } from '../clock.ts'
import { profileCurve, profileFieldOr, profileText, unusualProfile } from '../curves.ts'
import { between } from '../export/python.ts'
import { writeCurve } from '../export/writeCurve.ts'
import { writeProgress } from '../export/writeRestarts.ts'
import { defineFamily } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { common, endpointField, lowestRateField, minAboveMax, rateField, showRate } from '../fields.ts'
import { type Handle, type HandlePlace, rateHandle, timeHandle } from '../handles.ts'
import { makeRestarts, progressAt, spanAt } from '../restarts.ts'
import { rangeOf } from '../track.ts'
import { plural } from '../words.ts'

const schema = z
  .strictObject({
    kind: z.literal('snapshot'),
    lrMax: rateField('Highest rate', 'highest', 'The rate that every cycle begins with.'),
    lrMin: lowestRateField,
    cycles: described(z.int().min(1).max(1e6), {
      label: 'Cycles',
      help: 'How many cycles fill the budget; each ends with a snapshot.',
    }),
    profile: profileFieldOr('cosine'),
    endpoint: endpointField,
    update: updateField,
    ...common,
  })
  .refine((s) => s.lrMin <= s.lrMax, { path: ['lrMin'], error: minAboveMax })

const cycleLength = (horizon: number, cycles: number): number => Math.ceil(horizon / cycles)

/**
 * Snapshot Ensembles (Huang et al., arXiv 1704.00109, equation 2): `cycles` cosine cycles of ceil(T / cycles) steps each in
 * the budget T, so the last one may be cut short, and fewer may fit. The paper counts steps from 1; here step 0 has the highest rate.
 */
export const snapshot = defineFamily({
  name: 'Snapshot ensemble',
  group: 'Cycles',
  about: 'So many equal cycles in whatever the budget is.',
  schema,
  start: { lrMax: 0.1, cycles: 4 },
  peak: { field: 'lrMax', of: (spec) => spec.lrMax },
  compile(spec, context) {
    const clock = makeClock(spec.update, context)
    const restarts = makeRestarts(cycleLength(context.horizon, spec.cycles), 1)
    const curve = profileCurve(spec.profile)
    return {
      lr: (step) =>
        spec.lrMin + (spec.lrMax - spec.lrMin) * curve(progressAt(restarts, clock, spec.endpoint, step).u),
      cycleAt: (step) => spanAt(restarts, clock, step),
      range: () => rangeOf(spec.lrMax, spec.lrMin),
    }
  },
  write(spec, place) {
    const first = cycleLength(place.context.horizon, spec.cycles)
    const { lines } = writeProgress(
      { first, multiplier: 1, late: 0, endpoint: spec.endpoint, update: spec.update },
      place,
    )
    const value = between(spec.lrMin, spec.lrMax, writeCurve(spec.profile, 'u'))
    return { rate: [...lines, `return ${value}`] }
  },
  label: (spec) => `Snapshot ${countText(spec.cycles)} cycles${unusualProfile(spec.profile, 'cosine')}`,
  summary: (spec, { horizon }) =>
    `${profileText(spec.profile)} cycles from ${showRate(spec.lrMax)} to ${showRate(spec.lrMin)} for a snapshot ensemble${askedText(spec.cycles, horizon)}`,
  handles(spec, place) {
    const { start } = place
    const last = start + cycleLength(place.horizon, spec.cycles) - 1
    return [
      rateHandle(place, 'lrMax', 'Highest rate', spec.lrMax, start, { least: spec.lrMin }),
      rateHandle(place, 'lrMin', 'Lowest rate', spec.lrMin, last, { most: spec.lrMax }),
      cyclesHandle(place, spec.cycles),
    ]
  },
  readsBudget: () => true,
  presets: [
    {
      id: 'snapshot-6',
      name: 'Snapshot ensemble, M = 6',
      source: 'Huang et al., arXiv 1704.00109',
      note: 'Six equal cosine cycles in whatever the budget is; the paper uses 0.1 and 0.2.',
      spec: { lrMax: 0.2, cycles: 6 },
    },
  ],
})

/** Cycles of whole steps may fill the budget before there are as many as asked for. */
function askedText(asked: number, horizon: number): string {
  const length = cycleLength(horizon, asked)
  const fit = Math.ceil(horizon / length)
  if (fit === asked) return ''
  return ` (${asked} asked for, but ${fit} of ${plural(length, 'step')} already fill the budget of ${plural(horizon, 'step')})`
}

/** The end of the first of `cycles` equal cycles: nearer means more of them. */
function cyclesHandle(place: HandlePlace, cycles: number): Handle {
  const { start, horizon } = place
  const handle = timeHandle(place, 'cycles', 'End of the first cycle', cycles, {
    origin: start,
    unit: horizon,
    least: 1,
    quantum: 1,
  })
  const whole = (value: number): number => Math.min(1e6, Math.max(1, Math.round(value)))
  return {
    ...handle,
    step: start + cycleLength(horizon, cycles),
    text: plural(cycles, 'cycle'),
    most: 1000,
    valueFor: (step) => whole(horizon / Math.max(1, step - start)),
    // To the right is a longer cycle, so fewer of them.
    nudge: (direction, large) => whole(cycles - direction * (large ? 5 : 1)),
  }
}
