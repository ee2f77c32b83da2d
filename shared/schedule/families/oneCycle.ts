import { z } from 'zod'
import { makeClock, updateField } from '../clock.ts'
import { writeClock } from '../export/place.ts'
import { between, steps } from '../export/python.ts'
import { writeCurve } from '../export/writeCurve.ts'
import { defineFamily } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { common, rateField, showRate } from '../fields.ts'
import { rateHandle, timeHandle } from '../handles.ts'
import { clamp01 } from '../restarts.ts'
import { rangeOf } from '../track.ts'

const schema = z.strictObject({
  kind: z.literal('oneCycle'),
  lrMax: rateField('Highest rate', 'highest', 'The rate at the peak.'),
  divFactor: described(z.number().positive().max(1e12).default(25), {
    label: 'Starts at 1/',
    takes: 'quotient',
    help: 'The first rate is the highest divided by this.',
  }),
  finalDivFactor: described(z.number().positive().max(1e12).default(1e4), {
    label: 'Ends at 1/ of start',
    help: 'The last rate is the first divided by this.',
  }),
  pctStart: described(z.number().min(0).max(1).default(0.3), {
    label: 'Peak at',
    unit: 'budget',
    help: 'Part of the budget on the way up.',
  }),
  anneal: described(z.enum(['cosine', 'linear']).default('cosine'), {
    label: 'Shape',
    help: 'The line that the ways up and down follow.',
    options: {
      cosine: { label: 'cosine', help: 'Half a cosine: slow at both ends.' },
      linear: { label: 'linear', help: 'A straight line.' },
    },
  }),
  phases: described(z.union([z.literal(2), z.literal(3)], { error: 'must be 2 or 3' }).default(2), {
    label: 'Phases',
    help: 'Whether the way down is one, or first as long as the way up and then on to the end.',
    options: {
      2: { label: '2', help: 'Up, then straight down to the last rate.' },
      3: { label: '3', help: 'Up, down again as fast to the first rate, then on to the last.' },
    },
  }),
  update: updateField,
  ...common,
})

type OneCycleSpec = z.infer<typeof schema>

interface Phase {
  end: number
  lr: readonly [from: number, to: number]
  momentum: readonly [from: number, to: number]
}

const towardsHigh = { curve: 'inverse', low: 0.85, high: 0.95 }

/**
 * 1cycle (Smith and Topin, arXiv 1708.07120; Smith, arXiv 1803.09820): lrMax/divFactor up to lrMax over the first
 * `pctStart` of the budget, then down to lrMax/divFactor/finalDivFactor. `phases: 3` is the paper's form: down to the
 * initial rate first, as long as the rise, then the annihilation; 2 goes straight down (fastai, PyTorch's default).
 * Momentum of curve `inverse` goes against the rate over the same phases and stays high during the annihilation.
 *
 * Phase ends are PyTorch's: pctStart·T - 1 and so on as real numbers, so that the peak falls between two steps unless
 * pctStart·T is whole, and a rise shorter than one step is skipped.
 */
export const oneCycle = defineFamily({
  name: '1cycle',
  group: 'Cycles',
  about: 'Up once, down once, then far below.',
  schema,
  start: { lrMax: 0.1, momentum: towardsHigh },
  peak: { field: 'lrMax', of: () => undefined },
  compile(spec, context) {
    const clock = makeClock(spec.update, context)
    const { initial, lowest } = ends(spec)
    const momentum = spec.momentum?.curve === 'inverse' ? spec.momentum : undefined
    const phases = phasesOf(spec, context.horizon, momentum ?? { low: 0, high: 0 })
    const blend =
      spec.anneal === 'cosine' ? (q: number) => (1 + Math.cos(Math.PI * q)) / 2 : (q: number) => 1 - q
    const value = (step: number, key: 'lr' | 'momentum'): number => {
      const position = clock.position(step)
      const at = phases.findIndex((phase) => position <= phase.end)
      const index = at < 0 ? phases.length - 1 : at
      const phase = phases[index]
      if (phase === undefined) throw new Error('a 1cycle schedule has phases')
      const start = phases[index - 1]?.end ?? 0
      // A phase of no length is over when it begins.
      const q = phase.end > start ? clamp01((position - start) / (phase.end - start)) : 1
      const [from, to] = phase[key]
      return to + (from - to) * blend(q)
    }
    return {
      lr: (step) => value(step, 'lr'),
      ...(momentum === undefined ? {} : { momentum: (step: number) => value(step, 'momentum') }),
      range: () => rangeOf(initial, spec.lrMax, lowest),
    }
  },
  write(spec, place) {
    const momentum = spec.momentum?.curve === 'inverse' ? spec.momentum : undefined
    const phases = phasesOf(spec, place.context.horizon, momentum ?? { low: 0, high: 0 })
    const { lines, position } = writeClock(spec.update, place)
    const body = (key: 'lr' | 'momentum'): string[] => [
      ...lines,
      ...phases.flatMap((phase, index) => {
        const start = phases[index - 1]?.end ?? 0
        const [from, to] = phase[key]
        const last = index === phases.length - 1
        const overrun = last && place.limit - 1 > phase.end
        const value = phaseLines(spec.anneal, { start, end: phase.end, from, to, overrun }, position)
        if (last) return value
        return [`if ${position} <= ${steps(phase.end)}:`, ...value.map((line) => `    ${line}`)]
      }),
    ]
    return {
      rate: body('lr'),
      ...(momentum && { momentum: { body: body('momentum'), optional: false } }),
    }
  },
  label: () => '1cycle',
  summary(spec) {
    const { initial, lowest } = ends(spec)
    return `1cycle in ${spec.phases} phases: ${showRate(initial)} up to ${showRate(spec.lrMax)}, down to ${showRate(lowest)}`
  },
  handles(spec, place) {
    const { start, horizon } = place
    const { lrMax, divFactor, finalDivFactor, pctStart } = spec
    const over = (top: number) => ({
      toRate: (value: number) => top / value,
      fromRate: (rate: number) => top / Math.max(rate, top * 1e-12),
      least: 1e-6,
      most: 1e12,
    })
    return [
      rateHandle(place, 'lrMax', 'Highest rate', lrMax, start + Math.max(0, pctStart * horizon - 1)),
      timeHandle(place, 'pctStart', 'Peak', pctStart, { origin: start, unit: horizon, most: 1 }),
      rateHandle(place, 'divFactor', 'First rate', divFactor, start, over(lrMax)),
      rateHandle(
        place,
        'finalDivFactor',
        'Last rate',
        finalDivFactor,
        start + horizon - 1,
        over(lrMax / divFactor),
      ),
    ]
  },
  readsBudget: () => true,
  presets: [
    {
      id: 'one-cycle-paper',
      name: '1cycle, as in the paper',
      source: 'Smith and Topin, arXiv 1708.07120; momentum from arXiv 1803.09820',
      note: 'Three linear phases: 45 % up, 45 % down, 10 % far below.',
      spec: {
        lrMax: 1,
        divFactor: 10,
        finalDivFactor: 1000,
        pctStart: 0.45,
        anneal: 'linear',
        phases: 3,
        momentum: towardsHigh,
      },
    },
    {
      id: 'one-cycle-fastai',
      name: '1cycle, as in fastai',
      source: 'fastai, fit_one_cycle',
      note: 'Two cosine phases, 25 % up; ends at lrMax / 100,000.',
      spec: {
        lrMax: 0.1,
        divFactor: 25,
        finalDivFactor: 4000,
        pctStart: 0.25,
        momentum: towardsHigh,
      },
    },
    {
      id: 'one-cycle-pytorch',
      name: "1cycle, PyTorch's defaults",
      source: 'torch.optim.lr_scheduler.OneCycleLR',
      note: 'Two cosine phases, 30 % up.',
      spec: { lrMax: 0.1, momentum: towardsHigh },
    },
  ],
})

function ends({ lrMax, divFactor, finalDivFactor }: OneCycleSpec): { initial: number; lowest: number } {
  const initial = lrMax / divFactor
  return { initial, lowest: initial / finalDivFactor }
}

function phasesOf(spec: OneCycleSpec, total: number, momentum: { low: number; high: number }): Phase[] {
  const { low, high } = momentum
  const { initial, lowest } = ends(spec)
  const rise: Phase = {
    end: spec.pctStart * total - 1,
    lr: [initial, spec.lrMax],
    momentum: [high, low],
  }
  if (spec.phases === 2) {
    return [rise, { end: total - 1, lr: [spec.lrMax, lowest], momentum: [low, high] }]
  }
  return [
    rise,
    { end: 2 * spec.pctStart * total - 2, lr: [spec.lrMax, initial], momentum: [low, high] },
    { end: total - 1, lr: [initial, lowest], momentum: [high, high] },
  ]
}

interface Leg {
  start: number
  end: number
  from: number
  to: number
  /** Steps of the run lie past the end. */
  overrun: boolean
}

function phaseLines(
  shape: 'cosine' | 'linear',
  { start, end, from, to, overrun }: Leg,
  position: string,
): string[] {
  // A phase of no length is over when it begins.
  if (end <= start) return ['u = 1.0', `return ${between(to, from, writeCurve({ shape }, 'u'))}`]
  const since = start === 0 ? position : `(${position} - ${steps(start)})`
  const u = `${since} / ${steps(end - start)}`
  return [
    overrun ? `u = min(1.0, ${u})` : `u = ${u}`,
    `return ${between(to, from, writeCurve({ shape }, 'u'))}`,
  ]
}
