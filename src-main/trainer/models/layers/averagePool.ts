import * as tf from '../../../engine/tf.ts'
import type { ImageShape, NetBuilder } from '../netBuilder.ts'

/** Mean over the pixels of each channel: [batch, height, width, channels] to [batch, channels]. */
export function globalAveragePool(
  net: NetBuilder,
  name: string,
  input: ImageShape,
): (x: tf.Tensor4D) => tf.Tensor2D {
  net.record(name, [input[2]])
  return (x) => tf.mean<tf.Tensor2D>(x, [1, 2])
}
