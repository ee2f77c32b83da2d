import { z } from 'zod'
import * as tf from '../tf.ts'
import { overrideKernel } from './override.ts'

const attributes = z.object({
  axis: z.union([z.number(), z.array(z.number())]).nullish(),
  keepDims: z.boolean().nullish(),
})

/**
 * Registers Sum and Mean for the wasm backend where all but the last axes go: the sums of bias gradients and of batch
 * normalisation. Stock tfjs transposes the whole tensor first; a row of ones times the matrix is about eight times faster.
 */
export function registerReductions(): void {
  for (const name of ['Sum', 'Mean']) {
    overrideKernel(name, ({ x }, attrs, stock) => {
      const { axis, keepDims } = attributes.parse(attrs)
      if (x === undefined || x.dtype !== 'float32' || x.size === 0) return stock()
      const axes = tf.util.parseAxisParam(axis ?? x.shape.map((_, i) => i), x.shape)
      const leading = axes.length === x.rank - 1 && axes.every((value, i) => value === i)
      if (!leading) return stock()
      const channels = x.shape.at(-1) ?? 1
      const sums = sumLeading(x, channels)
      const result = name === 'Sum' ? sums : tf.mul(sums, channels / x.size)
      return tf.reshape(result, keepDims ? x.shape.map((n, i) => (i < x.rank - 1 ? 1 : n)) : [channels])
    })
  }
}

/** Over the first axis and then over the others: two short sums round less than a long one. @returns [1, channels] */
function sumLeading(x: tf.Tensor, channels: number): tf.Tensor {
  const first = x.shape[0] ?? 1
  const rest = x.size / first / channels
  const overFirst = tf.matMul(tf.ones([1, first]), tf.reshape(x, [first, rest * channels]))
  return rest === 1 ? overFirst : tf.matMul(tf.ones([1, rest]), tf.reshape(overFirst, [rest, channels]))
}
