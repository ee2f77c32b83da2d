import { UserError } from '../errors.ts'
import { float } from '../schedule/export/python.ts'
import type { OptimizerSpec, RunSpec } from './spec.ts'

/*
 * What of a run beside its schedule PyTorch has as options: the optimizer, the loss with its label smoothing and class weights,
 * clipping, and the moving average of the weights. Models, data and augmentation are the user's own.
 */

/**
 * Python to stand below the code of the run's schedule for PyTorch, whose `learning_rate(step)` it uses.
 * @throws UserError for decay that PyTorch's SGD does not have
 */
export function pytorchRecipe(spec: RunSpec): string {
  const { clipping, ema } = spec
  const parts = [
    optimizer(spec.optimizer),
    ...(spec.optimizer.weightDecaySchedule === 'followsRate' ? [decaySetter(spec.optimizer)] : []),
    loss(spec),
    ...(clipping === undefined ? [] : [clip(clipping)]),
    ...(ema === undefined ? [] : [average(ema)]),
    usage(spec),
  ]
  return `\n\n${parts.join('\n\n\n')}\n`
}

function optimizer(spec: OptimizerSpec): string {
  const decay = `weight_decay=${float(spec.weightDecay)}`
  switch (spec.kind) {
    case 'sgd':
      if (spec.decoupled && spec.weightDecay > 0)
        throw new UserError(
          "While exporting the recipe for PyTorch: PyTorch's SGD has no decoupled weight decay; leave out --recipe, or use AdamW.",
        )
      return made(
        'SGD',
        `momentum=${float(spec.momentum)}, ${decay}, nesterov=${spec.nesterov ? 'True' : 'False'}`,
      )
    case 'rmsprop':
      return made(
        'RMSprop',
        `alpha=${float(spec.alpha)}, eps=${float(spec.epsilon)}, momentum=${float(spec.momentum)}, ${decay}`,
      )
    case 'adam':
    case 'adamw':
      return made(
        spec.kind === 'adam' ? 'Adam' : 'AdamW',
        `betas=(${float(spec.beta1)}, ${float(spec.beta2)}), eps=${float(spec.epsilon)}, ${decay}`,
      )
  }
}

const made = (name: string, options: string): string => `def make_optimizer(parameters):
    """The run's optimizer; the schedule sets its rate."""
    import torch

    return torch.optim.${name}(parameters, lr=1.0, ${options})`

const decaySetter = ({
  weightDecay,
}: OptimizerSpec): string => `HIGHEST_RATE = max(learning_rate(step) for step in range(TOTAL_STEPS))


def set_weight_decay(optimizer, step: int) -> None:
    """Weight decay that follows the rate: call it before optimizer step \`step\`."""
    for group in optimizer.param_groups:
        group["weight_decay"] = ${float(weightDecay)} * learning_rate(step) / HIGHEST_RATE`

function loss({ labelSmoothing, classWeights }: RunSpec): string {
  const smoothing = `label_smoothing=${float(labelSmoothing)}`
  if (classWeights !== 'balanced') {
    const weights =
      classWeights === undefined ? '' : `weight=torch.tensor([${classWeights.map(float).join(', ')}]), `
    return `def make_loss():
    """Mean cross-entropy of logits, in nats."""
    import torch

    return torch.nn.CrossEntropyLoss(${weights}${smoothing})`
  }
  return `def make_loss(labels, classes: int):
    """Mean cross-entropy of logits, in nats; each class weighs n / (classes * n_c) by its count among the training labels."""
    import torch

    counts = torch.bincount(labels, minlength=classes)
    weight = torch.where(counts > 0, len(labels) / (classes * counts), 0.0)
    return torch.nn.CrossEntropyLoss(weight=weight, ${smoothing})`
}

const clip = ({ by, limit }: NonNullable<RunSpec['clipping']>): string => `def clip(parameters) -> None:
    """Between backward and the optimizer's step."""
    import torch

    torch.nn.utils.${by === 'norm' ? 'clip_grad_norm_' : 'clip_grad_value_'}(parameters, ${float(limit)})`

const average = ({ decay, warmup }: NonNullable<RunSpec['ema']>): string => `def make_average(model):
    """A copy of the model whose weights are the moving average; call its update_parameters(model) after every step."""
    from torch.optim.swa_utils import AveragedModel

    def averaged(average, weight, steps):
        decay = ${warmup ? `min(${float(decay)}, (1.0 + float(steps)) / (10.0 + float(steps)))` : float(decay)}
        return average + (1.0 - decay) * (weight - average)

    return AveragedModel(model, avg_fn=averaged, use_buffers=True)`

function usage({ clipping, ema, optimizer: { weightDecaySchedule }, classWeights }: RunSpec): string {
  return [
    '# With the rest of the recipe:',
    '#',
    '# optimizer = make_optimizer(model.parameters())',
    '# scheduler = make_scheduler(optimizer)  # or its plateau, as above',
    `# loss = make_loss(${classWeights === 'balanced' ? 'labels, classes' : ''})`,
    ...(ema === undefined ? [] : ['# average = make_average(model)']),
    '# for step in range(TOTAL_STEPS):',
    ...(weightDecaySchedule === 'followsRate' ? ['#     set_weight_decay(optimizer, step)'] : []),
    '#     optimizer.zero_grad()',
    '#     loss(model(x), y).backward()',
    ...(clipping === undefined ? [] : ['#     clip(model.parameters())']),
    '#     optimizer.step()',
    ...(ema === undefined ? [] : ['#     average.update_parameters(model)']),
    '#     scheduler.step()',
  ].join('\n')
}
