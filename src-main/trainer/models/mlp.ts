import type { ModelSpec } from '../../../shared/run/spec.ts'
import * as tf from '../../engine/tf.ts'
import { dense } from './layers/dense.ts'
import { dropout } from './layers/dropout.ts'
import type { Forward, ModelInput } from './model.ts'
import type { NetBuilder } from './netBuilder.ts'

/** Dense layers with ReLU, each followed by dropout, and a dense output. */
export function mlp(net: NetBuilder, spec: Extract<ModelSpec, { kind: 'mlp' }>, input: ModelInput): Forward {
  const features = tf.util.sizeFromShape([...input.shape])
  let width = features
  const hidden = spec.hidden.map((units, index) => {
    const name = `dense${index + 1}`
    const layer = { name, ...dense(net, name, width, units) }
    width = units
    return layer
  })
  const output = dense(net, 'output', width, input.classes)
  return (x, mode) => {
    let h = tf.reshape<tf.Rank.R2>(x, [-1, features])
    for (const layer of hidden) h = dropout(tf.relu(layer.apply(h, mode)), layer.name, spec.dropout, mode)
    return output.apply(h, mode)
  }
}
