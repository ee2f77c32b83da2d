import * as tf from '../../engine/tf.ts'
import type { ForwardMode } from './model.ts'
import type { ImageLayer } from './netBuilder.ts'

/**
 * Parts of a network one after the other. In evaluation, which needs no gradients, what lies between and inside of them is
 * given back as soon as the next part has read it.
 */
export function inTurn(parts: readonly ImageLayer[], x: tf.Tensor4D, mode: ForwardMode): tf.Tensor4D {
  if (mode.training) return parts.reduce((h, part) => part.apply(h, mode), x)
  let h = x
  for (const part of parts) {
    const next = tf.tidy(() => part.apply(h, mode))
    if (h !== x) h.dispose()
    h = next
  }
  return h
}
