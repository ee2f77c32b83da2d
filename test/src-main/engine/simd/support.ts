import assert from 'node:assert/strict'
import { random } from '../../../../shared/random.ts'
import { selectEngine } from '../../../../src-main/engine/select.ts'
import { loadSimd, type SimdOptions, simdBackend } from '../../../../src-main/engine/simd/load.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { poisonNewBlocks } from './poison.ts'

/** Numbers outside of any backend. */
export interface Values {
  readonly shape: number[]
  readonly values: Float32Array
}

export const rng = random(11, 'simd kernel tests')

export function normal(...shape: number[]): Values {
  return { shape, values: Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()) }
}

/** Small whole numbers: many equal maxima in a window. */
export function coarse(...shape: number[]): Values {
  return { shape, values: Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.below(3)) }
}

export type Op = (...tensors: tf.Tensor[]) => tf.Tensor | tf.Tensor[]

/** The cpu backend and ours, ours the current one; see poisonNewBlocks. */
export async function startBoth(options: SimdOptions = { threads: 2 }): Promise<void> {
  await selectEngine('cpu')
  await loadSimd(options)
  poisonNewBlocks()
}

/** The results of `op`, and for a single one the gradients of sum(result · weights) for every input. */
export function run(backend: string, op: Op, inputs: readonly Values[], weights?: Values): Float32Array[] {
  assert.ok(tf.setBackend(backend))
  const tensors = inputs.map(({ values, shape }) => tf.tensor(values, shape))
  const outputs = tf.tidy(() => {
    const results = [op(...tensors)].flat()
    if (weights === undefined) return results
    const scale = tf.tensor(weights.values, weights.shape)
    const loss = (...xs: tf.Tensor[]): tf.Tensor => tf.sum(tf.mul(single(op(...xs)), scale))
    return [...results, ...tf.grads((...xs: tf.Tensor[]) => tf.reshape(loss(...xs), []))(tensors)]
  })
  const values = outputs.map((tensor) => tensor.dataSync<'float32'>())
  tf.dispose([...tensors, ...outputs])
  return values
}

function single(result: tf.Tensor | tf.Tensor[]): tf.Tensor {
  assert.ok(result instanceof tf.Tensor, 'gradients are taken of one result')
  return result
}

/** ‖a - b‖ / ‖b‖ */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length)
  let difference = 0
  let norm = 0
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] ?? Number.NaN) - (b[i] ?? Number.NaN)) ** 2
    norm += (b[i] ?? 0) ** 2
  }
  return Math.sqrt(difference / (norm || 1))
}

export const tolerance = 1e-5

/** The op on both backends, its gradients too unless told not to, and that ours leaves nothing behind. */
export function assertSameOnBoth(op: Op, inputs: readonly Values[], what: string, gradients = true): void {
  tf.setBackend('cpu')
  const shape = tf.tidy(
    () => [op(...inputs.map(({ values, shape }) => tf.tensor(values, shape)))].flat()[0]?.shape,
  )
  const weights = gradients ? normal(...(shape ?? [])) : undefined
  const expected = run('cpu', op, inputs, weights)
  tf.setBackend('simd')
  const { heap } = simdBackend()
  run('simd', op, inputs, weights)
  const before = { tensors: tf.memory().numTensors, bytes: heap.bytesInUse }
  const actual = run('simd', op, inputs, weights)
  const after = { tensors: tf.memory().numTensors, bytes: heap.bytesInUse }
  assert.deepEqual(after, before, `${what} leaves no tensor and no memory behind`)
  assert.equal(actual.length, expected.length)
  for (const [i, values] of expected.entries()) {
    const error = relativeError(actual[i] ?? new Float32Array(), values)
    assert.ok(error < tolerance, `${what}: output ${i} is off by ${error}`)
  }
}

/** @throws AssertionError when it is not of rank 4 */
export function rank4(tensor: tf.Tensor): tf.Tensor4D {
  const [a = 1, b = 1, c = 1, d = 1] = tensor.shape
  assert.equal(tensor.rank, 4)
  return tf.reshape(tensor, [a, b, c, d])
}
