import { z } from 'zod'
import { makeClock, timedByBudget, unitSteps } from '../clock.ts'
import { profileCurve, profileFieldOr, profileText, unusualProfile } from '../curves.ts'
import { writeCyclical } from '../export/writeCyclical.ts'
import { defineFamily } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { endpointField, gammaFieldOr, length, minAboveMax, rateField, showRate, timed } from '../fields.ts'
import { rateHandle, timeHandle } from '../handles.ts'
import { inverseMomentum } from '../momentum.ts'
import { clamp01, makeRestarts, spanAt } from '../restarts.ts'
import { type Context, rangeOf, type Span, type Track } from '../track.ts'
import { shortLength } from '../words.ts'

const schema = z
  .strictObject({
    kind: z.literal('cyclical'),
    lrMin: rateField('Lowest rate', 'lowest', 'Where every cycle begins and ends.'),
    lrMax: rateField('Highest rate', 'highest', 'The top of the first cycle.'),
    stepUp: described(length, { label: 'Way up', unit: 'time', help: 'The time from lowest to highest.' }),
    stepDown: described(z.number().min(0).max(1e9).optional(), {
      label: 'Way down',
      unit: 'time',
      empty: 'as the way up',
    }),
    mode: described(z.enum(['triangular', 'triangular2', 'exp_range']).default('triangular'), {
      label: 'Height',
      help: 'What becomes of the height from cycle to cycle.',
      options: {
        triangular: { label: 'stays', help: 'Every cycle is as high as the first.' },
        triangular2: { label: 'halves', help: 'Every cycle is half as high as the one before.' },
        exp_range: { label: 'shrinks by γ', help: 'The height is multiplied with γ every unit of time.' },
      },
    }),
    gamma: gammaFieldOr(1, 'For heights that shrink by γ: per unit of time.'),
    profile: profileFieldOr('linear'),
    growth: described(z.enum(['flipped', 'reversed']).default('flipped'), {
      label: 'The way up is',
      isFine: true,
      help: 'How the way up is made from the way down; of straight lines both are the same.',
      options: {
        flipped: {
          label: 'flipped over',
          help: 'The way down turned upside down: fast at first, if that falls fast at first.',
        },
        reversed: {
          label: 'played backwards',
          help: 'The way down run backwards in time: its mirror image.',
        },
      },
    }),
    endpoint: endpointField,
    ...timed,
  })
  .refine((s) => s.lrMin <= s.lrMax, { path: ['lrMin'], error: minAboveMax })

export type CyclicalSpec = z.infer<typeof schema>

/**
 * Cyclical rates (Smith, arXiv 1506.01186): up from lrMin to lrMax over `stepUp`, down again over `stepDown` (default:
 * as long), the height scaled by `mode`: triangular 1, triangular2 halved every cycle, exp_range gamma^x (x counts from
 * the start of the run, as in the author's and PyTorch's code).
 *
 * The legs follow `profile`. `growth: 'flipped'` mirrors the falling leg top to bottom, lrMin+lrMax-decay, as the
 * survey's reference code (LRSchedules) does; `'reversed'` plays it backwards in time.
 *
 * A cycle is the half-open interval from one lowest point to the next: the boundary step, whose rate is lrMin, is the
 * first of the new cycle, so that cycles stay where they are when a run is extended. The snapshot is taken after the
 * falling leg's last step, one update above lrMin; with `endpoint: 'inclusive'` that step reaches lrMin itself.
 */
export const cyclical = defineFamily({
  name: 'Cyclical (CLR)',
  group: 'Cycles',
  about: 'Up and down between two rates.',
  schema,
  start: { lrMin: 0.005, lrMax: 0.05, stepUp: 2 },
  peak: { field: 'lrMax', of: () => undefined },
  compile(spec, context) {
    const height = heightOf(spec, context)
    const { momentum } = spec
    const track: Track = {
      lr: (step) => spec.lrMin + (spec.lrMax - spec.lrMin) * height.at(step),
      cycleAt: (step) => withLowest(height.cycleAt(step), height.at),
      range: (steps) =>
        rangeOf(spec.lrMin, spec.lrMax, spec.lrMin + (spec.lrMax - spec.lrMin) * height.highest(steps)),
    }
    if (momentum?.curve === 'inverse') {
      track.momentum = (step) => inverseMomentum(momentum, height.at(step))
    }
    return track
  },
  write: writeCyclical,
  label: (spec) =>
    `${spec.mode} ${shortLength(spec.stepUp, spec.unit)}${unusualProfile(spec.profile, 'linear')}`,
  summary: (spec) =>
    `${spec.mode} cycles with ${profileText(spec.profile)} legs between ${showRate(spec.lrMin)} and ${showRate(spec.lrMax)}`,
  handles(spec, place) {
    const { start } = place
    const unit = unitSteps(spec.unit, place)
    const up = spec.stepUp * unit
    const { stepDown } = spec
    return [
      rateHandle(place, 'lrMin', 'Lowest rate', spec.lrMin, start, { most: spec.lrMax }),
      rateHandle(place, 'lrMax', 'Highest rate', spec.lrMax, start + up, { least: spec.lrMin }),
      timeHandle(place, 'stepUp', 'Peak', spec.stepUp, { origin: start, unit }),
      stepDown === undefined
        ? timeHandle(place, 'stepUp', 'End of the first cycle', spec.stepUp, {
            origin: start,
            unit: 2 * unit,
          })
        : timeHandle(place, 'stepDown', 'End of the first cycle', stepDown, { origin: start + up, unit }),
    ]
  },
  rescale: ({ gamma, unit }, share) => (unit === 'budget' ? {} : { gamma: gamma ** (1 / share) }),
  readsBudget: timedByBudget,
  presets: [
    {
      id: 'clr-triangular',
      name: 'CLR, triangular',
      source: 'Smith, arXiv 1506.01186',
      note: 'Half a cycle of 4 epochs; 2 to 10 work.',
      spec: { lrMin: 0.001, lrMax: 0.006, stepUp: 4 },
    },
    {
      id: 'clr-triangular2',
      name: 'CLR, triangular2',
      source: 'Smith, arXiv 1506.01186',
      note: 'The height is halved after every cycle.',
      spec: { lrMin: 0.001, lrMax: 0.006, stepUp: 4, mode: 'triangular2' },
    },
    {
      id: 'clr-exp-range',
      name: 'CLR, exp_range',
      source: 'Smith, arXiv 1506.01186',
      note: 'The height shrinks by γ every step.',
      spec: {
        lrMin: 0.001,
        lrMax: 0.006,
        stepUp: 2000,
        mode: 'exp_range',
        gamma: 0.99994,
        unit: 'step',
      },
    },
  ],
})

/** A cycle's first step, at the foot of the rise, is lower than its last unless the profile has a tail. */
function withLowest(span: Span, height: (step: number) => number): Span {
  const last = span.end - 1
  return { ...span, lowest: height(span.start) < height(last) ? span.start : last }
}

/** The height above lrMin by step, in [0, 1] unless exp_range grows. */
function heightOf(spec: CyclicalSpec, context: Context) {
  const clock = makeClock(spec.update, context)
  const unit = unitSteps(spec.unit, context)
  const up = spec.stepUp * unit
  const total = up + (spec.stepDown ?? spec.stepUp) * unit
  const restarts = makeRestarts(total, 1)
  const curve = profileCurve(spec.profile)
  const rise = spec.growth === 'flipped' ? (v: number) => 1 - curve(v) : (v: number) => curve(1 - v)
  const scale = (index: number, position: number): number => {
    if (spec.mode === 'triangular') return 1
    return spec.mode === 'triangular2' ? 0.5 ** index : spec.gamma ** (position / unit)
  }
  /** The position where the falling leg of cycle `index` reaches lrMin. */
  const lowest = (index: number): number => {
    if (spec.endpoint === 'exclusive') return restarts.start(index) + total
    const last = clock.firstStepAt(restarts.start(index + 1)) - 1
    return spec.endpoint === 'inclusive' ? last : clock.position(last)
  }
  const at = (step: number): number => {
    const position = clock.position(step)
    const index = restarts.indexAt(position)
    const peak = restarts.start(index) + up
    const fall = lowest(index) - peak
    const leg =
      position < peak
        ? rise(Math.max(0, position - restarts.start(index)) / up)
        : curve(fall > 0 ? clamp01((position - peak) / fall) : 0)
    return leg * scale(index, position)
  }
  const grows = spec.mode === 'exp_range' && spec.gamma > 1
  return {
    at,
    cycleAt: (step: number) => spanAt(restarts, clock, step),
    highest: (steps: number): number => (grows ? spec.gamma ** ((steps - 1) / unit) : 1),
  }
}
