import * as tf from '../../engine/tf.ts'
import { dense } from './layers/dense.ts'
import type { Forward, ModelInput } from './model.ts'
import type { NetBuilder } from './netBuilder.ts'

/** Softmax regression: one dense layer on the flattened example. */
export function softmaxRegression(net: NetBuilder, input: ModelInput): Forward {
  const features = tf.util.sizeFromShape([...input.shape])
  const output = dense(net, 'output', features, input.classes)
  return (x, mode) => output.apply(tf.reshape<tf.Rank.R2>(x, [-1, features]), mode)
}
