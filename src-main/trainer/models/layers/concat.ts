import * as tf from '../../../engine/tf.ts'
import type { ImageShape, NetBuilder } from '../netBuilder.ts'

/** The channels of x followed by those of y: [batch, height, width, a] and [..., b] to [..., a + b]. */
export function concat(
  net: NetBuilder,
  name: string,
  [height, width, channels]: ImageShape,
  more: number,
): (x: tf.Tensor4D, y: tf.Tensor4D) => tf.Tensor4D {
  net.record(name, [height, width, channels + more])
  return (x, y) => tf.concat<tf.Tensor4D>([x, y], 3)
}
