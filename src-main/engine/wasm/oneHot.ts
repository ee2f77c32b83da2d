import { z } from 'zod'
import * as tf from '../tf.ts'
import { overrideKernel } from './override.ts'

const attributes = z.object({
  depth: z.int().min(1),
  onValue: z.number(),
  offValue: z.number(),
  dtype: z.literal('float32'),
})

/**
 * Registers OneHot for the wasm backend: the stock one always answers in int32, whatever type is asked for, which
 * makes smoothed targets zero.
 */
export function registerOneHot(): void {
  overrideKernel('OneHot', ({ indices }, attrs, stock) => {
    const given = attributes.safeParse(attrs)
    if (indices === undefined || !given.success) return stock()
    const { depth, onValue, offValue } = given.data
    const values = new Float32Array(indices.size * depth).fill(offValue)
    for (const [row, index] of indices.dataSync<'int32'>().entries()) {
      if (index >= 0 && index < depth) values[row * depth + index] = onValue
    }
    return tf.tensor(values, [...indices.shape, depth], 'float32')
  })
}
