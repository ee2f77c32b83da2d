import type { ModelSpec } from '../../../shared/run/spec.ts'
import * as tf from '../../engine/tf.ts'
import { imageShape } from './imageShape.ts'
import { inTurn } from './inTurn.ts'
import { globalAveragePool } from './layers/averagePool.ts'
import { batchNorm } from './layers/batchNorm.ts'
import { conv } from './layers/conv.ts'
import { dense } from './layers/dense.ts'
import { dropout } from './layers/dropout.ts'
import type { Forward, ModelInput } from './model.ts'
import type { ImageLayer, ImageShape, NetBuilder } from './netBuilder.ts'

interface BlockOptions {
  readonly filters: number
  readonly stride: number
  readonly dropoutRate: number
}

/**
 * WRN-depth-widen of Zagoruyko and Komodakis 2016, "Wide Residual Networks", table 1, of depth 6n + 4: a 3×3
 * convolution to 16 channels, three groups of n pre-activation blocks with 16k, 32k and 64k channels, batch
 * normalisation, ReLU, global average pooling and one dense layer.
 */
export function wideResnet(
  net: NetBuilder,
  spec: Extract<ModelSpec, { kind: 'wrn' }>,
  input: ModelInput,
): Forward {
  const image = imageShape('wrn', input)
  const first = conv(net, 'conv1', image, { kernel: 3, filters: 16 })
  let shape = first.outputShape
  const blocks: ImageLayer[] = []
  for (const [group, width] of [16, 32, 64].entries()) {
    for (let index = 0; index < (spec.depth - 4) / 6; index++) {
      const stride = group > 0 && index === 0 ? 2 : 1
      const options = { filters: width * spec.widen, stride, dropoutRate: spec.dropout }
      const made = block(net, `group${group + 1}/block${index + 1}`, shape, options)
      blocks.push(made)
      shape = made.outputShape
    }
  }
  const norm = batchNorm(net, 'bn', shape)
  const pool = globalAveragePool(net, 'pool', shape)
  const output = dense(net, 'output', shape[2], input.classes)
  return (x, mode) => {
    const images = tf.reshape<tf.Rank.R4>(x, [-1, ...image])
    const h = inTurn([first, ...blocks], images, mode)
    return output.apply(pool(norm.applyRelu(h, mode)), mode)
  }
}

/**
 * x + conv(dropout(relu(bn(conv(relu(bn(x))))))), dropout between the convolutions (section 2.4). Where the channels
 * change, a 1×1 convolution of relu(bn(x)) replaces x, as in the authors' code.
 */
function block(net: NetBuilder, name: string, input: ImageShape, options: BlockOptions): ImageLayer {
  const { filters, stride, dropoutRate } = options
  const norm1 = batchNorm(net, `${name}/bn1`, input)
  const conv1 = conv(net, `${name}/conv1`, input, { kernel: 3, filters, stride })
  const norm2 = batchNorm(net, `${name}/bn2`, conv1.outputShape)
  const conv2 = conv(net, `${name}/conv2`, conv1.outputShape, { kernel: 3, filters })
  const changes = stride !== 1 || input[2] !== filters
  const shortcut = changes ? conv(net, `${name}/shortcut`, input, { kernel: 1, filters, stride }) : undefined
  return {
    outputShape: conv2.outputShape,
    apply(x, mode) {
      const active = norm1.applyRelu(x, mode)
      const inner = norm2.applyRelu(conv1.apply(active, mode), mode)
      const residual = conv2.apply(dropout(inner, name, dropoutRate, mode), mode)
      return tf.add<tf.Tensor4D>(shortcut?.apply(active, mode) ?? x, residual)
    },
  }
}
