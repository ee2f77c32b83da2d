import { z } from 'zod'
import * as tf from '../tf.ts'
import type { SlopeKernel } from './kernels/slopes.ts'

/*
 * Gradients that tfjs composes of more passes over memory than they need, for this backend only; on others they stay as
 * they are.
 */

type Gradient = ReturnType<typeof tf.getGradient>
type Thunks = Record<string, () => tf.Tensor>

/** @param make gives undefined for what it leaves to tfjs */
export function replaceGradient(
  kernel: string,
  make: (dy: tf.Tensor, saved: readonly tf.Tensor[], attrs: tf.NamedAttrMap) => Thunks | undefined,
): void {
  const stock: Gradient = tf.getGradient(kernel)
  tf.unregisterGradient(kernel)
  tf.registerGradient({
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const ours = tf.getBackend() === 'simd' && !Array.isArray(dy) ? make(dy, saved, attrs) : undefined
      return ours ?? stock.gradFunc(dy, saved, attrs)
    },
  })
}

interface Slope {
  readonly kernel: SlopeKernel
  /** Numbers that the operation took beside its tensor. */
  readonly of?: (attrs: tf.NamedAttrMap) => number[]
}

const alphaAttrs = z.object({ alpha: z.number() })
const clipAttrs = z.object({ clipValueMin: z.number(), clipValueMax: z.number() })

/** What tfjs saves for each of these is the one tensor that tells the slope. */
const slopes: Readonly<Record<string, Slope>> = {
  Sigmoid: { kernel: 'AnnealSigmoidGrad' },
  Tanh: { kernel: 'AnnealTanhGrad' },
  Elu: { kernel: 'AnnealEluGrad' },
  Selu: { kernel: 'AnnealSeluGrad' },
  Softplus: { kernel: 'AnnealSoftplusGrad' },
  Erf: { kernel: 'AnnealErfGrad' },
  Abs: { kernel: 'AnnealAbsGrad' },
  Sqrt: { kernel: 'AnnealSqrtGrad' },
  Rsqrt: { kernel: 'AnnealRsqrtGrad' },
  Square: { kernel: 'AnnealSquareGrad' },
  Relu6: { kernel: 'AnnealRelu6Grad', of: () => [0, 6] },
  LeakyRelu: { kernel: 'AnnealLeakyReluGrad', of: (attrs) => [alphaAttrs.parse(attrs).alpha] },
  ClipByValue: {
    kernel: 'AnnealClipGrad',
    of: (attrs) => {
      const { clipValueMin, clipValueMax } = clipAttrs.parse(attrs)
      return [clipValueMin, clipValueMax]
    },
  },
}

export function replaceGradients(): void {
  // ReLU's own casts a comparison to int32 and multiplies by it.
  replaceGradient('Relu', (dy, [x]) =>
    x === undefined ? undefined : { x: () => run('AnnealGate', { a: x, b: dy }) },
  )
  for (const [name, { kernel, of }] of Object.entries(slopes)) {
    replaceGradient(name, (dy, [s], attrs) => {
      if (s === undefined || s.dtype !== 'float32' || dy.dtype !== 'float32') return undefined
      return { x: () => run(kernel, { dy, s }, { of: of?.(attrs) ?? [] }) }
    })
  }
}

const run = (kernel: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap = {}): tf.Tensor =>
  tf.engine().runKernel<tf.Tensor>(kernel, inputs, attrs)
