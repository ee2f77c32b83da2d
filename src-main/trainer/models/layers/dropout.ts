import { random } from '../../../../shared/random.ts'
import * as tf from '../../../engine/tf.ts'
import type { ForwardMode } from '../model.ts'

/**
 * Inverted dropout (Srivastava et al. 2014): while training, each number is 0 with probability `rate` and otherwise
 * divided by 1 - rate. The mask depends on (seed, layer, step) alone: another one every step, the same one again
 * when a run resumes at that step.
 */
export function dropout<T extends tf.Tensor>(x: T, layer: string, rate: number, mode: ForwardMode): T {
  if (!mode.training || rate === 0) return x
  const generator = random(mode.seed, `dropout/${layer}`, mode.step)
  const mask = new Float32Array(x.size)
  const scale = 1 / (1 - rate)
  for (let i = 0; i < mask.length; i++) mask[i] = generator.next() < rate ? 0 : scale
  return tf.mul<T>(x, tf.tensor(mask, x.shape))
}
