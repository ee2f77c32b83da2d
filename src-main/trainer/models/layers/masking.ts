import type * as tfl from '@tensorflow/tfjs-layers'
import * as tf from '../../../engine/tf.ts'
import { savedTensor, withGradient } from '../customGradient.ts'

type Layer = tfl.LayersModel['layers'][number]

/**
 * Steps of which every number is `maskValue` become 0 and are passed over by the layers that follow. tfjs's own call and
 * mask have no gradient behind a layer that trains; which steps are passed over depends on no weight.
 */
export function maskSteps(layer: Layer): void {
  const value = Number(layer.getConfig().maskValue ?? 0)
  const seen = (x: tf.Tensor, keepDims: boolean) => tf.any(tf.notEqual(x, value), -1, keepDims)
  layer.call = (inputs) =>
    withGradient([first(inputs)], (save) => {
      const x = first(inputs)
      const kept = tf.cast(seen(x, true), 'float32')
      save([kept])
      return { value: tf.mul(x, kept), gradFunc: (dy, saved) => tf.mul(dy, savedTensor(saved, 0)) }
    })
  layer.computeMask = (inputs) =>
    withGradient([first(inputs)], () => {
      const x = first(inputs)
      return { value: seen(x, false), gradFunc: () => tf.zeros(x.shape) }
    })
}

function first(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  const [x] = Array.isArray(inputs) ? inputs : [inputs]
  if (x === undefined) throw new Error('Masking was called without an input.')
  return x
}
