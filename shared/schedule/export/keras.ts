import type { MomentumFunction } from './place.ts'

/** A LearningRateSchedule that looks the rate up: inside a compiled step, Keras computes in float32. */
export function kerasAdapter(momentum: MomentumFunction | undefined): string[] {
  return [
    `def make_schedule():
    """A LearningRateSchedule for Keras 3, on any backend: keras.optimizers.SGD(learning_rate=make_schedule()).

    Keras hands over the step as a tensor of the compiled training step, so the rates are computed once, in
    float64, and looked up as float32. After the plan's last step it holds the last rate.
    """
    import keras
    import numpy

    table = numpy.fromiter(map(learning_rate, range(TOTAL_STEPS)), "float32", TOTAL_STEPS)

    class AnnealSchedule(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            step = keras.ops.clip(keras.ops.cast(step, "int32"), 0, TOTAL_STEPS - 1)
            return keras.ops.take(table, step)

        def get_config(self):
            return {}

    return AnnealSchedule()`,
    ...momentumCallback(momentum),
    [
      '# How to use it:',
      '#',
      `# optimizer = keras.optimizers.SGD(learning_rate=make_schedule()${momentum ? ', momentum=0.9' : ''})`,
      ...(momentum
        ? [
            '# model.compile(optimizer, ..., run_eagerly=True)',
            `# model.fit(..., callbacks=[make_momentum_callback(${momentum.optional ? 'own=0.9' : ''})])`,
          ]
        : ['# model.compile(optimizer, ...)', '# model.fit(...)']),
    ].join('\n'),
  ]
}

function momentumCallback(momentum: MomentumFunction | undefined): string[] {
  if (momentum === undefined) return []
  const { optional } = momentum
  const fallback = optional ? '\n            value = own if value is None else value' : ''
  return [
    `def make_momentum_callback(${optional ? 'own: float' : ''}):
    """A callback that sets SGD's momentum, or Adam's beta_1, before every batch.

    Keras bakes both into a compiled training step, so the model must run eagerly: compile(..., run_eagerly=True).
    Give SGD a momentum above 0 at first: it makes its buffers only then.${
      optional ? '\n    `own` is used where the schedule leaves it alone.' : ''
    }
    """
    import keras

    class MomentumCallback(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            if not self.model.run_eagerly or self.model.steps_per_execution != 1:
                raise RuntimeError("the momentum moves only with run_eagerly=True and steps_per_execution=1")
            # Counted from here on: the JAX backend keeps the optimizer's own count to itself while it trains.
            self.step = int(self.model.optimizer.iterations)

        def on_train_batch_begin(self, batch, logs=None):
            optimizer = self.model.optimizer
            value = momentum(min(self.step, TOTAL_STEPS - 1))${fallback}
            self.step += 1
            setattr(optimizer, "beta_1" if hasattr(optimizer, "beta_1") else "momentum", value)

    return MomentumCallback()`,
  ]
}
