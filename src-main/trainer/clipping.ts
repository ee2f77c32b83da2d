import type { Clipping } from '../../shared/run/spec.ts'
import * as tf from '../engine/tf.ts'

/**
 * Clipped copies of gradients, as torch.nn.utils.clip_grad_norm_ and clip_grad_value_ make them. By norm: all of them
 * times limit / (‖g‖ + 1e-6) where that is below 1, with ‖g‖ the Euclidean norm over all numbers of all gradients
 * (Pascanu et al. 2013, algorithm 1). By value: each number into [-limit, limit]. Nothing waits for the device here.
 * @returns the caller's to dispose; the gradients stay as they are
 */
export function clip(gradients: tf.NamedTensorMap, { by, limit }: Clipping): tf.NamedTensorMap {
  return tf.tidy(() => {
    const change = by === 'value' ? inRange(limit) : scaled(Object.values(gradients), limit)
    return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, change(gradient)]))
  })
}

type Change = (gradient: tf.Tensor) => tf.Tensor

const inRange =
  (limit: number): Change =>
  (gradient) =>
    tf.maximum(tf.minimum(gradient, limit), -limit)

function scaled(gradients: readonly tf.Tensor[], limit: number): Change {
  const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)))
  const norm = tf.sqrt(tf.addN(squares))
  const scale = tf.minimum(tf.div(limit, tf.add(norm, 1e-6)), 1)
  return (gradient) => tf.mul(gradient, scale)
}
