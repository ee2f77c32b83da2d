import { dropoutMask, normals } from '../../../engine/noise.ts'
import * as tf from '../../../engine/tf.ts'
import type { ForwardMode } from '../model.ts'

/*
 * Noise of training. What is drawn depends on (seed, layer, step) alone: other numbers every step, the same ones again
 * when a run resumes at that step.
 */

const keyOf = ({ seed, step }: ForwardMode, kind: string, layer: string) => ({
  seed,
  purpose: `${kind}/${layer}`,
  step,
})

/**
 * Inverted dropout (Srivastava et al. 2014): while training, each number is 0 with probability `rate` and otherwise
 * divided by 1 - rate.
 * @param noiseShape 1 along axes whose numbers fall together
 */
export function dropout<T extends tf.Tensor>(
  x: T,
  layer: string,
  rate: number,
  mode: ForwardMode,
  noiseShape: number[] = x.shape,
): T {
  if (!mode.training || rate === 0) return x
  return tf.mul<T>(x, dropoutMask(noiseShape, keyOf(mode, 'dropout', layer), rate))
}

/** x + normal numbers of that standard deviation. */
export function gaussianNoise(x: tf.Tensor, layer: string, deviation: number, mode: ForwardMode): tf.Tensor {
  if (!mode.training || deviation === 0) return x
  return tf.add(x, normals(x.shape, keyOf(mode, 'noise', layer), 0, deviation))
}

/** x times normal numbers of mean 1 and variance rate / (1 - rate) (Srivastava et al. 2014, section 10). */
export function gaussianDropout(x: tf.Tensor, layer: string, rate: number, mode: ForwardMode): tf.Tensor {
  if (!mode.training || rate === 0) return x
  return tf.mul(x, normals(x.shape, keyOf(mode, 'noise', layer), 1, Math.sqrt(rate / (1 - rate))))
}

/** What SELU gives for -∞: -λα (Klambauer et al. 2017). */
const saturated = -1.7580993408473766

/**
 * Alpha dropout (Klambauer et al. 2017, section 3): dropped numbers become SELU's least, and the whole is scaled and
 * shifted so that mean 0 and variance 1 stay.
 */
export function alphaDropout(x: tf.Tensor, layer: string, rate: number, mode: ForwardMode): tf.Tensor {
  if (!mode.training || rate === 0) return x
  const scale = ((1 - rate) * (1 + rate * saturated ** 2)) ** -0.5
  const shift = -scale * saturated * rate
  // 0 where dropped and 1 elsewhere.
  const kept = tf.mul(dropoutMask(x.shape, keyOf(mode, 'dropout', layer), rate), 1 - rate)
  // scale · (x · kept + saturated · (1 - kept)) + shift
  const level = tf.add(tf.mul(kept, -scale * saturated), scale * saturated + shift)
  return tf.add(tf.mul(x, tf.mul(kept, scale)), level)
}
