import { UserError } from '../../../shared/errors.ts'
import type { ModelSpec } from '../../../shared/run/spec.ts'
import * as tf from '../../engine/tf.ts'
import { imageShape } from './imageShape.ts'
import { conv } from './layers/conv.ts'
import { dense } from './layers/dense.ts'
import { dropout } from './layers/dropout.ts'
import type { Forward, ModelInput } from './model.ts'
import type { ImageShape, NetBuilder } from './netBuilder.ts'

/** 3×3 convolution, ReLU and 2×2 max pooling for each entry of `filters`; then dense, ReLU, dropout and the output. */
export function cnn(net: NetBuilder, spec: Extract<ModelSpec, { kind: 'cnn' }>, input: ModelInput): Forward {
  const image = imageShape('cnn', input)
  let shape: ImageShape = image
  const stages = spec.filters.map((filters, index) => {
    const convolution = conv(net, `conv${index + 1}`, shape, { kernel: 3, filters, bias: true })
    shape = pooled(convolution.outputShape, spec.filters.length, image)
    net.record(`pool${index + 1}`, shape)
    return convolution
  })
  const features = tf.util.sizeFromShape([...shape])
  const hidden = dense(net, 'dense1', features, spec.dense)
  const output = dense(net, 'output', spec.dense, input.classes)
  return (x, mode) => {
    let h = tf.reshape<tf.Rank.R4>(x, [-1, ...image])
    // The greatest of the ReLUs is the ReLU of the greatest: after pooling it has a quarter of the work.
    for (const stage of stages) h = tf.relu(tf.maxPool(stage.apply(h, mode), 2, 2, 'valid'))
    const flat = tf.reshape<tf.Rank.R2>(h, [-1, features])
    return output.apply(dropout(tf.relu(hidden.apply(flat, mode)), 'dense1', spec.dropout, mode), mode)
  }
}

function pooled([height, width, channels]: ImageShape, layers: number, image: ImageShape): ImageShape {
  if (height < 2 || width < 2) {
    throw new UserError(
      `While building the model: cnn halves the image once for each entry of filters, and ${layers} entries need at least ${2 ** layers}×${2 ** layers} pixels (received ${image[0]}×${image[1]}); give fewer filters.`,
    )
  }
  return [Math.floor(height / 2), Math.floor(width / 2), channels]
}
