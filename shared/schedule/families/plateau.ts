import { z } from 'zod'
import { common, rate, showRate } from '../fields.ts'
import { rangeOf, type Track } from '../track.ts'
import { plural } from '../words.ts'

/**
 * Reduce the rate when a metric stops improving (PyTorch's ReduceLROnPlateau). The rate is not a function of the step:
 * the compiled schedule gives the base rate, and the policy in feedback.ts lowers it, one observation per epoch.
 */
export const plateauSpec = z
  .strictObject({
    kind: z.literal('plateau'),
    lr: rate.positive(),
    metric: z.enum(['validationLoss', 'validationAccuracy', 'trainingLoss']).default('validationLoss'),
    mode: z.enum(['min', 'max']).default('min'),
    factor: z.number().positive().lt(1).default(0.1),
    patience: z.int().min(0).max(1e6).default(10),
    threshold: z.number().min(0).max(1e6).default(1e-4),
    thresholdMode: z.enum(['rel', 'abs']).default('rel'),
    cooldown: z.int().min(0).max(1e6).default(0),
    minLr: rate.default(0),
    eps: z.number().min(0).max(1).default(1e-8),
    ...common,
  })
  .refine((s) => (s.mode === 'max') === (s.metric === 'validationAccuracy'), {
    path: ['mode'],
    error: 'must be "max" for validationAccuracy and "min" for a loss',
  })

const metrics = {
  validationLoss: 'the validation loss',
  validationAccuracy: 'the validation accuracy',
  trainingLoss: 'the training loss',
} as const

export function compilePlateau(spec: z.infer<typeof plateauSpec>): Track {
  return {
    lr: () => spec.lr,
    range: () => rangeOf(spec.lr, Math.min(spec.lr, spec.minLr)),
    text: () =>
      `rate ${showRate(spec.lr)}, times ${spec.factor} when ${metrics[spec.metric]} has not improved for more than ${plural(spec.patience, 'epoch')}`,
    feedback: spec,
  }
}
