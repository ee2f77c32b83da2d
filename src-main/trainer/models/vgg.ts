import { leastVggSide, vggWidths } from '../../../shared/model/vggWidths.ts'
import type { ModelSpec } from '../../../shared/run/spec.ts'
import * as tf from '../../engine/tf.ts'
import { imageShape } from './imageShape.ts'
import { globalAveragePool } from './layers/averagePool.ts'
import { batchNorm } from './layers/batchNorm.ts'
import { conv } from './layers/conv.ts'
import { dense } from './layers/dense.ts'
import type { Forward, ModelInput } from './model.ts'
import type { ImageLayer, ImageShape, NetBuilder } from './netBuilder.ts'

/**
 * VGG-11, 13, 16 or 19 of Simonyan and Zisserman 2015, table 1 (A, B, D, E), in the form that is usual for CIFAR: batch
 * normalisation between each 3×3 convolution and its ReLU, and one dense layer in place of the three of the paper. It
 * reads the mean of the pixels that five poolings leave: of one, from 32×32 to below 64×64. Convolutions have no biases:
 * batch normalisation would take them away again.
 */
export function vgg(net: NetBuilder, spec: Extract<ModelSpec, { kind: 'vgg' }>, input: ModelInput): Forward {
  const image = imageShape('vgg', input, leastVggSide)
  let shape: ImageShape = image
  const stages = vggWidths(spec.depth).map((widths, index) => {
    const name = `stage${index + 1}`
    const layers = widths.map((filters, i) => {
      const layer = convNormRelu(net, name, i + 1, shape, filters)
      shape = layer.outputShape
      return layer
    })
    const [height, width, channels] = shape
    shape = [Math.floor(height / 2), Math.floor(width / 2), channels]
    net.record(`${name}/pool`, shape)
    return layers
  })
  const pool = globalAveragePool(net, 'pool', shape)
  const output = dense(net, 'output', shape[2], input.classes)
  return (x, mode) => {
    let h = tf.reshape<tf.Rank.R4>(x, [-1, ...image])
    for (const layers of stages) {
      for (const layer of layers) h = layer.apply(h, mode)
      h = tf.maxPool(h, 2, 2, 'valid')
    }
    return output.apply(pool(h), mode)
  }
}

function convNormRelu(
  net: NetBuilder,
  stage: string,
  index: number,
  input: ImageShape,
  filters: number,
): ImageLayer {
  const convolution = conv(net, `${stage}/conv${index}`, input, { kernel: 3, filters })
  const norm = batchNorm(net, `${stage}/bn${index}`, convolution.outputShape)
  return {
    outputShape: norm.outputShape,
    apply: (x, mode) => norm.applyRelu(convolution.apply(x, mode), mode),
  }
}
