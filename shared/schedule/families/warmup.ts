import { z } from 'zod'
import type { Unit, Update } from '../clock.ts'
import { makeClock, snap, unitSteps } from '../clock.ts'
import { timed } from '../fields.ts'
import type { MomentumSpec } from '../momentum.ts'
import type { Context, Span, Track } from '../track.ts'
import { plural } from './steps.ts'

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

export const warmupSpec = <Child>(child: z.ZodType<Child>) =>
  z.strictObject({
    kind: z.literal('warmup'),
    length: z.number().min(0).max(1e9),
    form: z.enum(['zero', 'oneBased', 'startFactor']).default('startFactor'),
    startFactor: z.number().min(0).max(1).default(0.1),
    schedule: child,
    ...timed,
  })

export function compileWarmup<Child>(
  spec: WarmupSpec<Child>,
  context: Context,
  compile: (spec: Child, context: Context) => Track,
): Track {
  const unit = unitSteps(spec.unit, context)
  const steps = Math.ceil(snap(spec.length * unit))
  const inner = compile(spec.schedule, { ...context, horizon: Math.max(1, context.horizon - steps) })
  const clock = makeClock(spec.update, context)
  const peak = inner.lr(0)
  const start = spec.form === 'startFactor' ? spec.startFactor : 0
  const ahead = spec.form === 'oneBased' ? 1 : 0
  const part = (step: number): number => (clock.position(step) / unit + ahead) / spec.length
  const first = steps === 0 ? inner.lr(0) : peak * (start + (1 - start) * Math.min(1, part(0)))
  const { momentum, cycleAt, feedback } = inner
  return {
    ...(feedback && { feedback }),
    lr: (step) =>
      step < steps ? peak * (start + (1 - start) * Math.min(1, part(step))) : inner.lr(step - steps),
    ...(momentum && { momentum: (step: number) => momentum(Math.max(0, step - steps)) }),
    ...(cycleAt && { cycleAt: (step: number) => shiftSpan(cycleAt(Math.max(0, step - steps)), steps) }),
    range: { lrMin: Math.min(first, inner.range.lrMin), lrMax: inner.range.lrMax },
    text: `warm-up of ${plural(spec.length, spec.unit)}, then ${inner.text}`,
  }
}

function shiftSpan(span: Span, by: number): Span {
  return {
    start: span.start === 0 ? 0 : span.start + by,
    end: span.end + by,
    plannedEnd: span.plannedEnd + by,
  }
}
