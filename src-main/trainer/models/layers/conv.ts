import * as tf from '../../../engine/tf.ts'
import type { ImageLayer, ImageShape, NetBuilder } from '../netBuilder.ts'

export interface ConvOptions {
  readonly kernel: 1 | 3
  readonly filters: number
  readonly stride?: number
  readonly bias?: boolean
}

/**
 * A square convolution with (kernel - 1) / 2 zeros on every side, as in PyTorch and the residual papers. TensorFlow's
 * 'same' would pad a stride of 2 on the right and bottom only and shift the grid against the shortcut's.
 */
export function conv(net: NetBuilder, name: string, input: ImageShape, options: ConvOptions): ImageLayer {
  const { kernel, filters, stride = 1, bias = false } = options
  const [height, width, channels] = input
  const fanIn = kernel * kernel * channels
  const weights = net.heNormal<tf.Rank.R4>(`${name}/kernel`, [kernel, kernel, channels, filters], fanIn)
  const offsets = bias ? net.vector(`${name}/bias`, filters, 0) : undefined
  const outputShape = [Math.ceil(height / stride), Math.ceil(width / stride), filters] as const
  net.record(name, outputShape, offsets === undefined ? [weights] : [weights, offsets])
  const pad = (kernel - 1) / 2
  return {
    outputShape,
    apply(x) {
      const y = tf.conv2d(x, weights, stride, pad, 'NHWC', 1, 'floor')
      return offsets === undefined ? y : tf.add<tf.Tensor4D>(y, offsets)
    },
  }
}
