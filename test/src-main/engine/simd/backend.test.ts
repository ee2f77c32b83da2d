import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { UserError } from '../../../../shared/errors.ts'
import { loadSimd, simdBackend } from '../../../../src-main/engine/simd/load.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { assertSameOnBoth, normal, rank4, startBoth } from './support.ts'

before(() => startBoth())

test('kernels of the cpu backend work on the same memory', () => {
  assertSameOnBoth((x) => tf.softmax(tf.log1p(tf.exp(x))), [normal(5, 7)], 'exp, log1p, softmax')
  assertSameOnBoth((x) => tf.cumsum(tf.mul(x, 2), 1), [normal(3, 4)], 'cumsum of a product')
  assertSameOnBoth(
    (x, f) => tf.depthwiseConv2d(rank4(x), rank4(f), 1, 'same'),
    [normal(2, 5, 6, 3), normal(3, 3, 3, 2)],
    'depthwise convolution',
  )
  assertSameOnBoth((x) => tf.gather(x, tf.tensor1d([2, 0, 2], 'int32')), [normal(4, 3)], 'gather')
})

test('integers, truth values, text and complex numbers pass through', () => {
  tf.setBackend('simd')
  tf.tidy(() => {
    const whole = tf.tensor1d([3, -1, 2], 'int32')
    assert.deepEqual([...tf.add(whole, 1).dataSync()], [4, 0, 3])
    assert.deepEqual([...tf.mul(whole, tf.tensor1d([0.5, 0.5, 0.5])).dataSync()], [1.5, -0.5, 1])
    assert.deepEqual([...tf.greater(whole, 0).dataSync()], [1, 0, 1])
    assert.deepEqual([...tf.where(tf.greater(whole, 0), whole, 0).dataSync()], [3, 0, 2])
    assert.deepEqual([...tf.tensor1d(['a', 'bc']).dataSync()], ['a', 'bc'])
    const numbers = tf.complex([1, 2], [3, 4])
    assert.deepEqual([...tf.real(tf.mul(numbers, numbers)).dataSync()], [-8, -12])
  })
})

test('what was read stays as it was when the tensor is gone and its memory used again', () => {
  tf.setBackend('simd')
  const first = tf.tensor1d([1, 2, 3])
  const read = first.dataSync()
  first.dispose()
  const second = tf.tensor1d([7, 8, 9])
  assert.deepEqual([...read], [1, 2, 3])
  second.dispose()
})

test('a slice taken by the cpu backend as a view of its source outlives the source', () => {
  tf.setBackend('simd')
  const source = tf.tensor1d([1, 2, 3, 4, 5, 6, 7, 8], 'int32')
  const part = tf.slice(source, 2, 3)
  source.dispose()
  const other = tf.tensor1d([9, 9, 9, 9, 9, 9, 9, 9], 'int32')
  assert.deepEqual([...part.dataSync()], [3, 4, 5])
  tf.dispose([part, other])
})

test('the array that a tensor was made of may change afterwards', () => {
  tf.setBackend('simd')
  const values = Float32Array.of(1, 2)
  const tensor = tf.tensor1d(values)
  values.fill(0)
  assert.deepEqual([...tensor.dataSync()], [1, 2])
  tensor.dispose()
})

test('tensors move to another backend and back', () => {
  tf.setBackend('simd')
  const tensor = tf.tensor1d([1, 2, 3])
  const { bytesInUse } = simdBackend().heap
  tf.setBackend('cpu')
  const doubled = tf.mul(tensor, 2)
  tf.setBackend('simd')
  const again = tf.add(doubled, tensor)
  assert.deepEqual([...again.dataSync()], [3, 6, 9])
  tf.dispose([tensor, doubled, again])
  assert.ok(simdBackend().heap.bytesInUse < bytesInUse)
})

test('a tensor too large for the memory is refused in one sentence, and the next one is made', async () => {
  await loadSimd({ threads: 1, memory: 32 * 2 ** 20 })
  assert.throws(() => tf.tidy(() => tf.add(tf.zeros([10_000_000]), 1)), UserError)
  const small = tf.ones([1000])
  assert.equal(
    tf.tidy(() => tf.sum(small).dataSync()[0]),
    1000,
  )
  small.dispose()
  await loadSimd({ threads: 2 })
})

test('a process with idle workers ends by itself', () => {
  const load = fileURLToPath(new URL('../../../../src-main/engine/simd/load.ts', import.meta.url))
  const program = `const { loadSimd } = await import(${JSON.stringify(load)}); await loadSimd({ threads: 3 }); console.log('up')`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  assert.equal(stderr, '')
  assert.deepEqual({ status, stdout }, { status: 0, stdout: 'up\n' })
})
