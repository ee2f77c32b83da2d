import type { MomentumFunction } from './place.ts'

/** An optax schedule: a function of the step count that can be traced, by a lookup. */
export function optaxAdapter(momentum: MomentumFunction | undefined): string[] {
  return [
    `def _lookup(values):
    import jax.numpy as jnp
    import numpy

    table = jnp.asarray(numpy.fromiter(values, "float32", TOTAL_STEPS))
    return lambda count: table[jnp.clip(count, 0, TOTAL_STEPS - 1)]`,
    `def make_schedule():
    """The learning rate as an optax schedule.

    Optax hands over the count as a traced integer, so the rates are computed once, in float64, and looked up as
    float32. After the plan's last step it holds the last rate.
    """
    return _lookup(map(learning_rate, range(TOTAL_STEPS)))`,
    ...(momentum ? [momentumSchedule(momentum)] : []),
    usage(momentum),
  ]
}

function momentumSchedule({ optional }: MomentumFunction): string {
  if (!optional) {
    return `def make_momentum_schedule():
    """The momentum, or Adam's b1, as an optax schedule."""
    return _lookup(map(momentum, range(TOTAL_STEPS)))`
  }
  return `def make_momentum_schedule(own: float):
    """The momentum, or Adam's b1, as an optax schedule; \`own\` where the schedule leaves it alone."""
    values = map(momentum, range(TOTAL_STEPS))
    return _lookup(own if value is None else value for value in values)`
}

function usage(momentum: MomentumFunction | undefined): string {
  const lines =
    momentum === undefined
      ? ['# optimizer = optax.sgd(learning_rate=make_schedule(), momentum=0.9)']
      : [
          '# optimizer = optax.inject_hyperparams(optax.sgd)(',
          `#     learning_rate=make_schedule(), momentum=make_momentum_schedule(${momentum.optional ? 'own=0.9' : ''})`,
          '# )  # for optax.adam: b1= instead of momentum=',
        ]
  return ['# How to use it:', '#', ...lines].join('\n')
}
