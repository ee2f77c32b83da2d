import { type Random, random } from '../../../../shared/random.ts'
import { drawn } from '../../../engine/recording.ts'
import * as tf from '../../../engine/tf.ts'
import type { ForwardMode } from '../model.ts'

/**
 * Inverted dropout (Srivastava et al. 2014): while training, each number is 0 with probability `rate` and otherwise
 * divided by 1 - rate. The mask depends on (seed, layer, step) alone: another one every step, the same one again
 * when a run resumes at that step.
 */
export function dropout<T extends tf.Tensor>(x: T, layer: string, rate: number, mode: ForwardMode): T {
  if (!mode.training || rate === 0) return x
  const mask = drawn(x.shape, mode, ({ seed, step }) =>
    maskOf(x.size, rate, random(seed, `dropout/${layer}`, step)),
  )
  return tf.mul<T>(x, mask)
}

function maskOf(size: number, rate: number, generator: Random): Float32Array {
  const mask = new Float32Array(size)
  const scale = 1 / (1 - rate)
  for (let i = 0; i < mask.length; i++) mask[i] = generator.next() < rate ? 0 : scale
  return mask
}
