import { denseNetSizes, leastDenseNetSide } from '../../../shared/model/denseNetSizes.ts'
import type { ModelSpec } from '../../../shared/run/spec.ts'
import * as tf from '../../engine/tf.ts'
import { imageShape } from './imageShape.ts'
import { globalAveragePool } from './layers/averagePool.ts'
import { batchNorm } from './layers/batchNorm.ts'
import { concat } from './layers/concat.ts'
import { conv } from './layers/conv.ts'
import { dense } from './layers/dense.ts'
import { dropout } from './layers/dropout.ts'
import type { Forward, ModelInput } from './model.ts'
import type { ImageLayer, ImageShape, NetBuilder } from './netBuilder.ts'

type DenseNetSpec = Extract<ModelSpec, { kind: 'densenet' }>

/**
 * DenseNet-depth-growth of Huang et al. 2017, "Densely Connected Convolutional Networks", in the form for CIFAR of
 * section 4.2: a 3×3 convolution, three blocks whose layers read all channels before them and add `growth` of their own,
 * transitions that halve the image in between, batch normalisation, ReLU, global average pooling and one dense layer.
 * With `bc` the layers have bottlenecks and the transitions halve the channels (DenseNet-BC). Dropout follows every
 * convolution but the first (section 4.2).
 */
export function denseNet(net: NetBuilder, spec: DenseNetSpec, input: ModelInput): Forward {
  const image = imageShape('densenet', input, leastDenseNetSide)
  const sizes = denseNetSizes(spec)
  const first = conv(net, 'conv1', image, { kernel: 3, filters: sizes.first })
  let shape = first.outputShape
  const parts: ImageLayer[] = []
  const append = (part: ImageLayer): void => {
    parts.push(part)
    shape = part.outputShape
  }
  for (const block of [1, 2, 3]) {
    if (block > 1) {
      append(transition(net, `transition${block - 1}`, shape, sizes.compressed(shape[2]), spec.dropout))
    }
    for (let index = 1; index <= sizes.layers; index++) {
      append(denseLayer(net, `block${block}/layer${index}`, shape, spec))
    }
  }
  const norm = batchNorm(net, 'bn', shape)
  const pool = globalAveragePool(net, 'pool', shape)
  const output = dense(net, 'output', shape[2], input.classes)
  return (x, mode) => {
    let h = first.apply(tf.reshape<tf.Rank.R4>(x, [-1, ...image]), mode)
    for (const part of parts) h = part.apply(h, mode)
    return output.apply(pool(norm.applyRelu(h, mode)), mode)
  }
}

/** x followed by conv3×3(relu(bn(x))); with bottlenecks by conv3×3(relu(bn(conv1×1(relu(bn(x)))))), 4 · growth in between. */
function denseLayer(
  net: NetBuilder,
  name: string,
  input: ImageShape,
  { growth, bc, dropout: rate }: DenseNetSpec,
): ImageLayer {
  const steps = bc
    ? [
        normReluConv(net, name, 1, input, { kernel: 1, filters: 4 * growth, rate }),
        normReluConv(net, name, 2, [input[0], input[1], 4 * growth], { kernel: 3, filters: growth, rate }),
      ]
    : [normReluConv(net, name, 1, input, { kernel: 3, filters: growth, rate })]
  const join = concat(net, `${name}/concat`, input, growth)
  return {
    outputShape: [input[0], input[1], input[2] + growth],
    apply: (x, mode) =>
      join(
        x,
        steps.reduce((h, step) => step.apply(h, mode), x),
      ),
  }
}

/** avgPool2×2(conv1×1(relu(bn(x)))); the last row or column of an odd size is left out. */
function transition(
  net: NetBuilder,
  name: string,
  input: ImageShape,
  filters: number,
  rate: number,
): ImageLayer {
  const convolution = normReluConv(net, name, 1, input, { kernel: 1, filters, rate })
  const outputShape = [Math.floor(input[0] / 2), Math.floor(input[1] / 2), filters] as const
  net.record(`${name}/pool`, outputShape)
  return { outputShape, apply: (x, mode) => tf.avgPool(convolution.apply(x, mode), 2, 2, 'valid') }
}

interface StepOptions {
  readonly kernel: 1 | 3
  readonly filters: number
  /** Of the dropout after the convolution. */
  readonly rate: number
}

function normReluConv(
  net: NetBuilder,
  part: string,
  index: number,
  input: ImageShape,
  { kernel, filters, rate }: StepOptions,
): ImageLayer {
  const norm = batchNorm(net, `${part}/bn${index}`, input)
  const convolution = conv(net, `${part}/conv${index}`, input, { kernel, filters })
  return {
    outputShape: convolution.outputShape,
    apply: (x, mode) =>
      dropout(convolution.apply(norm.applyRelu(x, mode), mode), `${part}/conv${index}`, rate, mode),
  }
}
