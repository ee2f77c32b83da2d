import * as tf from '../../../engine/tf.ts'

/** a [rows, inputs] · kernel [inputs, outputs], and the bias [outputs] added in the same pass if there is one. */
export function affine(a: tf.Tensor2D, kernel: tf.Tensor2D, bias: tf.Tensor | undefined): tf.Tensor2D {
  if (bias === undefined) return tf.matMul(a, kernel)
  // tfjs's WebAssembly refuses a bias whose numbers once had another shape.
  if (tf.getBackend() === 'wasm') return tf.add(tf.matMul(a, kernel), bias)
  return tf.reshape<tf.Rank.R2>(tf.fused.matMul({ a, b: kernel, bias }), [a.shape[0], kernel.shape[1]])
}
