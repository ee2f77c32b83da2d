import * as tf from '../tf.ts'
import { overrideKernel } from './override.ts'

/** The stock kernel reads slopes that are shared along an axis as if they were not. */
export function registerPrelu(): void {
  overrideKernel('Prelu', ({ x, alpha }) => {
    if (x === undefined || alpha === undefined) throw new Error('Prelu takes x and alpha')
    return tf.add(tf.relu(x), tf.mul(alpha, tf.minimum(x, 0)))
  })
}
