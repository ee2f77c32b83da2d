import { z } from 'zod'
import type { Unit, Update } from '../clock.ts'
import { makeClock, snap, unitSteps } from '../clock.ts'
import { timed } from '../fields.ts'
import type { MomentumSpec } from '../momentum.ts'
import { type Context, type Span, shiftSpan, type Track } from '../track.ts'
import { plural } from '../words.ts'

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
    ...(cycleAt && { cycleAt: (step: number) => behind(cycleAt(Math.max(0, step - steps)), steps) }),
    range: (total) => {
      const { lrMin, lrMax } = inner.range(Math.max(1, total - steps))
      return { lrMin: Math.min(first, lrMin), lrMax }
    },
    text: (total) => {
      const then = inner.text(Math.max(1, total - steps))
      if (steps === 0) return then
      const rise = `warm-up of ${plural(spec.length, spec.unit)}`
      if (steps < total) return `${rise}, then ${then}`
      return `${rise}, ${steps > total ? 'longer than' : 'as long as'} the run, so that what follows never begins: ${then}`
    },
  }
}

/** The first cycle takes the warm-up in. */
function behind(span: Span, steps: number): Span {
  return { ...shiftSpan(span, steps), start: span.start === 0 ? 0 : span.start + steps }
}
