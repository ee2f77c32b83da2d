import * as tf from '../tf.ts'

/**
 * Gradients that tfjs composes of more passes over memory than they need, for this backend only; on others they stay
 * as they are. ReLU's own casts a comparison to int32 and multiplies by it.
 */
export function replaceGradients(): void {
  const stock = tf.getGradient('Relu')
  tf.unregisterGradient('Relu')
  tf.registerGradient({
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const [x] = saved
      if (tf.getBackend() !== 'simd' || x === undefined || Array.isArray(dy))
        return stock.gradFunc(dy, saved, attrs)
      return { x: () => tf.engine().runKernel<tf.Tensor>('AnnealGate', { a: x, b: dy }) }
    },
  })
}
