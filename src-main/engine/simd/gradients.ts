import { z } from 'zod'
import * as tf from '../tf.ts'
import type { ChoiceKernel } from './kernels/choice.ts'
import type { SlopeKernel } from './kernels/slopes.ts'

/*
 * Gradients that tfjs composes of more passes over memory than they need, for this backend only; on others they stay as
 * they are.
 */

type Gradient = ReturnType<typeof tf.getGradient>
type Thunks = Record<string, () => tf.Tensor>

/** @param make gives undefined for what it leaves to tfjs */
function replaceGradient(
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
      if (s === undefined || !areFloat(dy, s)) return undefined
      return { x: () => run(kernel, { dy, s }, { of: of?.(attrs) ?? [] }) }
    })
  }
  replaceGradient('Softmax', (dy, [y]) =>
    y === undefined ? undefined : { logits: () => run('AnnealSoftmaxGrad', { dy, s: y }) },
  )
  replaceGradient('Prelu', preluGradient)
  replaceChoice('Maximum', 'AnnealWhereAtLeast', 'AnnealWhereBelow')
  replaceChoice('Minimum', 'AnnealWhereAtMost', 'AnnealWhereAbove')
  replaceExtreme('Max', 'reductionIndices')
  replaceExtreme('Min', 'axis')
  replaceSpread('Sum', () => 1)
  replaceSpread('Mean', (count) => count)
}

const run = (kernel: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap = {}): tf.Tensor =>
  tf.engine().runKernel<tf.Tensor>(kernel, inputs, attrs)

const areFloat = (...tensors: readonly tf.Tensor[]): boolean =>
  tensors.every(({ dtype }) => dtype === 'float32')

const sameShape = (a: tf.Tensor, b: tf.Tensor): boolean => tf.util.arraysEqual(a.shape, b.shape)

function preluGradient(dy: tf.Tensor, [x, alpha]: readonly tf.Tensor[]): Thunks | undefined {
  if (x === undefined || alpha === undefined || !areFloat(dy, x, alpha)) return undefined
  return {
    x: () => tf.mul(dy, run('AnnealPreluSlope', { a: x, b: alpha })),
    alpha: () => {
      const weight = run('AnnealPreluWeight', { a: x, b: dy })
      const axes = tf.backend_util.getReductionAxes(alpha.shape, dy.shape)
      return tf.reshape(axes.length > 0 ? tf.sum(weight, axes) : weight, alpha.shape)
    },
  }
}

/** Of two tensors of one shape; tfjs has none for others. */
function replaceChoice(name: string, first: ChoiceKernel, second: ChoiceKernel): void {
  replaceGradient(name, (dy, [a, b]) => {
    if (a === undefined || b === undefined || !areFloat(dy, a, b) || !sameShape(a, b)) return undefined
    return { a: () => run(first, { dy, a, b }), b: () => run(second, { dy, a, b }) }
  })
}

const axesOf = z.union([z.number(), z.array(z.number())]).nullish()

function axesIn(attrs: tf.NamedAttrMap, name: string, { shape }: tf.Tensor): number[] {
  const given = axesOf.parse(attrs[name]) ?? shape.map((_, i) => i)
  return tf.util.parseAxisParam(given, shape).sort((a, b) => a - b)
}

/** Of the greatest and the least over neighbouring axes: every place that holds it gets dy, as tfjs has it. */
function replaceExtreme(name: string, attribute: string): void {
  replaceGradient(name, (dy, [x, y], attrs) => {
    if (x === undefined || y === undefined || !areFloat(dy, x) || x.size === 0) return undefined
    const axes = axesIn(attrs, attribute, x)
    if (axes.length === 0 || axes.some((axis, i) => axis !== (axes[0] ?? 0) + i)) return undefined
    return { x: () => run('AnnealExtremeGrad', { dy, x, y }, { axes }) }
  })
}

/** Of a sum or a mean: dy, divided by `by` of the numbers each was made of, to each of these. */
function replaceSpread(name: string, by: (count: number) => number): void {
  replaceGradient(name, (dy, [x], attrs) => {
    if (x === undefined || !areFloat(dy, x) || x.size === 0 || x.rank > 4) return undefined
    const axes = axesIn(attrs, 'axis', x)
    const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    const share = by(axes.reduce((count, axis) => count * (x.shape[axis] ?? 1), 1))
    return {
      x: () => {
        const part = tf.reshape(share === 1 ? dy : tf.div(dy, share), shape)
        return run('AnnealSpread', { x: part }, { shape: x.shape })
      },
    }
  })
}
