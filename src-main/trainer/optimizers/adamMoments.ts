import * as tf from '../../engine/tf.ts'

export interface AdamSettings {
  readonly lr: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
}

/**
 * Moves both moments of Adam (Kingma and Ba 2015, algorithm 1) and returns the weights after the step, taken from
 * `weights`. The bias corrections are 1 - β1^t and 1 - β2^t with the β of this step, as torch.optim.Adam computes
 * them: under a β1 that changes they differ from the running product of all β1.
 */
export function adamStep(
  weights: tf.Tensor,
  gradient: tf.Tensor,
  moments: { first: tf.Variable; second: tf.Variable },
  settings: AdamSettings,
  t: number,
): tf.Tensor {
  const { lr, beta1, beta2, epsilon } = settings
  const { first, second } = moments
  first.assign(tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1)))
  second.assign(tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2)))
  const stepSize = lr / (1 - beta1 ** t)
  const rootCorrection = Math.sqrt(1 - beta2 ** t)
  const denominator = tf.add(tf.mul(tf.sqrt(second), 1 / rootCorrection), epsilon)
  return tf.sub(weights, tf.mul(tf.div(first, denominator), stepSize))
}
