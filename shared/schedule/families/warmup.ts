import { z } from 'zod'
import { type Clock, makeClock, snap, timedByBudget, type Unit, type Update, unitSteps } from '../clock.ts'
import { type Place, timeIn, writeClock } from '../export/place.ts'
import { float, steps } from '../export/python.ts'
import type { CompositeRecord } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { timed } from '../fields.ts'
import { inside, rateHandle, scaled, timeHandle } from '../handles.ts'
import type { MomentumSpec } from '../momentum.ts'
import type { ScheduleSpec } from '../spec.ts'
import { type Context, type Span, shiftSpan } from '../track.ts'
import { plural, shortLength } from '../words.ts'

/**
 * A linear warm-up to the first rate of the `schedule` behind it, which begins when it ends and stretches over what is left
 * of the budget. With x in `unit` and w = `length`: `zero` x/w; `oneBased` (x+1)/w, so that neither the first step nor
 * the last of the warm-up is wasted (BERT's and fairseq's loops); `startFactor` s + (1-s)·x/w (Goyal et al., arXiv
 * 1706.02677, section 2.2). The warm-up belongs to the first cycle.
 */
export interface WarmupSpec<Child> {
  kind: 'warmup'
  length: number
  form: 'zero' | 'oneBased' | 'startFactor'
  startFactor: number
  schedule: Child
  unit: Unit
  update: Update
  momentum?: MomentumSpec | undefined
}

const schemaOf = (child: z.ZodType<ScheduleSpec>) =>
  z.strictObject({
    kind: z.literal('warmup'),
    length: described(z.number().min(0).max(1e9), {
      label: 'Warm-up',
      unit: 'time',
      help: 'How long the rate rises.',
    }),
    form: described(z.enum(['zero', 'oneBased', 'startFactor']).default('startFactor'), {
      label: 'Rises from',
      help: 'The rate of the very first step.',
      options: {
        startFactor: { label: 'a part', help: 'A part of the first rate of what follows.' },
        zero: { label: 'zero', help: 'The first step has the rate 0, and moves nothing.' },
        oneBased: {
          label: 'above zero',
          help: 'The first step is one stride above 0, the last reaches the top.',
        },
      },
    }),
    startFactor: described(z.number().min(0).max(1).default(0.1), {
      label: 'From',
      unit: 'times',
      help: 'Times the first rate of what follows.',
    }),
    schedule: described(child, {
      label: 'Schedule',
      help: 'What follows the warm-up.',
      control: 'schedules',
    }),
    ...timed,
  })

type Spec = WarmupSpec<ScheduleSpec>

const record: CompositeRecord<ReturnType<typeof schemaOf>, ScheduleSpec> = {
  name: 'Warm-up, then …',
  group: 'Composed',
  about: 'A line up to the first rate of what follows.',
  start: { length: 1 },
  compile(spec, context, children) {
    const length = riseSteps(spec, context)
    const inner = children.compile(spec.schedule, behind(length, context))
    const peak = inner.lr(0)
    const part = riseBy(spec, makeClock(spec.update, context), context)
    const first = length === 0 ? peak : peak * part(0)
    const { momentum, cycleAt, feedback } = inner
    return {
      ...(feedback && { feedback }),
      lr: (step) => (step < length ? peak * part(step) : inner.lr(step - length)),
      ...(momentum && { momentum: (step: number) => momentum(Math.max(0, step - length)) }),
      ...(cycleAt && { cycleAt: (step: number) => withRise(cycleAt(Math.max(0, step - length)), length) }),
      range(total) {
        const { lrMin, lrMax } = inner.range(Math.max(1, total - length))
        return { lrMin: Math.min(first, lrMin), lrMax }
      },
    }
  },
  write(spec, place, children) {
    const { context, file, limit } = place
    const length = riseSteps(spec, context)
    const inner = behind(length, context)
    const written = children.write(spec.schedule, {
      file,
      context: inner,
      limit: Math.max(1, limit - length),
    })
    const { momentum } = written
    const shifted = length === 0 ? 'step' : `step - ${length}`
    const peak = children.compile(spec.schedule, inner).lr(0)
    const rise = length === 0 ? [] : riseLines(spec, place, length, peak)
    return {
      rate: [...rise, `return ${written.rate}(${shifted})`],
      ...(momentum && {
        momentum: {
          body: [`return ${momentum.name}(max(0, ${shifted}))`],
          optional: momentum.optional,
        },
      }),
    }
  },
  label: (spec, children) =>
    `warm-up ${shortLength(spec.length, spec.unit)} + ${children.label(spec.schedule)}`,
  summary(spec, context, total, children) {
    const length = riseSteps(spec, context)
    const then = children.summary(spec.schedule, behind(length, context), Math.max(1, total - length))
    if (length === 0) return then
    const rise = `warm-up of ${plural(spec.length, spec.unit)}`
    if (length < total) return `${rise}, then ${then}`
    return `${rise}, ${length > total ? 'longer than' : 'as long as'} the run, so that what follows never begins: ${then}`
  },
  handles(spec, place, children) {
    const length = riseSteps(spec, place)
    const inner = inside(place, ['schedule'], length, behind(length, place).horizon)
    const peak = place.rateAt(Math.min(place.totalSteps - 1, Math.round(inner.start)))
    return [
      timeHandle(place, 'length', 'End of the warm-up', spec.length, {
        origin: place.start,
        unit: unitSteps(spec.unit, place),
        level: peak,
      }),
      ...(spec.form === 'startFactor' && length > 0
        ? [
            rateHandle(place, 'startFactor', 'Start of the warm-up', spec.startFactor, place.start, {
              ...scaled(peak),
              most: 1,
            }),
          ]
        : []),
      ...children.handles(spec.schedule, inner),
    ]
  },
  readsBudget: (spec, children) => timedByBudget(spec) || children.readsBudget(spec.schedule),
  parts: () => [['schedule']],
  presets: [
    {
      id: 'warmup-cosine',
      name: 'Warm-up, then cosine',
      source: 'Goyal et al., arXiv 1706.02677, section 2.2, before a cosine',
      note: 'Five epochs up from a tenth of the rate.',
      spec: { length: 5, startFactor: 0.1, schedule: { kind: 'cosine', lrStart: 0.1 } },
    },
  ],
}

/** @param child schema of the schedules inside of it */
export const warmup = (child: z.ZodType<ScheduleSpec>) => ({ ...record, schema: schemaOf(child) })

/** The whole steps that the rise takes. */
const riseSteps = ({ length, unit }: Spec, context: Context): number =>
  Math.ceil(snap(length * unitSteps(unit, context)))

/** The run as the schedule behind a rise of so many steps sees it. */
const behind = (length: number, { horizon, stepsPerEpoch, origin = 0 }: Context): Context => ({
  stepsPerEpoch,
  horizon: Math.max(1, horizon - length),
  origin: origin + length,
})

/** The part of the peak that each step of the rise has. */
function riseBy(spec: Spec, clock: Clock, context: Context): (step: number) => number {
  const start = spec.form === 'startFactor' ? spec.startFactor : 0
  const ahead = spec.form === 'oneBased' ? 1 : 0
  const unit = unitSteps(spec.unit, context)
  return (step) => start + (1 - start) * Math.min(1, (clock.position(step) / unit + ahead) / spec.length)
}

function riseLines(spec: Spec, place: Place, length: number, peak: number): string[] {
  const start = spec.form === 'startFactor' ? spec.startFactor : 0
  const { lines, position } = writeClock(spec.update, place)
  const time = timeIn(spec.unit, position, place.context)
  const part = `min(1.0, ${spec.form === 'oneBased' ? `(${time} + 1)` : time} / ${steps(spec.length)})`
  const factor = start === 0 ? part : `(${float(start)} + ${float(1 - start)} * ${part})`
  return [
    `if step < ${length}:`,
    ...[...lines, `return ${float(peak)} * ${factor}`].map((line) => `    ${line}`),
  ]
}

/** The first cycle takes the warm-up in. */
function withRise(span: Span, length: number): Span {
  return { ...shiftSpan(span, length), start: span.start === 0 ? 0 : span.start + length }
}
