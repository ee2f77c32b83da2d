import { z } from 'zod'
import { rateText } from '../../numberText.ts'
import { makeClock, oneStepLate, timedByBudget, unitSteps } from '../clock.ts'
import { profileCurve, profileFieldOr, profileText, unusualProfile } from '../curves.ts'
import { between, float } from '../export/python.ts'
import { writeCurve } from '../export/writeCurve.ts'
import { writeProgress } from '../export/writeRestarts.ts'
import { defineFamily } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { endpointField, length, lowestRateField, minAboveMax, rateField, showRate, timed } from '../fields.ts'
import { rateHandle, timeHandle } from '../handles.ts'
import { makeRestarts, progressAt, type Restarts, spanAt } from '../restarts.ts'
import { type Context, rangeOf } from '../track.ts'
import { shortLength } from '../words.ts'

const schema = z
  .strictObject({
    kind: z.literal('sgdr'),
    lrMax: rateField('Highest rate', 'highest', 'The rate that the first cycle begins with.'),
    lrMin: lowestRateField,
    t0: described(length, { label: 'First cycle', unit: 'time', help: 'How long the first cycle lasts.' }),
    tMult: described(z.number().min(1).max(1e6).default(1), {
      label: 'Next is longer',
      unit: 'times',
      help: 'How many times as long each cycle is as the one before.',
    }),
    profile: profileFieldOr('cosine'),
    restartDecay: described(z.number().positive().max(1).default(1), {
      label: 'Restart decay',
      unit: 'times',
      help: 'What each restart’s highest rate is multiplied with.',
    }),
    endpoint: endpointField,
    stepping: described(z.enum(['onTime', 'docsLoop']).default('onTime'), {
      label: 'Stepping',
      isFine: true,
      help: 'Whether restarts come on time, or a step late as in a loop of PyTorch’s documentation.',
      options: {
        onTime: { label: 'on time', help: 'Every step uses the rate of its own place in the cycle.' },
        docsLoop: {
          label: 'a step late',
          help: 'As the loop in PyTorch’s documentation: every step uses the rate of the step before, restarts too.',
        },
      },
    }),
    ...timed,
  })
  .refine((s) => s.lrMin <= s.lrMax, { path: ['lrMin'], error: minAboveMax })

type SgdrSpec = z.infer<typeof schema>

/**
 * Warm restarts: cycle i lasts t0·tMult^i and falls from lrMax·restartDecay^i to lrMin along `profile`
 * (SGDR, Loshchilov and Hutter, arXiv 1608.03983, equation 5; T_cur moves every step, or as `update` says).
 * `restartDecay` takes no account of lrMin, as in the published formula: a cycle whose peak has come below lrMin starts
 * there and rises to lrMin.
 * `stepping: 'docsLoop'` repeats the loop of PyTorch's CosineAnnealingWarmRestarts docstring, which sets the rate after a
 * step to that step's own position: everything after step 0, restarts too, comes one step late.
 */
export const sgdr = defineFamily({
  name: 'SGDR, warm restarts',
  group: 'Cycles',
  about: 'Falls along a profile and restarts, cycle by cycle.',
  schema,
  start: { lrMax: 0.05, t0: 3 },
  peak: { field: 'lrMax', of: (spec) => spec.lrMax },
  compile(spec, context) {
    const { clock, restarts } = cyclesOf(spec, context)
    const curve = profileCurve(spec.profile)
    return {
      lr(step) {
        const { index, u } = progressAt(restarts, clock, spec.endpoint, step)
        return spec.lrMin + (peakOf(spec, index) - spec.lrMin) * curve(u)
      },
      cycleAt: (step) => spanAt(restarts, clock, step),
      range: (steps) => rangeOf(spec.lrMax, spec.lrMin, peakOf(spec, lastCycle(spec, context, steps))),
    }
  },
  write(spec, place) {
    const { lines, index } = writeProgress(
      {
        first: spec.t0 * unitSteps(spec.unit, place.context),
        multiplier: spec.tMult,
        late: spec.stepping === 'docsLoop' ? 1 : 0,
        endpoint: spec.endpoint,
        update: spec.update,
      },
      place,
    )
    const curve = writeCurve(spec.profile, 'u')
    if (spec.restartDecay === 1)
      return { rate: [...lines, `return ${between(spec.lrMin, spec.lrMax, curve)}`] }
    const peak = `peak = ${float(spec.lrMax)} * ${float(spec.restartDecay)} ** ${index}`
    const low = float(spec.lrMin)
    const value = spec.lrMin === 0 ? `peak * ${curve}` : `${low} + (peak - ${low}) * ${curve}`
    return { rate: [...lines, peak, `return ${value}`] }
  },
  label: (spec) =>
    `SGDR ${shortLength(spec.t0, spec.unit)}×${rateText(spec.tMult)}${unusualProfile(spec.profile, 'cosine')}`,
  summary: (spec, context, steps) =>
    `${profileText(spec.profile)} decay from ${showRate(spec.lrMax)} to ${showRate(spec.lrMin)} with warm restarts${decayedText(spec, lastCycle(spec, context, steps))}`,
  handles(spec, place) {
    const { start } = place
    const first = spec.t0 * unitSteps(spec.unit, place)
    return [
      rateHandle(place, 'lrMax', 'Highest rate', spec.lrMax, start, { least: spec.lrMin }),
      rateHandle(place, 'lrMin', 'Lowest rate', spec.lrMin, start + first - 1, { most: spec.lrMax }),
      timeHandle(place, 't0', 'End of the first cycle', spec.t0, { origin: start, unit: first / spec.t0 }),
      {
        ...timeHandle(place, 'tMult', 'End of the second cycle', spec.tMult, {
          origin: start + first,
          unit: first,
          least: 1,
          quantum: 0.1,
        }),
        text: `${rateText(spec.tMult)} times as long as the first`,
      },
    ]
  },
  readsBudget: timedByBudget,
  presets: [
    {
      id: 'sgdr-10-2',
      name: 'SGDR, T0 = 10, ×2',
      source: 'Loshchilov and Hutter, arXiv 1608.03983',
      note: 'Cycles end at epochs 10, 30, 70, 150.',
      spec: { lrMax: 0.05, t0: 10, tMult: 2 },
    },
    {
      id: 'sgdr-1-2',
      name: 'SGDR, T0 = 1, ×2',
      source: 'Loshchilov and Hutter, arXiv 1608.03983',
      note: 'Good models early: cycles end at epochs 1, 3, 7, 15, 31, 63, 127.',
      spec: { lrMax: 0.05, t0: 1, tMult: 2 },
    },
    {
      id: 'sgdr-50-1',
      name: 'SGDR, T0 = 50',
      source: 'Loshchilov and Hutter, arXiv 1608.03983',
      note: 'Equal cycles of 50 epochs.',
      spec: { lrMax: 0.05, t0: 50 },
    },
  ],
})

function cyclesOf(spec: SgdrSpec, context: Context) {
  const ticks = makeClock(spec.update, context)
  const clock = spec.stepping === 'docsLoop' ? oneStepLate(ticks) : ticks
  const restarts: Restarts = makeRestarts(spec.t0 * unitSteps(spec.unit, context), spec.tMult)
  return { clock, restarts }
}

const peakOf = ({ lrMax, restartDecay }: SgdrSpec, index: number): number => lrMax * restartDecay ** index

/** The index of the cycle that the last of `steps` steps lies in. */
function lastCycle(spec: SgdrSpec, context: Context, steps: number): number {
  const { clock, restarts } = cyclesOf(spec, context)
  return restarts.indexAt(clock.position(steps - 1))
}

function decayedText({ lrMax, lrMin, restartDecay }: SgdrSpec, lastIndex: number): string {
  if (restartDecay === 1) return ''
  const text = `, each restart at ${showRate(restartDecay)} times the one before`
  if (lrMax * restartDecay ** lastIndex >= lrMin) return text
  let first = Math.floor(Math.log(lrMin / lrMax) / Math.log(restartDecay))
  // The logarithms may be off by a rounding.
  while (lrMax * restartDecay ** first >= lrMin) first++
  return `${text}, which from cycle ${first + 1} on is below ${showRate(lrMin)}, so that these cycles rise`
}
