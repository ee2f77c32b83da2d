import type * as tfl from '@tensorflow/tfjs-layers'
import { z } from 'zod'
import * as tf from '../../../engine/tf.ts'
import { activationOf } from './activation.ts'
import { layerSettings } from './settings.ts'

type TfLayer = tfl.LayersModel['layers'][number]

const pair = z.tuple([z.int(), z.int()])
const config = z.object({
  activation: z.string(),
  padding: z.enum(['valid', 'same']),
  strides: pair,
  dilationRate: z.union([z.int(), z.array(z.int())]),
  dataFormat: z.string(),
})

export const isDilatedConv = (layer: TfLayer): boolean =>
  layer.getClassName() === 'Conv2D' &&
  [layer.getConfig().dilationRate].flat().some((rate) => typeof rate === 'number' && rate > 1)

/** tfjs's own call fuses convolution and bias, and an activation if it can, which has no gradient where the filter is dilated. */
export function dilatedCall(layer: TfLayer): TfLayer['call'] {
  const { activation, padding, strides, dilationRate, dataFormat } = layerSettings(
    config,
    layer.getConfig(),
    'Conv2D',
  )
  const [down = 1, right = down] = [dilationRate].flat()
  const act = activationOf(activation)
  const first = dataFormat === 'channelsFirst'
  return (inputs) =>
    tf.tidy(() => {
      const [x] = [inputs].flat()
      const [kernel, bias] = layer.weights.map((weight) => weight.read())
      if (x === undefined || kernel === undefined) throw new Error('A built Conv2D layer takes images.')
      const images = ofRank4(first ? tf.transpose(x, [0, 2, 3, 1]) : x)
      const plain = tf.conv2d(images, ofRank4(kernel), strides, padding, 'NHWC', [down, right])
      const y = bias === undefined ? plain : tf.add(plain, bias)
      return act.apply(first ? tf.transpose(y, [0, 3, 1, 2]) : y)
    })
}

function ofRank4(tensor: tf.Tensor): tf.Tensor4D {
  const [a = 1, b = 1, c = 1, d = 1] = tensor.shape
  return tf.reshape(tensor, [a, b, c, d])
}
