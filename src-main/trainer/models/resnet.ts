import type { ModelSpec } from '../../../shared/run/spec.ts'
import * as tf from '../../engine/tf.ts'
import { imageShape } from './imageShape.ts'
import { inTurn } from './inTurn.ts'
import { globalAveragePool } from './layers/averagePool.ts'
import { batchNorm } from './layers/batchNorm.ts'
import { conv } from './layers/conv.ts'
import { dense } from './layers/dense.ts'
import { identityShortcut } from './layers/identityShortcut.ts'
import type { Forward, ModelInput } from './model.ts'
import type { ImageLayer, ImageShape, NetBuilder } from './netBuilder.ts'

const widths = [16, 32, 64]

/**
 * The residual network for CIFAR of He et al. 2016, "Deep Residual Learning", section 4.2, of depth 6n + 2: a 3×3
 * convolution, three groups of n blocks with 16, 32 and 64 channels (the second and third halve the image), global
 * average pooling and one dense layer. Shortcuts have no parameters (option A).
 */
export function resnet(
  net: NetBuilder,
  spec: Extract<ModelSpec, { kind: 'resnet' }>,
  input: ModelInput,
): Forward {
  const image = imageShape('resnet', input)
  const first = conv(net, 'conv1', image, { kernel: 3, filters: 16 })
  const firstNorm = batchNorm(net, 'conv1/bn', first.outputShape)
  let shape = first.outputShape
  const blocks: ImageLayer[] = []
  for (const [group, width] of widths.entries()) {
    for (let index = 0; index < (spec.depth - 2) / 6; index++) {
      const stride = group > 0 && index === 0 ? 2 : 1
      const made = block(net, `group${group + 1}/block${index + 1}`, shape, width, stride)
      blocks.push(made)
      shape = made.outputShape
    }
  }
  const pool = globalAveragePool(net, 'pool', shape)
  const output = dense(net, 'output', shape[2], input.classes)
  return (x, mode) => {
    const images = tf.reshape<tf.Rank.R4>(x, [-1, ...image])
    const h = firstNorm.applyRelu(first.apply(images, mode), mode)
    return output.apply(pool(inTurn(blocks, h, mode)), mode)
  }
}

/** relu(shortcut(x) + bn(conv(relu(bn(conv(x)))))) */
function block(
  net: NetBuilder,
  name: string,
  input: ImageShape,
  filters: number,
  stride: number,
): ImageLayer {
  const conv1 = conv(net, `${name}/conv1`, input, { kernel: 3, filters, stride })
  const norm1 = batchNorm(net, `${name}/bn1`, conv1.outputShape)
  const conv2 = conv(net, `${name}/conv2`, conv1.outputShape, { kernel: 3, filters })
  const norm2 = batchNorm(net, `${name}/bn2`, conv2.outputShape)
  return {
    outputShape: conv2.outputShape,
    apply(x, mode) {
      const inner = norm1.applyRelu(conv1.apply(x, mode), mode)
      return norm2.applyRelu(conv2.apply(inner, mode), mode, identityShortcut(x, stride, filters))
    },
  }
}
