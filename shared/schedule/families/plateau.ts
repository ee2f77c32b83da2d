import { z } from 'zod'
import { rateText } from '../../numberText.ts'
import { float } from '../export/python.ts'
import { defineFamily } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { common, rate, showRate } from '../fields.ts'
import { aboveZero, rateHandle } from '../handles.ts'
import { rangeOf } from '../track.ts'
import { plural } from '../words.ts'

const schema = z
  .strictObject({
    kind: z.literal('plateau'),
    lr: described(rate.positive(), { label: 'First rate', unit: 'rate', takes: 'highest' }),
    metric: described(
      z.enum(['validationLoss', 'validationAccuracy', 'trainingLoss']).default('validationLoss'),
      {
        label: 'Watches',
        help: 'What has to improve for the rate to stay.',
        options: {
          validationLoss: {
            label: 'validation loss',
            help: 'The loss on validation data, after every epoch.',
          },
          validationAccuracy: {
            label: 'validation accuracy',
            help: 'The accuracy on validation data, after every epoch: better is higher.',
          },
          trainingLoss: { label: 'training loss', help: 'The mean loss of the epoch’s batches.' },
        },
      },
    ),
    mode: described(z.enum(['min', 'max']).default('min'), {
      label: 'Better is',
      help: 'Lower for a loss, higher for an accuracy.',
      options: {
        min: { label: 'lower', help: 'For a loss.' },
        max: { label: 'higher', help: 'For an accuracy.' },
      },
    }),
    factor: described(z.number().positive().lt(1).default(0.1), {
      label: 'Factor',
      unit: 'times',
      help: 'What a cut multiplies the rate with.',
    }),
    patience: described(z.int().min(0).max(1e6).default(10), {
      label: 'Patience',
      unit: 'epochs',
      help: 'Epochs without improvement that are let pass.',
    }),
    threshold: described(z.number().min(0).max(1e6).default(1e-4), {
      label: 'Threshold',
      help: 'What counts as an improvement.',
    }),
    thresholdMode: described(z.enum(['rel', 'abs']).default('rel'), {
      label: 'Threshold is',
      isFine: true,
      help: 'Whether the threshold is a part of the best so far, or a difference from it.',
      options: {
        rel: { label: 'relative', help: 'A part of the best so far.' },
        abs: { label: 'absolute', help: 'A difference from the best so far.' },
      },
    }),
    cooldown: described(z.int().min(0).max(1e6).default(0), {
      label: 'Cooldown',
      isFine: true,
      unit: 'epochs',
      help: 'Epochs after a cut in which nothing is counted.',
    }),
    minLr: described(rate.default(0), {
      label: 'Lowest rate',
      unit: 'rate',
      takes: 'lowest',
      help: 'No cut goes below this.',
    }),
    eps: described(z.number().min(0).max(1).default(1e-8), {
      label: 'Least cut',
      isFine: true,
      unit: 'rate',
      help: 'A cut by less than this is left out.',
    }),
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

/**
 * Reduce the rate when a metric stops improving (PyTorch's ReduceLROnPlateau). The rate is not a function of the step:
 * the compiled schedule gives the base rate, and the policy in feedback.ts lowers it, one observation per epoch.
 */
export const plateau = defineFamily({
  name: 'Reduce on plateau',
  group: 'Feedback and own',
  about: 'Cut when a metric stops improving.',
  schema,
  start: { lr: 0.1, patience: 3 },
  peak: { field: 'lr', of: (spec) => spec.lr },
  compile: (spec) => ({
    lr: () => spec.lr,
    range: () => rangeOf(spec.lr, Math.min(spec.lr, spec.minLr)),
    feedback: spec,
  }),
  // Feedback lowers the rate; the function gives the planned one.
  write: (spec) => ({ rate: [`return ${float(spec.lr)}`] }),
  label: (spec) => `Plateau ×${rateText(spec.factor)}`,
  summary: (spec) =>
    `rate ${showRate(spec.lr)}, times ${spec.factor} when ${metrics[spec.metric]} has not improved for more than ${plural(spec.patience, 'epoch')}`,
  handles: (spec, place) => [
    rateHandle(place, 'lr', 'First rate', spec.lr, place.start, { least: aboveZero }),
    rateHandle(place, 'minLr', 'Lowest rate', spec.minLr, place.start + place.horizon - 1),
  ],
  rescale({ patience, cooldown }, share) {
    const epochs = (count: number): number => (count === 0 ? 0 : Math.max(1, Math.round(count * share)))
    return { patience: epochs(patience), cooldown: epochs(cooldown) }
  },
  readsBudget: () => false,
  presets: [
    {
      id: 'plateau',
      name: 'Reduce on plateau',
      source: "torch.optim.lr_scheduler.ReduceLROnPlateau's defaults",
      note: 'Divided by 10 when the validation loss has not improved for more than 10 epochs.',
      spec: { lr: 0.1 },
    },
  ],
})
