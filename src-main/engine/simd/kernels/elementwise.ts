import type * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { chunkNumbers, input, isFloat, register } from '../register.ts'
import { type Broadcast, broadcast } from '../strides.ts'

const binaryKernels = {
  Add: 'add',
  Sub: 'subtract',
  Multiply: 'times',
  RealDiv: 'divide',
  Maximum: 'greater',
  Minimum: 'lesser',
  SquaredDifference: 'squaredDifference',
  Pow: 'power',
  AnnealPreluSlope: 'preluSlope',
  AnnealPreluWeight: 'preluWeight',
  /** b where a is above 0. */
  AnnealGate: 'gate',
} as const

export function registerElementwise(): void {
  for (const [name, kernel] of Object.entries(binaryKernels)) {
    register(name, (backend, inputs) => binary(backend, kernel, input(inputs, 'a'), input(inputs, 'b')))
  }
  register('Prelu', (backend, inputs) => binary(backend, 'prelu', input(inputs, 'x'), input(inputs, 'alpha')))
  register('AddN', (backend, inputs) => addAll(backend, Object.values(inputs)))
}

function binary(
  backend: SimdBackend,
  kernel: string,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
): tf.TensorInfo | undefined {
  if (!isFloat(a, b)) return undefined
  const plan = broadcast(a.shape, b.shape)
  if (plan === undefined) return undefined
  const out = backend.make(plan.shape)
  apply(backend, kernel, backend.address(a), backend.address(b), backend.address(out), plan)
  return out
}

export function apply(
  backend: SimdBackend,
  kernel: string,
  a: number,
  b: number,
  out: number,
  plan: Broadcast,
  ...more: readonly number[]
): void {
  const { rows, count, a: sa, b: sb } = plan
  const [d0, d1, d2] = rows
  const number = d0 * d1 * d2
  const flat = number === 1
  const strides = [d1, d2, flat ? 0 : count, ...sa.rows, sa.step, ...sb.rows, sb.step]
  const chunk = flat ? chunkNumbers : Math.max(1, Math.floor(chunkNumbers / Math.max(1, count)))
  // Of two tensors of one shape, numbers of one example meet numbers of the same one.
  const alike = flat && sa.step === 1 && sb.step === 1 && plan.shape.length > 1
  const slices = alike ? { count: plan.shape[0] ?? 0, reads: [0, 1], writes: [2] } : undefined
  const items = flat || count === 0 ? count : number
  backend.pool.dispatch(kernel, [a, b, out, ...strides, ...more], items, chunk, undefined, slices)
}

function addAll(backend: SimdBackend, terms: readonly tf.TensorInfo[]): tf.TensorInfo | undefined {
  const [first, second, ...rest] = terms
  if (first === undefined || second === undefined || !isFloat(...terms)) return undefined
  const sum = binary(backend, 'add', first, second)
  if (sum === undefined) return undefined
  const plan = broadcast(sum.shape, sum.shape)
  if (plan === undefined) return undefined
  const total = backend.address(sum)
  for (const term of rest) apply(backend, 'add', total, backend.address(term), total, plan)
  return sum
}
