import { z } from 'zod'
import type * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { chunkNumbers, input, isFloat, register, sizeOf } from '../register.ts'

/** A kernel on one tensor, and the numbers it takes beside it. */
interface Unary {
  readonly kernel: string
  readonly parameters?: (attrs: tf.NamedAttrMap) => readonly number[]
}

const clipAttrs = z.object({ clipValueMin: z.number(), clipValueMax: z.number() })
const alphaAttrs = z.object({ alpha: z.number() })
const alphaOf = (attrs: tf.NamedAttrMap): number[] => [alphaAttrs.parse(attrs).alpha]

/** tfjs's operations on one tensor, and ours in place of what it composes (engine/fused.ts). */
const unaryKernels: Readonly<Record<string, Unary>> = {
  Relu: { kernel: 'relu' },
  Relu6: { kernel: 'clip', parameters: () => [0, 6] },
  Square: { kernel: 'square' },
  Sqrt: { kernel: 'squareRoot' },
  Rsqrt: { kernel: 'inverseRoot' },
  Neg: { kernel: 'negate' },
  Abs: { kernel: 'absolute' },
  Exp: { kernel: 'exponential' },
  Expm1: { kernel: 'exponentialMinusOne' },
  Log: { kernel: 'logarithm' },
  Log1p: { kernel: 'logarithmPlusOne' },
  Sigmoid: { kernel: 'sigmoid' },
  Tanh: { kernel: 'tanh' },
  Softplus: { kernel: 'softplus' },
  Erf: { kernel: 'errorFunction' },
  Elu: { kernel: 'elu' },
  Selu: { kernel: 'selu' },
  Reciprocal: { kernel: 'reciprocal' },
  Floor: { kernel: 'floor' },
  Ceil: { kernel: 'ceiling' },
  Round: { kernel: 'round' },
  LeakyRelu: { kernel: 'leakyRelu', parameters: alphaOf },
  Step: { kernel: 'step', parameters: alphaOf },
  ClipByValue: {
    kernel: 'clip',
    parameters: (attrs) => {
      const { clipValueMin, clipValueMax } = clipAttrs.parse(attrs)
      return [clipValueMin, clipValueMax]
    },
  },
  AnnealSwish: { kernel: 'swish' },
  AnnealMish: { kernel: 'mish' },
  AnnealGelu: { kernel: 'gelu' },
  AnnealGeluNew: { kernel: 'geluNew' },
  AnnealSoftsign: { kernel: 'softsign' },
  AnnealHardSigmoid: { kernel: 'hardSigmoid', parameters: () => [0.2, 0.5] },
  AnnealThreshold: { kernel: 'threshold', parameters: alphaOf },
}

export function registerUnary(): void {
  for (const [name, { kernel, parameters }] of Object.entries(unaryKernels)) {
    register(name, (backend, inputs, attrs) => {
      const x = input(inputs, 'x')
      if (!isFloat(x)) return undefined
      const out = backend.make(x.shape)
      const places = [backend.address(x), backend.address(out)]
      backend.pool.dispatch(
        kernel,
        [...places, ...(parameters?.(attrs) ?? [])],
        sizeOf(x.shape),
        chunkNumbers,
        undefined,
        { count: x.shape[0] ?? 1, reads: [0], writes: [1] },
      )
      return out
    })
  }
}

/** What may follow a product or a convolution as one kernel, and is done to its result where that lies. */
const following: Readonly<Record<string, string>> = {
  linear: '',
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  leakyrelu: 'LeakyRelu',
}

/** @param prelu whether the call has weights of a PReLU, which stays the cpu backend's */
export const canFollow = (activation: string, prelu: boolean): boolean => !prelu && activation in following

/** @param alpha of a leaky ReLU */
export function applyInPlace(
  backend: SimdBackend,
  out: tf.TensorInfo,
  activation: string,
  alpha: number | undefined,
): void {
  const unary = unaryKernels[following[activation] ?? '']
  if (unary === undefined) return
  const parameters = unary.parameters?.({ alpha: alpha ?? 0.2 }) ?? []
  const at = backend.address(out)
  backend.pool.dispatch(unary.kernel, [at, at, ...parameters], sizeOf(out.shape), chunkNumbers)
}
