import { leastVggSide, vggWidths } from '../../../shared/model/vggWidths.ts'
import type { ModelSpec } from '../../../shared/run/spec.ts'
import * as tf from '../../engine/tf.ts'
import { imageShape } from './imageShape.ts'
import { inTurn } from './inTurn.ts'
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
  const parts = vggWidths(spec.depth).flatMap((widths, index) => {
    const name = `stage${index + 1}`
    const layers = widths.map((filters, i) => {
      const layer = convNormRelu(net, name, i + 1, shape, filters)
      shape = layer.outputShape
      return layer
    })
    const pool = halved(net, `${name}/pool`, shape)
    shape = pool.outputShape
    return [...layers, pool]
  })
  const pool = globalAveragePool(net, 'pool', shape)
  const output = dense(net, 'output', shape[2], input.classes)
  return (x, mode) => {
    const images = tf.reshape<tf.Rank.R4>(x, [-1, ...image])
    return output.apply(pool(inTurn(parts, images, mode)), mode)
  }
}

function halved(net: NetBuilder, name: string, [height, width, channels]: ImageShape): ImageLayer {
  const outputShape = [Math.floor(height / 2), Math.floor(width / 2), channels] as const
  net.record(name, outputShape)
  return { outputShape, apply: (x) => tf.maxPool(x, 2, 2, 'valid') }
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
