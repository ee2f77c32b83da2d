import { z } from 'zod'
import { type Clock, makeClock, snap, unitSteps } from '../clock.ts'
import { type Profile, profileCurve, profileText } from '../curves.ts'
import { type Endpoint, endpointField, gammaField, length, rate, showRate, timed } from '../fields.ts'
import { clamp01 } from '../restarts.ts'
import { type Context, rangeOf, type Track } from '../track.ts'
import { percent, plural } from '../words.ts'

/**
 * Decays from lrStart to lrEnd over `length` (default: the whole budget): lrEnd + (lrStart - lrEnd)·p(u). `delay` holds
 * lrStart for that fraction of the length, then the profile runs over what is left ("linear with delay 25 %" of the
 * budgeted-training papers). After the length the rate stays, unless a cosine is told to mirror.
 */
const decay = {
  lrStart: rate,
  lrEnd: rate.default(0),
  length: length.optional(),
  delay: z.number().min(0).max(1).default(0),
  endpoint: endpointField,
  ...timed,
}

export const linearSpec = z.strictObject({ kind: z.literal('linear'), ...decay })
export const cosineSpec = z.strictObject({
  kind: z.literal('cosine'),
  ...decay,
  // What follows the end: `hold` the lowest rate, or rise again as PyTorch's CosineAnnealingLR does past T_max.
  afterEnd: z.enum(['hold', 'mirror']).default('hold'),
})
/** (1-u)^power: PyTorch's PolynomialLR, and the "poly" policy of DeepLab (power 0.9). */
export const polynomialSpec = z.strictObject({
  kind: z.literal('polynomial'),
  ...decay,
  power: z.number().min(0).max(100),
})
/** REX, "Revisiting Budgeted Training", arXiv 2107.04197: beta 0.5 in the paper, 0.9 in its code. */
export const rexSpec = z.strictObject({
  kind: z.literal('rex'),
  ...decay,
  beta: z.number().min(-1000).max(1).default(0.5),
})
/** Falls by exp(-k·u) of the way, so it ends above lrEnd by exp(-k) of the distance. */
export const exponentialDecaySpec = z.strictObject({
  kind: z.literal('exponentialDecay'),
  ...decay,
  k: z.number().min(0).max(700).default(4),
})
/** lrStart·(lrEnd/lrStart)^u: a straight line on a logarithmic axis; rising, it is the learning-rate range test. */
export const geometricSpec = z.strictObject({
  kind: z.literal('geometric'),
  ...decay,
  lrStart: rate.positive(),
  lrEnd: rate.positive(),
})
/** lr·gamma^x, x the time in `unit` (PyTorch's ExponentialLR). */
export const exponentialSpec = z.strictObject({
  kind: z.literal('exponential'),
  lr: rate,
  gamma: gammaField,
  ...timed,
})

export type ProfileDecay =
  | z.infer<typeof linearSpec>
  | z.infer<typeof cosineSpec>
  | z.infer<typeof polynomialSpec>
  | z.infer<typeof rexSpec>
  | z.infer<typeof exponentialDecaySpec>

export function compileDecay(spec: ProfileDecay, context: Context): Track {
  const profile = profileOf(spec)
  const curve = profileCurve(profile)
  const mirrors = spec.kind === 'cosine' && spec.afterEnd === 'mirror'
  const u = decayProgress(spec, mirrors, context)
  return {
    ...(mirrors && { advance: cosineAdvance(spec, u) }),
    lr: (step) => spec.lrEnd + (spec.lrStart - spec.lrEnd) * curve(u(step)),
    range: () => rangeOf(spec.lrStart, spec.lrEnd),
    text: (steps) => decayText(profileText(profile), spec, mirrors, steps / unitSteps(spec.unit, context)),
  }
}

/** CosineAnnealingLR.get_lr: it scales the distance from lrEnd, and leaves the turning point by a step of its own. */
function cosineAdvance(
  spec: { lrStart: number; lrEnd: number },
  u: (step: number) => number,
): NonNullable<Track['advance']> {
  const height = (progress: number): number => 1 + Math.cos(Math.PI * progress)
  return (lr, step, before) => {
    if (before === undefined) return lr
    const [now, last] = [u(step), u(before)]
    if (last % 2 === 1) return lr + ((spec.lrStart - spec.lrEnd) * (1 - Math.cos(Math.PI * (now - last)))) / 2
    return (height(now) / height(last)) * (lr - spec.lrEnd) + spec.lrEnd
  }
}

export function compileGeometric(spec: z.infer<typeof geometricSpec>, context: Context): Track {
  const u = decayProgress(spec, false, context)
  const lr = (step: number): number => spec.lrStart * (spec.lrEnd / spec.lrStart) ** u(step)
  return {
    lr,
    // The quotient of a tiny rate is infinite.
    range: (steps) => rangeOf(spec.lrStart, spec.lrEnd, lr(steps - 1)),
    text: (steps) => decayText('geometric', spec, false, steps / unitSteps(spec.unit, context)),
  }
}

export function compileExponential(spec: z.infer<typeof exponentialSpec>, context: Context): Track {
  const clock = makeClock(spec.update, context)
  const unit = unitSteps(spec.unit, context)
  const lr = (step: number): number => spec.lr * spec.gamma ** (clock.position(step) / unit)
  return {
    lr,
    range: (steps) => rangeOf(spec.lr, lr(steps - 1)),
    text: () =>
      `exponential ${spec.gamma > 1 ? 'growth' : 'decay'} from ${showRate(spec.lr)}, times ${showRate(spec.gamma)} ${
        spec.unit === 'budget' ? 'over the budget' : `per ${spec.unit}`
      }`,
  }
}

export function profileOf(spec: ProfileDecay): Profile {
  switch (spec.kind) {
    case 'linear':
      return { shape: 'linear' }
    case 'cosine':
      return { shape: 'cosine' }
    case 'polynomial':
      return { shape: 'polynomial', power: spec.power }
    case 'rex':
      return { shape: 'rex', beta: spec.beta }
    case 'exponentialDecay':
      return { shape: 'exponential', k: spec.k }
  }
}

export interface DecayTimes {
  length?: number | undefined
  delay: number
  endpoint: Endpoint
  unit: 'step' | 'epoch' | 'budget'
  update: Parameters<typeof makeClock>[0]
}

/** Progress u by step: in [0, 1], or past 1 where the curve is periodic and may `runOn`. */
function decayProgress(spec: DecayTimes, runOn: boolean, context: Context): (step: number) => number {
  const clock = makeClock(spec.update, context)
  const { held, span } = decaySpan(spec, clock, context)
  return (step) => {
    const position = clock.position(step)
    if (position < held || span <= 0) return 0
    const u = (position - held) / span
    return runOn ? u : clamp01(u)
  }
}

/** How many steps the first rate is held, and how many the decay then takes. */
export function decaySpan(spec: DecayTimes, clock: Clock, context: Context): { held: number; span: number } {
  const steps =
    spec.length === undefined ? context.horizon : snap(spec.length * unitSteps(spec.unit, context))
  const held = spec.delay * steps
  return { held, span: lastPosition(spec.endpoint, steps, clock) - held }
}

function lastPosition(endpoint: Endpoint, steps: number, clock: Clock): number {
  if (endpoint === 'exclusive') return steps
  return endpoint === 'inclusive' ? steps - 1 : clock.position(Math.ceil(steps) - 1)
}

type DecayWords = DecayTimes & Pick<ProfileDecay, 'lrStart' | 'lrEnd'> & { kind: string }

/** @param run how long the run is, in the spec's unit */
function decayText(profile: string, spec: DecayWords, mirrors: boolean, run: number): string {
  const verb = spec.lrEnd > spec.lrStart ? 'rise' : 'decay'
  // An exponential never arrives.
  const to = spec.kind === 'exponentialDecay' ? 'towards' : 'to'
  const held = spec.delay > 0 ? `, held for the first ${percent(spec.delay)}` : ''
  return `${profile} ${verb} from ${showRate(spec.lrStart)} ${to} ${showRate(spec.lrEnd)}${lengthText(spec, mirrors, run)}${held}`
}

function lengthText({ length, unit }: DecayTimes, mirrors: boolean, run: number): string {
  if (length === undefined) return ''
  const over = ` over ${plural(length, unit)}`
  if (snap(length) === snap(run)) return over
  if (length > run) return `${over}, of which only the first ${percent(run / length)} are run`
  return mirrors ? `${over}, then back and forth` : `${over} and held after them`
}
