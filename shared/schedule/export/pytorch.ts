import type { PlateauPolicy } from '../track.ts'
import type { MomentumFunction } from './place.ts'
import { float } from './python.ts'

/** LambdaLR over the function, and the training loop it belongs in. */
export function pytorchAdapter(momentum: MomentumFunction | undefined): string[] {
  return [
    `def make_scheduler(optimizer):
    """A LambdaLR that gives every parameter group this schedule's rate; call its step() after every optimizer step.

    After the plan's last step it holds the last rate.
    """
    from torch.optim.lr_scheduler import LambdaLR

    for group in optimizer.param_groups:
        group["lr"] = group["initial_lr"] = 1.0
    return LambdaLR(optimizer, lambda step: learning_rate(min(step, TOTAL_STEPS - 1)))`,
    ...momentumSetter(momentum),
    loop([
      '# scheduler = make_scheduler(optimizer)',
      '# for step in range(TOTAL_STEPS):',
      ...setterCall(momentum),
      '#     ...  # one batch: zero_grad, forward, backward',
      '#     optimizer.step()',
      '#     scheduler.step()',
    ]),
  ]
}

/** Plateau: PyTorch's own policy over a rate of its own, which scales the planned rate of each step. */
export function pytorchFeedback(policy: PlateauPolicy, momentum: MomentumFunction | undefined): string[] {
  const metric = policy.metric.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return [
    `BASE_RATE = ${float(policy.lr)}`,
    `def make_plateau():
    """ReduceLROnPlateau over a rate of its own; call its step(${metric}) after every epoch."""
    import torch

    holder = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=BASE_RATE)
    return torch.optim.lr_scheduler.ReduceLROnPlateau(
        holder,
        mode="${policy.mode}",
        factor=${float(policy.factor)},
        patience=${policy.patience},
        threshold=${float(policy.threshold)},
        threshold_mode="${policy.thresholdMode}",
        cooldown=${policy.cooldown},
        min_lr=${float(policy.minLr)},
        eps=${float(policy.eps)},
    )`,
    `def set_rate(optimizer, plateau, step: int) -> None:
    """Gives every parameter group the planned rate, scaled as far as the plateau has lowered the base rate."""
    planned = learning_rate(step)
    base = plateau.optimizer.param_groups[0]["lr"]
    for group in optimizer.param_groups:
        group["lr"] = base if planned == BASE_RATE else planned * (base / BASE_RATE)`,
    ...momentumSetter(momentum),
    loop([
      '# plateau = make_plateau()',
      '# for step in range(TOTAL_STEPS):',
      '#     set_rate(optimizer, plateau, step)',
      ...setterCall(momentum),
      '#     ...  # one batch: zero_grad, forward, backward',
      '#     optimizer.step()',
      '#     if (step + 1) % STEPS_PER_EPOCH == 0:',
      `#         plateau.step(${metric})`,
    ]),
  ]
}

const loop = (lines: readonly string[]): string => ['# How to use it:', '#', ...lines].join('\n')

function setterCall(momentum: MomentumFunction | undefined): string[] {
  if (momentum === undefined) return []
  return [`#     set_momentum(optimizer, step${momentum.optional ? ', own=0.9' : ''})`]
}

function momentumSetter(momentum: MomentumFunction | undefined): string[] {
  if (momentum === undefined) return []
  const { optional } = momentum
  const own = optional ? ', own: float' : ''
  const doc = optional ? ' `own` is used where the schedule leaves it alone.' : ''
  const fallback = optional ? '\n    value = own if value is None else value' : ''
  return [
    `def set_momentum(optimizer, step: int${own}) -> None:
    """Sets SGD's momentum, or Adam's first beta, before optimizer step \`step\`.${doc}"""
    value = momentum(step)${fallback}
    for group in optimizer.param_groups:
        if "betas" in group:
            group["betas"] = (value, *group["betas"][1:])
        else:
            group["momentum"] = value`,
  ]
}
