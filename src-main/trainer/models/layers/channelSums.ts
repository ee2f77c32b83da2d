import * as tf from '../../../engine/tf.ts'

/**
 * Sum over everything but the channels of x [batch, height, width, channels], by two products with ones. tf.sum
 * over leading axes transposes the whole tensor first and takes ten times as long on wasm and cpu; and two short
 * sums round less than one long one.
 */
export function channelSums(x: tf.Tensor4D): tf.Tensor1D {
  const [batch, height, width, channels] = x.shape
  const pixels = height * width
  const overBatch = tf.matMul(onesRow(batch), tf.reshape<tf.Rank.R2>(x, [batch, pixels * channels]))
  const overPixels = tf.matMul(onesRow(pixels), tf.reshape<tf.Rank.R2>(overBatch, [pixels, channels]))
  return tf.reshape<tf.Rank.R1>(overPixels, [channels])
}

function onesRow(length: number): tf.Tensor2D {
  return tf.ones<tf.Rank.R2>([1, length])
}
