import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { random } from '../../../shared/random.ts'
import { selectEngine } from '../../../src-main/engine/select.ts'
import * as tf from '../../../src-main/engine/tf.ts'

/*
 * Our kernels for the wasm backend against tfjs's cpu backend, which has every gradient as a plain loop, and against
 * finite differences of the forward pass.
 */

before(async () => {
  await selectEngine('cpu')
  await selectEngine('wasm')
})

interface Array_ {
  readonly shape: number[]
  readonly values: Float32Array
}

const rng = random(7, 'kernel tests')

function normal(...shape: number[]): Array_ {
  return { shape, values: Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()) }
}

/** Small whole numbers: many equal maxima in a window. */
function coarse(...shape: number[]): Array_ {
  return { shape, values: Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.below(3)) }
}

type Op = (...tensors: tf.Tensor[]) => tf.Tensor

/** The result and the gradients of sum(result · weights) for every input, on the named backend. */
function run(backend: string, op: Op, inputs: Array_[], weights?: Array_): Float32Array[] {
  assert.ok(tf.setBackend(backend))
  const tensors = inputs.map(({ values, shape }) => tf.tensor(values, shape))
  const outputs = tf.tidy(() => {
    if (weights === undefined) return [op(...tensors)]
    const scale = tf.tensor(weights.values, weights.shape)
    const loss: Op = (...xs) => tf.sum(tf.mul(op(...xs), scale))
    return [op(...tensors), ...tf.grads((...xs: tf.Tensor[]) => tf.reshape(loss(...xs), []))(tensors)]
  })
  const values = outputs.map((tensor) => tensor.dataSync<'float32'>())
  tf.dispose([...tensors, ...outputs])
  return values
}

function relativeError(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length)
  let difference = 0
  let norm = 0
  for (const [i, value] of b.entries()) {
    difference += ((a[i] ?? Number.NaN) - value) ** 2
    norm += value ** 2
  }
  return Math.sqrt(difference / (norm || 1))
}

function assertSameOnBoth(op: Op, inputs: Array_[], what: string): void {
  const shape = tf.tidy(() => op(...inputs.map(({ values, shape }) => tf.tensor(values, shape))).shape)
  const weights = normal(...shape)
  const expected = run('cpu', op, inputs, weights)
  const before = tf.memory().numTensors
  const actual = run('wasm', op, inputs, weights)
  assert.equal(tf.memory().numTensors, before, `${what} leaves no tensor behind`)
  for (const [i, values] of expected.entries()) {
    const error = relativeError(actual[i] ?? new Float32Array(), values)
    assert.ok(error < 1e-5, `${what}: output ${i} is off by ${error}`)
  }
}

test('convolution gradients equal the reference on random shapes', () => {
  for (let i = 0; i < 60; i++) {
    const [batch, inChannels, outChannels] = [1 + rng.below(4), 1 + rng.below(9), 1 + rng.below(7)]
    const [kernelHeight, kernelWidth] = [1 + rng.below(5), 1 + rng.below(5)]
    const [height, width] = [kernelHeight + rng.below(9), kernelWidth + rng.below(9)]
    const strides: [number, number] = [1 + rng.below(3), 1 + rng.below(3)]
    const pad = rng.below(2) === 0 ? 'same' : 'valid'
    const x = normal(batch, height, width, inChannels)
    const filter = normal(kernelHeight, kernelWidth, inChannels, outChannels)
    assertSameOnBoth(
      (a, b) => tf.conv2d(rank4(a), rank4(b), strides, pad),
      [x, filter],
      `conv ${x.shape} * ${filter.shape}, strides ${strides}, ${pad}`,
    )
  }
})

test('explicitly padded convolutions have the right gradients', () => {
  const shapes = [
    {
      padding: [
        [0, 0],
        [1, 2],
        [0, 3],
        [0, 0],
      ],
      stride: 1,
    },
    {
      padding: [
        [0, 0],
        [2, 0],
        [1, 1],
        [0, 0],
      ],
      stride: 2,
    },
  ] satisfies { padding: tf.backend_util.ExplicitPadding; stride: number }[]
  for (const { padding, stride } of shapes) {
    assertSameOnBoth(
      (a, b) => tf.conv2d(rank4(a), rank4(b), stride, padding),
      [normal(2, 7, 6, 5), normal(3, 3, 5, 4)],
      `conv padded by ${JSON.stringify(padding)}`,
    )
  }
})

test('convolution gradients equal finite differences', () => {
  for (const strides of [1, 2]) {
    for (const inChannels of [1, 6]) {
      const inputs = [normal(2, 6, 5, inChannels), normal(3, 3, inChannels, 3)]
      const op: Op = (a, b) => tf.conv2d(rank4(a), rank4(b), strides, 'same')
      const weights = normal(...(strides === 1 ? [2, 6, 5, 3] : [2, 3, 3, 3]))
      const [, ...gradients] = run('wasm', op, inputs, weights)
      for (const [which, input] of inputs.entries()) {
        const estimated = finiteDifferences(op, inputs, which, weights)
        const error = relativeError(gradients[which] ?? new Float32Array(), estimated)
        assert.ok(
          error < 1e-3,
          `gradient ${which} of ${input.shape} with stride ${strides} is off by ${error}`,
        )
      }
    }
  }
})

/** A convolution is linear in each input, so the step may be large and the quotient has no truncation error. */
function finiteDifferences(op: Op, inputs: Array_[], which: number, weights: Array_): Float32Array {
  const values = inputs[which]?.values ?? new Float32Array()
  const loss = (): number => {
    const [output = new Float32Array()] = run('wasm', op, inputs)
    return output.reduce((sum, value, i) => sum + value * (weights.values[i] ?? Number.NaN), 0)
  }
  return values.map((value, i) => {
    values[i] = value + 1
    const above = loss()
    values[i] = value - 1
    const below = loss()
    values[i] = value
    return (above - below) / 2
  })
}

test('max pooling hands its gradient to the first greatest element, as the reference does', () => {
  for (let i = 0; i < 40; i++) {
    const size: [number, number] = [1 + rng.below(3), 1 + rng.below(3)]
    const strides: [number, number] = [1 + rng.below(3), 1 + rng.below(3)]
    const pad = rng.below(2) === 0 ? 'same' : 'valid'
    const shape = [1 + rng.below(3), 3 + rng.below(6), 3 + rng.below(6), 1 + rng.below(5)]
    const x = i % 2 === 0 ? coarse(...shape) : normal(...shape)
    assertSameOnBoth(
      (a) => tf.maxPool(rank4(a), size, strides, pad),
      [x],
      `max pool ${shape} by ${size}, strides ${strides}, ${pad}`,
    )
  }
})

test('matrix products equal the reference, transposed or not, with and without a batch', () => {
  for (const [transposeA, transposeB] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ]) {
    for (const batch of [[], [3]]) {
      const a = transposeA ? normal(...batch, 7, 5) : normal(...batch, 5, 7)
      const b = transposeB ? normal(...batch, 4, 7) : normal(...batch, 7, 4)
      assertSameOnBoth(
        (x, y) => tf.matMul(x, y, transposeA, transposeB),
        [a, b],
        `matMul ${a.shape} by ${b.shape}, ${transposeA} ${transposeB}`,
      )
    }
  }
})

test('one tensor may be the right side of products under several shapes', () => {
  assertSameOnBoth(
    (a, b, c) => tf.add(tf.sum(tf.matMul(a, b)), tf.sum(tf.matMul(c, tf.reshape(b, [3, 16])))),
    [normal(2, 6), normal(6, 8), normal(2, 3)],
    'products with [6, 8] and the same as [3, 16]',
  )
})

test('sums and means over leading axes equal the reference', () => {
  for (const shape of [
    [5, 3],
    [4, 3, 6],
    [2, 3, 4, 5],
    [1, 1, 1, 4],
  ]) {
    const leading = shape.slice(0, -1).map((_, i) => i)
    for (const axes of [leading, [0], shape.map((_, i) => i)]) {
      for (const keepDims of [false, true]) {
        const what = `over ${axes} of ${shape}, keepDims ${keepDims}`
        assertSameOnBoth((x) => tf.sum(x, axes, keepDims), [normal(...shape)], `sum ${what}`)
        assertSameOnBoth((x) => tf.mean(x, axes, keepDims), [normal(...shape)], `mean ${what}`)
      }
    }
  }
})

test('a mean over many values loses little precision', () => {
  tf.setBackend('wasm')
  const mean = tf.tidy(() => tf.mean(tf.fill([128, 32, 32, 2], 0.1), [0, 1, 2]).dataSync<'float32'>())
  for (const value of mean) assert.ok(Math.abs(value - 0.1) < 1e-6, `mean of 0.1 is ${value}`)
})

test('sums over 10^5 numbers of mean 1 keep six digits, where one long float32 sum loses them', () => {
  const { shape, values } = normal(128, 28, 28, 2)
  const exact = [0, 0]
  for (const [i, value] of values.entries()) {
    values[i] = value + 1
    exact[i % 2] = (exact[i % 2] ?? 0) + (values[i] ?? 0)
  }
  const [sums = new Float32Array()] = run('wasm', (x) => tf.sum(x, [0, 1, 2]), [{ shape, values }])
  for (const [channel, sum] of exact.entries()) {
    const error = Math.abs((sums[channel] ?? Number.NaN) / sum - 1)
    assert.ok(error < 1e-6, `channel ${channel} is off by ${error}`)
  }
})

test('smoothed one-hot targets keep their fractions; an index outside gives an empty row', () => {
  tf.setBackend('wasm')
  const targets = tf.tidy(() => tf.oneHot(tf.tensor1d([2, 0, 3], 'int32'), 3, 0.75, 0.125, 'float32'))
  assert.equal(targets.dtype, 'float32')
  assert.deepEqual([...targets.dataSync()], [0.125, 0.125, 0.75, 0.75, 0.125, 0.125, 0.125, 0.125, 0.125])
  targets.dispose()
})

test('what only the cpu backend has runs through it: depthwise convolution and gathered rows', () => {
  assertSameOnBoth(
    (x, f) => tf.depthwiseConv2d(rank4(x), rank4(f), 1, 'same'),
    [normal(2, 5, 6, 3), normal(3, 3, 3, 2)],
    'depthwise convolution',
  )
  assertSameOnBoth((x) => tf.gather(x, tf.tensor1d([2, 0, 2], 'int32')), [normal(4, 3)], 'gather')
})

function rank4(tensor: tf.Tensor): tf.Tensor4D {
  const [a = 1, b = 1, c = 1, d = 1] = tensor.shape
  return tf.reshape(tensor, [a, b, c, d])
}
