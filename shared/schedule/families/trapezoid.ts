import { z } from 'zod'
import { type Clock, makeClock, snap, unitSteps } from '../clock.ts'
import { writeClock } from '../export/place.ts'
import { between, float, steps } from '../export/python.ts'
import { defineFamily } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { endpointField, rate, rateField, showRate, timed } from '../fields.ts'
import { type Handle, type HandlePlace, rateHandle, timeHandle } from '../handles.ts'
import { clamp01 } from '../restarts.ts'
import { type Context, rangeOf } from '../track.ts'
import { plural, shortLength } from '../words.ts'

const time = z.number().min(0).max(1e9)

const schema = z
  .strictObject({
    kind: z.literal('trapezoid'),
    lr: rateField('Plateau rate', 'highest', 'The rate between warm-up and cool-down.'),
    lrStart: described(rate.default(0), {
      label: 'First rate',
      unit: 'rate',
      takes: 'lowest',
      help: 'The rate of the first step, from which the warm-up rises.',
    }),
    lrEnd: described(rate.default(0), {
      label: 'Last rate',
      unit: 'rate',
      takes: 'lowest',
      help: 'The rate that the cool-down falls to.',
    }),
    warmup: described(time.default(0), { label: 'Warm-up', unit: 'time', help: 'How long the rate rises.' }),
    cooldown: described(time, {
      label: 'Cool-down',
      unit: 'time',
      help: 'How long the rate falls, up to the end of the budget.',
    }),
    shape: described(z.enum(['linear', 'cosine', '1-sqrt']).default('linear'), {
      label: 'Cools down',
      help: 'The line that the cool-down follows.',
      options: {
        linear: { label: 'in a line', help: 'A straight line.' },
        cosine: { label: 'along a cosine', help: 'Half a cosine: slow at both ends.' },
        '1-sqrt': { label: 'as 1 − √', help: 'One minus the square root of the progress: fast at first.' },
      },
    }),
    endpoint: endpointField,
    ...timed,
  })
  .refine((s) => s.lrStart <= s.lr, { path: ['lrStart'], error: 'must be at most lr' })
  .refine((s) => s.lrEnd <= s.lr, { path: ['lrEnd'], error: 'must be at most lr' })

type TrapezoidSpec = z.infer<typeof schema>

/** Where the warm-up ends, the cool-down begins, and how many steps that takes; all from the schedule's step 0. */
function corners(spec: TrapezoidSpec, clock: Clock, context: Context) {
  const unit = unitSteps(spec.unit, context)
  const top = snap(spec.warmup * unit)
  const fall = context.horizon - snap(spec.cooldown * unit)
  const last = context.horizon - 1
  const lowest = { exclusive: context.horizon, inclusive: last, lastUpdate: clock.position(last) }
  return { top, fall, span: lowest[spec.endpoint] - fall }
}

const curves = {
  linear: (u: number): number => 1 - u,
  cosine: (u: number): number => (1 + Math.cos(Math.PI * u)) / 2,
  '1-sqrt': (u: number): number => 1 - Math.sqrt(u),
} as const

/** The same in Python, of `u`. */
const curveCode = {
  linear: '(1 - u)',
  cosine: '((1 + math.cos(math.pi * u)) / 2)',
  '1-sqrt': '(1 - math.sqrt(u))',
} as const

/**
 * Warm-up, plateau, cool-down (also WSD: warm-up, stable, decay; Zhai et al., arXiv 2106.04560; Hägele et al., arXiv
 * 2405.18392, whose cool-down of N_d steps is lr·(1 - √((n - (N - N_d)) / N_d))). With w and c the lengths in steps and T
 * the budget, the rate at position x is the lower of two lines:
 * - rise: lrStart + (lr - lrStart)·x/w for x < w, then lr. Step 0 has lrStart, the first step at or past w has lr.
 * - fall: lr up to and including x = T - c, then lrEnd + (lr - lrEnd)·p(u), u = (x - (T - c)) / D. D is c with `endpoint`
 *   exclusive (lrEnd would come at step T), c - 1 with inclusive (the last step has lrEnd), and with lastUpdate reaches from
 *   T - c to the last update. u stays 1 from there on.
 * Where they cross (w + c > T), lr is never reached. Lengths are not rounded to whole steps.
 */
export const trapezoid = defineFamily({
  name: 'Trapezoid (WSD)',
  group: 'Decay',
  about: 'Warm-up, a plateau, and a cool-down that ends with the budget.',
  schema,
  start: { lr: 0.1, warmup: 0.05, cooldown: 0.2, unit: 'budget' },
  peak: { field: 'lr', of: () => undefined },
  compile(spec, context) {
    const clock = makeClock(spec.update, context)
    const { top, fall, span } = corners(spec, clock, context)
    const curve = curves[spec.shape]
    const progress = (x: number): number => (span > 0 ? clamp01((x - fall) / span) : 1)
    const rising = (x: number): number => spec.lrStart + (spec.lr - spec.lrStart) * (x / top)
    const falling = (x: number): number => spec.lrEnd + (spec.lr - spec.lrEnd) * curve(progress(x))
    return {
      lr(step) {
        const x = clock.position(step)
        return Math.min(x < top ? rising(x) : spec.lr, x > fall ? falling(x) : spec.lr)
      },
      range: () => rangeOf(spec.lrStart, spec.lr, spec.lrEnd),
    }
  },
  write(spec, place) {
    const { top, fall, span } = corners(spec, makeClock(spec.update, place.context), place.context)
    const { lines, position } = writeClock(spec.update, place)
    const rising = between(spec.lrStart, spec.lr, `(${position} / ${steps(top)})`)
    const falling = between(spec.lrEnd, spec.lr, curveCode[spec.shape])
    const u = span > 0 ? `min(1.0, max(0.0, ${position} - ${steps(fall)}) / ${steps(span)})` : '1.0'
    return {
      rate: [
        ...lines,
        `rate = ${top > 0 ? `${rising} if ${position} < ${steps(top)} else ${float(spec.lr)}` : float(spec.lr)}`,
        `if ${position} <= ${steps(fall)}:`,
        '    return rate',
        `u = ${u}`,
        `return min(rate, ${falling})`,
      ],
    }
  },
  label: ({ warmup, cooldown, unit, shape }) =>
    `Trapezoid ${shortLength(warmup, unit)}/${shortLength(cooldown, unit)}${shape === 'linear' ? '' : ` ${shape}`}`,
  summary(spec, context) {
    const { top, fall } = corners(spec, makeClock(spec.update, context), context)
    const rise = `warm-up from ${showRate(spec.lrStart)} to ${showRate(spec.lr)} over ${plural(spec.warmup, spec.unit)}`
    const rest = `${spec.shape} cool-down to ${showRate(spec.lrEnd)} over the last ${plural(spec.cooldown, spec.unit)}`
    if (top > fall) return `${rise} and ${rest}, which meet before ${showRate(spec.lr)} is reached`
    return `${spec.warmup > 0 ? `${rise}, a plateau` : `plateau at ${showRate(spec.lr)}`}, then ${rest}`
  },
  handles(spec, place) {
    const { start, horizon } = place
    const { top, fall } = corners(spec, makeClock(spec.update, place), place)
    const middle = start + Math.round((top + fall) / 2)
    const least = Math.max(spec.lrStart, spec.lrEnd)
    return [
      rateHandle(place, 'lr', 'Plateau rate', spec.lr, middle, { least }),
      rateHandle(place, 'lrStart', 'First rate', spec.lrStart, start, { most: spec.lr }),
      rateHandle(place, 'lrEnd', 'Last rate', spec.lrEnd, start + horizon - 1, { most: spec.lr }),
      timeHandle(place, 'warmup', 'End of the warm-up', spec.warmup, {
        origin: start,
        unit: unitSteps(spec.unit, place),
        least: 0,
      }),
      cooldownHandle(spec, place),
    ]
  },
  readsBudget: () => true,
  presets: [
    {
      id: 'trapezoid-1-sqrt',
      name: 'Trapezoid, 1-sqrt cool-down',
      source: 'Hägele et al., arXiv 2405.18392, section 3',
      note: 'A plateau, then 20 % of the budget down as 1 − √u, the best shape in that paper; the rate is for AdamW.',
      spec: { lr: 0.001, warmup: 0.02, cooldown: 0.2, shape: '1-sqrt', unit: 'budget' },
    },
  ],
})

/** The cool-down is counted back from the end: further to the left is a longer one. */
function cooldownHandle(spec: TrapezoidSpec, place: HandlePlace): Handle {
  const { start, horizon } = place
  const unit = unitSteps(spec.unit, place)
  const handle = timeHandle(place, 'cooldown', 'Start of the cool-down', spec.cooldown, {
    origin: start,
    unit,
    least: 0,
  })
  return {
    ...handle,
    step: start + horizon - spec.cooldown * unit,
    valueFor: (step) => handle.valueFor(start + (start + horizon - step)),
    nudge: (direction, large) => handle.nudge(direction === 1 ? -1 : 1, large),
  }
}
