import * as tf from '../../engine/tf.ts'

/** g + λw: the decay of L2 regularisation, which momentum and moments then see. */
export function withDecay(gradient: tf.Tensor, weights: tf.Tensor, weightDecay: number): tf.Tensor {
  return weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(weights, weightDecay))
}

/** w - ηλw: decoupled decay (Loshchilov and Hutter 2019), which no moment sees. */
export function decayed(weights: tf.Tensor, lr: number, weightDecay: number): tf.Tensor {
  return weightDecay === 0 ? weights : tf.mul(weights, 1 - lr * weightDecay)
}
