import type * as tfl from '@tensorflow/tfjs-layers'
import * as tf from '../../../engine/tf.ts'

type Layer = tfl.LayersModel['layers'][number]

/**
 * A layer on every step of [batch, steps, ...]: steps are examples to it, so they go through it at once, as in Keras. tfjs
 * calls it once for each step.
 */
export function timeDistributedCall(inner: Layer): Layer['call'] {
  return (inputs, kwargs) =>
    tf.tidy(() => {
      const [x] = Array.isArray(inputs) ? inputs : [inputs]
      if (x === undefined) throw new Error('TimeDistributed was called without an input.')
      const [batch = 0, steps = 0, ...shape] = x.shape
      const { mask, ...rest } = kwargs ?? {}
      // One that tells of steps alone says nothing of what lies in them.
      const within =
        mask instanceof tf.Tensor && mask.rank > 2
          ? { mask: tf.reshape(mask, [batch * steps, ...mask.shape.slice(2)]) }
          : {}
      const [given] = [inner.call(tf.reshape(x, [batch * steps, ...shape]), { ...rest, ...within })].flat()
      if (given === undefined) throw new Error('A layer in TimeDistributed gives one tensor.')
      return tf.reshape(given, [batch, steps, ...given.shape.slice(1)])
    })
}
