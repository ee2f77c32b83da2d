import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type KernelTime, timeKernels } from '../../../src-main/engine/kernelTimes.ts'
import { selectEngine } from '../../../src-main/engine/select.ts'
import * as tf from '../../../src-main/engine/tf.ts'

const named = (kernels: readonly KernelTime[], name: string): KernelTime[] =>
  kernels.filter((kernel) => kernel.name === name)

/** A kernel that keeps its thread for so long, then calls another. */
function registerNested(backendName: string, ms: number): void {
  tf.registerKernel({
    kernelName: 'Outer',
    backendName,
    kernelFunc({ inputs: { x } }) {
      const until = performance.now() + ms
      while (performance.now() < until);
      return tf.engine().runKernel<tf.Tensor>('Inner', { x: x instanceof tf.Tensor ? x : tf.scalar(0) })
    },
  })
  tf.registerKernel({
    kernelName: 'Inner',
    backendName,
    kernelFunc({ inputs: { x } }) {
      const until = performance.now() + 3 * ms
      while (performance.now() < until);
      return tf.engine().runKernel<tf.Tensor>('Identity', { x: x instanceof tf.Tensor ? x : tf.scalar(0) })
    },
  })
}

test('each kernel counts its own time once, and afterwards the backend is as it was', async () => {
  await selectEngine('cpu')
  registerNested('cpu', 4)
  const before = tf.getKernelsForBackend('cpu').map(({ kernelFunc }) => kernelFunc)
  const x = tf.scalar(1)
  const { value, kernels } = timeKernels(() => tf.engine().runKernel<tf.Tensor>('Outer', { x }))
  assert.deepEqual([...value.dataSync()], [1])
  const [[outer], [inner]] = [named(kernels, 'Outer'), named(kernels, 'Inner')]
  assert.ok(outer && inner)
  assert.deepEqual([outer.calls, inner.calls], [1, 1])
  // The inner one takes three times as long; counted twice, the outer one would take four.
  assert.ok(outer.ms >= 4 && inner.ms >= 12 && outer.ms < inner.ms, `${outer.ms} and ${inner.ms} ms`)
  assert.throws(() => timeKernels(() => timeKernels(() => undefined)), /being timed already/)
  const after = tf.getKernelsForBackend('cpu').map(({ kernelFunc }) => kernelFunc)
  assert.ok(before.length > 100 && before.every((kernel, i) => kernel === after[i]))
})

test('simd tells its own kernels from those left to plain JavaScript, on the same name too', async () => {
  await selectEngine('simd')
  const [a, b] = [tf.ones<tf.Rank.R2>([4, 4]), tf.ones<tf.Rank.R2>([4, 4])]
  const counts = tf.tensor1d([1, 2, 2], 'int32')
  const { kernels } = timeKernels(() => {
    tf.matMul(a, b)
    tf.reshape(a, [16])
    // Complex numbers are nobody's business here.
    tf.mul(tf.complex([1], [2]), tf.complex([3], [4]))
    tf.mul(a, b)
    tf.bincount(counts, [], 3)
  })
  const who = (name: string) => named(kernels, name).map(({ javascript }) => javascript)
  assert.deepEqual(who('BatchMatMul'), [false])
  assert.deepEqual(who('Multiply').toSorted(), [false, true])
  assert.deepEqual(who('Bincount'), [true])
  // It moves no numbers.
  assert.deepEqual(who('Reshape'), [])
})
