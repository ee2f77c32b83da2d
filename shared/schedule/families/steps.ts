import { z } from 'zod'
import { countAtMost, makeClock, snap, snapFloor, unitSteps } from '../clock.ts'
import { gammaField, length, rate, showRate, timed } from '../fields.ts'
import { type Context, rangeOf, type Track } from '../track.ts'
import { listed, plural, pluralList } from '../words.ts'

/** lr · gamma^floor(x / stepSize), x the time in `unit` (PyTorch's StepLR). */
export const stepSpec = z.strictObject({
  kind: z.literal('step'),
  lr: rate,
  stepSize: length,
  gamma: gammaField.default(0.1),
  ...timed,
})

/**
 * lr · gamma^(number of milestones reached) (PyTorch's MultiStepLR). A milestone at x acts from the first step at or past
 * x; one listed twice counts twice. "Step 50-75" is milestones 0.5 and 0.75 in unit `budget`.
 */
export const multiStepSpec = z.strictObject({
  kind: z.literal('multiStep'),
  lr: rate,
  milestones: z.array(z.number().min(0).max(1e9)).max(1000),
  gamma: gammaField.default(0.1),
  ...timed,
})

/**
 * values[i] before boundaries[i], the last value after the last boundary (Keras's PiecewiseConstantDecay, except that a
 * boundary belongs to the new value).
 */
export const piecewiseSpec = z
  .strictObject({
    kind: z.literal('piecewise'),
    values: z.array(rate).min(1).max(1001),
    boundaries: z.array(z.number().min(0).max(1e9)).max(1000),
    ...timed,
  })
  .refine((s) => s.values.length === s.boundaries.length + 1, {
    path: ['values'],
    error: 'there must be one value more than there are boundaries',
  })
  .refine((s) => s.boundaries.every((b, i) => i === 0 || b >= (s.boundaries[i - 1] ?? 0)), {
    path: ['boundaries'],
    error: 'must be in ascending order',
  })

export function compileStep(spec: z.infer<typeof stepSpec>, context: Context): Track {
  const clock = makeClock(spec.update, context)
  const every = spec.stepSize * unitSteps(spec.unit, context)
  const lr = (step: number): number => spec.lr * spec.gamma ** snapFloor(clock.position(step) / every)
  return {
    lr,
    range: (steps) => rangeOf(spec.lr, lr(steps - 1)),
    text: () =>
      `rate ${showRate(spec.lr)}, times ${showRate(spec.gamma)} every ${spec.stepSize === 1 && spec.unit !== 'budget' ? spec.unit : plural(spec.stepSize, spec.unit)}`,
  }
}

export function compileMultiStep(spec: z.infer<typeof multiStepSpec>, context: Context): Track {
  const clock = makeClock(spec.update, context)
  const sorted = inSteps(spec.milestones, spec.unit, context)
  const lr = (step: number): number => spec.lr * spec.gamma ** countAtMost(sorted, clock.position(step))
  return {
    lr,
    range: (steps) => rangeOf(lr(0), lr(steps - 1)),
    text: () => `rate ${showRate(spec.lr)}${dropsText(spec)}`,
  }
}

function dropsText({ milestones, gamma, unit }: z.infer<typeof multiStepSpec>): string {
  if (milestones.length === 0) return ', never changed: it has no milestones'
  const sorted = [...milestones].sort((a, b) => a - b)
  return `, times ${showRate(gamma)} after ${pluralList(sorted, unit)}`
}

export function compilePiecewise(spec: z.infer<typeof piecewiseSpec>, context: Context): Track {
  const clock = makeClock(spec.update, context)
  const sorted = inSteps(spec.boundaries, spec.unit, context)
  return {
    lr: (step) => spec.values[countAtMost(sorted, clock.position(step))] ?? 0,
    range: () => rangeOf(...spec.values),
    text: () => `piecewise constant rate: ${listed(spec.values.map(showRate))}`,
  }
}

/** Times in the spec's unit as ascending positions in steps. */
export function inSteps(
  times: readonly number[],
  unit: z.infer<typeof stepSpec>['unit'],
  context: Context,
): number[] {
  return times.map((time) => snap(time * unitSteps(unit, context))).sort((a, b) => a - b)
}
