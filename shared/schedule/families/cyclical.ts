import { z } from 'zod'
import { makeClock, unitSteps } from '../clock.ts'
import { profileCurve, profileField, profileText } from '../curves.ts'
import { endpointField, gammaField, length, minAboveMax, rate, showRate, timed } from '../fields.ts'
import { inverseMomentum } from '../momentum.ts'
import { clamp01, makeRestarts, spanAt } from '../restarts.ts'
import { type Context, rangeOf, type Span, type Track } from '../track.ts'

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
export const cyclicalSpec = z
  .strictObject({
    kind: z.literal('cyclical'),
    lrMin: rate,
    lrMax: rate,
    stepUp: length,
    stepDown: z.number().min(0).max(1e9).optional(),
    mode: z.enum(['triangular', 'triangular2', 'exp_range']).default('triangular'),
    gamma: gammaField.default(1),
    profile: profileField.default({ shape: 'linear' }),
    growth: z.enum(['flipped', 'reversed']).default('flipped'),
    endpoint: endpointField,
    ...timed,
  })
  .refine((s) => s.lrMin <= s.lrMax, { path: ['lrMin'], error: minAboveMax })

type CyclicalSpec = z.infer<typeof cyclicalSpec>

export function compileCyclical(spec: CyclicalSpec, context: Context): Track {
  const height = heightOf(spec, context)
  const { momentum } = spec
  const track: Track = {
    lr: (step) => spec.lrMin + (spec.lrMax - spec.lrMin) * height.at(step),
    cycleAt: (step) => withLowest(height.cycleAt(step), height.at),
    range: (steps) =>
      rangeOf(spec.lrMin, spec.lrMax, spec.lrMin + (spec.lrMax - spec.lrMin) * height.highest(steps)),
    text: () =>
      `${spec.mode} cycles with ${profileText(spec.profile)} legs between ${showRate(spec.lrMin)} and ${showRate(spec.lrMax)}`,
  }
  if (momentum?.curve === 'inverse') {
    track.momentum = (step) => inverseMomentum(momentum, height.at(step))
  }
  return track
}

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
