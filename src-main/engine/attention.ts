import { z } from 'zod'
import * as tf from './tf.ts'

export const attentionAttrs = z.object({
  /** Of the products before the softmax. */
  scale: z.number(),
  /** Whether a target sees no source after it. */
  causal: z.boolean(),
})
export type AttentionAttrs = z.infer<typeof attentionAttrs>

/**
 * Scaled dot-product attention of several heads (Vaswani et al. 2017, section 3.2) of q [batch, targets, heads, size],
 * k [batch, sources, heads, size] and v [batch, sources, heads, values]: one kernel forward and one backward.
 * @returns undefined where the current backend has no such kernel; else [batch, targets, heads, values]
 */
export function attention(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  v: tf.Tensor4D,
  attrs: AttentionAttrs,
): tf.Tensor4D | undefined {
  const found: unknown = tf.getKernel('AnnealAttention', tf.getBackend())
  if (found === undefined) return undefined
  const op = tf.customGrad<tf.Tensor4D>((...args) => {
    const save = args.at(-1)
    if (typeof save !== 'function') throw new Error('tf.customGrad passes its save function last.')
    const [value, probabilities] = run<tf.Tensor4D>('AnnealAttention', { q, k, v }, attrs)
    if (value === undefined || probabilities === undefined)
      throw new Error('AnnealAttention gives two results.')
    save([q, k, v, probabilities])
    const gradFunc = (dy: tf.Tensor4D, [q, k, v, probabilities]: tf.Tensor[]) => {
      if (!q || !k || !v || !probabilities)
        throw new Error('the gradient of attention lacks what was saved for it')
      return run('AnnealAttentionGrad', { dy, q, k, v, probabilities }, attrs)
    }
    return { value, gradFunc }
  })
  return op(q, k, v)
}

const run = <T extends tf.Tensor>(
  kernel: string,
  inputs: Record<string, tf.Tensor>,
  attrs: AttentionAttrs,
): T[] => tf.engine().runKernel<T[]>(kernel, inputs, { ...attrs })
