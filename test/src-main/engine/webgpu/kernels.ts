import assert from 'node:assert/strict'
import { random } from '../../../../shared/random.ts'
import { selectEngine } from '../../../../src-main/engine/select.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { norm, normals } from '../../trainer/models/support.ts'

/* Our WGSL kernels against tfjs's cpu backend, on shapes drawn at random and on the awkward ones. */

interface Shape {
  readonly x: [number, number, number, number]
  readonly kernel: [number, number]
  readonly outputs: number
  readonly stride: [number, number]
  readonly pad: 'same' | 'valid'
}

const awkward: Shape[] = [
  { x: [1, 1, 1, 1], kernel: [1, 1], outputs: 1, stride: [1, 1], pad: 'same' },
  { x: [2, 5, 7, 3], kernel: [3, 3], outputs: 33, stride: [2, 1], pad: 'same' },
  { x: [3, 9, 4, 37], kernel: [2, 3], outputs: 5, stride: [1, 2], pad: 'valid' },
  // Channels in fours, in tiles of 16, 32 and 64; in the last, pixels that no tap meets.
  { x: [2, 9, 9, 16], kernel: [3, 3], outputs: 16, stride: [1, 1], pad: 'same' },
  { x: [2, 7, 8, 20], kernel: [3, 3], outputs: 12, stride: [2, 2], pad: 'same' },
  { x: [1, 6, 5, 68], kernel: [1, 1], outputs: 8, stride: [2, 2], pad: 'valid' },
  // Taps in tiles of 64, whole and not.
  { x: [1, 4, 5, 64], kernel: [3, 3], outputs: 36, stride: [1, 1], pad: 'same' },
  { x: [1, 3, 4, 67], kernel: [3, 3], outputs: 6, stride: [2, 1], pad: 'valid' },
  // A stride longer than the filter.
  { x: [2, 7, 5, 8], kernel: [1, 2], outputs: 20, stride: [3, 2], pad: 'same' },
  // More places than one part takes.
  { x: [9, 20, 20, 2], kernel: [5, 5], outputs: 4, stride: [1, 1], pad: 'same' },
]

function drawn(count: number): Shape[] {
  const rng = random(5, 'convolutions')
  const between = (low: number, high: number): number => low + rng.below(high - low + 1)
  return Array.from({ length: count }, () => {
    const kernel: [number, number] = [between(1, 4), between(1, 4)]
    return {
      x: [between(1, 6), between(kernel[0], 13), between(kernel[1], 13), between(1, 40)],
      kernel,
      outputs: between(1, 40),
      stride: [between(1, 2), between(1, 2)],
      pad: rng.below(2) === 0 ? 'same' : 'valid',
    }
  })
}

/** A convolution, and its dx and dW under an upstream gradient. */
async function passes({ x, kernel, outputs, stride, pad }: Shape): Promise<Float64Array[]> {
  const filter: [number, number, number, number] = [...kernel, x[3], outputs]
  const inputs = [normals('x', x), normals('filter', filter)]
  const conv = (image: tf.Tensor, weights: tf.Tensor): tf.Tensor =>
    tf.conv2d(tf.reshape<tf.Rank.R4>(image, x), tf.reshape<tf.Rank.R4>(weights, filter), stride, pad)
  const y = tf.tidy(() => conv(...pairOf(inputs)))
  const dy = normals('dy', y.shape)
  const found = [y, ...tf.grads(conv)(inputs, dy)]
  const values: Float64Array[] = []
  for (const each of found) values.push(Float64Array.from(await each.data()))
  tf.dispose([...inputs, dy, ...found])
  return values
}

function pairOf(tensors: readonly tf.Tensor[]): [tf.Tensor, tf.Tensor] {
  const [a, b] = tensors
  if (a === undefined || b === undefined) throw new Error('two tensors are needed')
  return [a, b]
}

const shapes = [...awkward, ...drawn(16)]
await selectEngine('cpu')
const expected: Float64Array[][] = []
for (const shape of shapes) expected.push(await passes(shape))
const { device } = await selectEngine('webgpu')
assert.match(device, /software WebGPU/)
const before = tf.memory().numTensors
for (const [i, shape] of shapes.entries()) {
  const actual = await passes(shape)
  for (const [k, wanted] of (expected[i] ?? []).entries()) {
    const difference = wanted.map((value, j) => value - (actual[k]?.[j] ?? Number.NaN))
    const error = norm(difference) / norm(wanted)
    assert.ok(error < 1e-5, `${['y', 'dx', 'dW'][k]} of ${JSON.stringify(shape)} is off by ${error}`)
  }
  assert.deepEqual(await passes(shape), actual, `${JSON.stringify(shape)} gives other bits the second time`)
}
assert.equal(tf.memory().numTensors, before, 'no tensor is left behind')

// tfjs itself cannot convolve no images; the gradients of it are zeros.
const attributes = { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1 }
const empty = tf.tidy(() => {
  const inputs = { x: tf.zeros([0, 4, 4, 3]), filter: normals('filter', [3, 3, 3, 5]) }
  return tf.engine().runKernel<tf.Tensor>('Conv2D', inputs, attributes)
})
assert.deepEqual(empty.shape, [0, 4, 4, 5])
const emptyFilter = tf.tidy(() => {
  const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', filterShape: [3, 3, 3, 5] }
  return tf
    .engine()
    .runKernel<tf.Tensor>(
      'Conv2DBackpropFilter',
      { x: tf.zeros([0, 4, 4, 3]), dy: tf.zeros([0, 4, 4, 5]) },
      attrs,
    )
})
assert.deepEqual(await emptyFilter.data(), new Float32Array(135))
const emptyInput = tf.tidy(() => {
  const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', inputShape: [0, 4, 4, 3] }
  const inputs = { dy: tf.zeros([0, 4, 4, 5]), filter: normals('filter', [3, 3, 3, 5]) }
  return tf.engine().runKernel<tf.Tensor>('Conv2DBackpropInput', inputs, attrs)
})
assert.deepEqual(emptyInput.shape, [0, 4, 4, 3])

// What ours leaves to tfjs: filters with holes.
const dilated = () => {
  const x = tf.reshape<tf.Rank.R4>(normals('image', [1, 7, 6, 4]), [1, 7, 6, 4])
  const holed = tf.reshape<tf.Rank.R4>(normals('holed', [3, 3, 4, 8]), [3, 3, 4, 8])
  return tf.conv2d(x, holed, 1, 'same', 'NHWC', 2)
}
const ours = await tf.tidy(dilated).data()
assert.ok(tf.setBackend('cpu'))
const reference = await tf.tidy(dilated).data()
const apart = norm(Float64Array.from(reference, (value, i) => value - (ours[i] ?? Number.NaN)))
assert.ok(apart < 1e-5 * norm(reference), `a dilated convolution is off by ${apart}`)
process.exit(0)
