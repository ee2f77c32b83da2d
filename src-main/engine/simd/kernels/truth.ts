import type * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { chunkNumbers, type Inputs, input, isFloat, register, sizeOf } from '../register.ts'
import { broadcast } from '../strides.ts'
import { apply } from './elementwise.ts'

/** Operations of assembly/truth.ts on float32, and whether the sides change places. Those of whole numbers come `whole` later. */
const comparisons = {
  Equal: [16, false],
  NotEqual: [17, false],
  Greater: [18, false],
  GreaterEqual: [19, false],
  Less: [18, true],
  LessEqual: [19, true],
} as const
const whole = 4

/** Comparisons, operations on truth values, and what is chosen by them. */
export function registerTruth(): void {
  for (const [name, [op, swapped]] of Object.entries(comparisons)) {
    register(name, (backend, inputs) => {
      const [a, b] = swapped ? sides(inputs, 'b', 'a') : sides(inputs, 'a', 'b')
      if (a.dtype !== b.dtype) return undefined
      return truthOfTwo(backend, 'compare', a, b, isFloat(a) ? op : op + whole)
    })
  }
  // Of numbers 0 and 1 the lesser is "and", the greater is "or".
  for (const [name, kernel] of Object.entries({ LogicalAnd: 'lesser', LogicalOr: 'greater' })) {
    register(name, (backend, inputs) => {
      const [a, b] = sides(inputs, 'a', 'b')
      return a.dtype === 'bool' && b.dtype === 'bool' ? truthOfTwo(backend, kernel, a, b) : undefined
    })
  }
  register('LogicalNot', (backend, inputs) => {
    const x = input(inputs, 'x')
    return x.dtype === 'bool' ? truthOf(backend, x, 2) : undefined
  })
  register('Select', choose)
}

const sides = (inputs: Inputs, a: string, b: string) => [input(inputs, a), input(inputs, b)] as const

function truthOfTwo(
  backend: SimdBackend,
  kernel: string,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  ...more: readonly number[]
): tf.TensorInfo | undefined {
  const [first, second] = [backend.stored(a), backend.stored(b)]
  const plan = broadcast(a.shape, b.shape)
  if (first === undefined || second === undefined || plan === undefined) return undefined
  const out = backend.make(plan.shape, 'bool')
  const places = [backend.address(a, first.dtype), backend.address(b, second.dtype)] as const
  apply(backend, kernel, ...places, backend.address(out, 'bool'), plan, ...more)
  return out
}

/** Whether each number is not 0, as 0 or 1; with kind 2 of truth values whether each does not hold. */
export function truthOf(
  backend: SimdBackend,
  x: tf.TensorInfo,
  kind = isFloat(x) ? 0 : 1,
  to: 'bool' | 'int32' = 'bool',
): tf.TensorInfo | undefined {
  const stored = backend.stored(x)
  if (stored === undefined) return undefined
  const out = backend.make(x.shape, to)
  const places = [backend.address(x, stored.dtype), backend.address(out, to)]
  backend.pool.dispatch('truthOf', [...places, kind], sizeOf(x.shape), chunkNumbers)
  return out
}

function choose(backend: SimdBackend, inputs: Inputs): tf.TensorInfo | undefined {
  const [condition, a, b] = [input(inputs, 'condition'), input(inputs, 't'), input(inputs, 'e')]
  const kind = backend.stored(a)?.dtype
  const alike = condition.shape.join() === a.shape.join() && a.shape.join() === b.shape.join()
  if (!alike || kind === undefined || a.dtype !== b.dtype || condition.dtype !== 'bool') return undefined
  const out = backend.make(a.shape, kind)
  const places = [a, b, out].map((each) => backend.address(each, kind))
  const parameters = [backend.address(condition, 'bool'), ...places]
  backend.pool.dispatch('choose', parameters, sizeOf(out.shape), chunkNumbers)
  return out
}
