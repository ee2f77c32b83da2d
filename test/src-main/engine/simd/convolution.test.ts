import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { loadSimd } from '../../../../src-main/engine/simd/load.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { convolve } from './reference.ts'
import { assertSameOnBoth, normal, rank4, relativeError, rng, run, startBoth, tolerance } from './support.ts'

before(() => startBoth())

function randomConvolution() {
  const [batch, inChannels, outChannels] = [1 + rng.below(5), 1 + rng.below(19), 1 + rng.below(19)]
  const [kernelHeight, kernelWidth] = [1 + rng.below(5), 1 + rng.below(5)]
  const [height, width] = [kernelHeight + rng.below(12), kernelWidth + rng.below(12)]
  const strides: [number, number] = [1 + rng.below(3), 1 + rng.below(3)]
  const pad: 'same' | 'valid' = rng.below(2) === 0 ? 'same' : 'valid'
  const x = normal(batch, height, width, inChannels)
  const filter = normal(kernelHeight, kernelWidth, inChannels, outChannels)
  return { x, filter, strides, pad, what: `conv ${x.shape} * ${filter.shape}, strides ${strides}, ${pad}` }
}

test('convolutions and their gradients equal the cpu backend on random shapes', () => {
  for (let i = 0; i < 80; i++) {
    const { x, filter, strides, pad, what } = randomConvolution()
    assertSameOnBoth((a, b) => tf.conv2d(rank4(a), rank4(b), strides, pad), [x, filter], what)
  }
})

test('the kernels without relaxed SIMD too', async (t) => {
  await loadSimd({ threads: 2, build: 'plain' })
  t.after(() => loadSimd({ threads: 2 }))
  for (let i = 0; i < 20; i++) {
    const { x, filter, strides, pad, what } = randomConvolution()
    assertSameOnBoth((a, b) => tf.conv2d(rank4(a), rank4(b), strides, pad), [x, filter], what)
  }
})

test("convolutions as the residual networks have them: a zero on every side, and the stride's grid", () => {
  for (const [size, channels, filters, stride] of [
    [32, 3, 16, 1],
    [9, 16, 32, 2],
    [8, 32, 64, 2],
    [7, 64, 64, 1],
  ] as const) {
    for (const kernel of [1, 3]) {
      const inputs = [normal(9, size, size, channels), normal(kernel, kernel, channels, filters)]
      const pad = (kernel - 1) / 2
      assertSameOnBoth(
        (x, w) => tf.conv2d(rank4(x), rank4(w), stride, pad, 'NHWC', 1, 'floor'),
        inputs,
        `${kernel}×${kernel} of ${size} pixels, ${channels} to ${filters} channels, stride ${stride}`,
      )
    }
  }
})

test('to few channels, neighbouring places are one: as many as fit a panel, at a stride, with a bias, of volumes', () => {
  for (const [width, kernel, channels, filters, stride] of [
    [12, 5, 1, 6, 1],
    [8, 5, 6, 2, 1],
    [9, 3, 3, 5, 1],
    [12, 4, 2, 3, 2],
    [6, 5, 2, 1, 1],
  ] as const) {
    const inputs = [normal(3, 7, width, channels), normal(3, kernel, channels, filters), normal(filters)]
    assertSameOnBoth(
      (x, filter, bias) => {
        const given = { x: rank4(x), filter: rank4(filter), strides: stride, pad: 'same', bias } as const
        return tf.fused.conv2d({ ...given, activation: 'linear' })
      },
      inputs,
      `${kernel} taps of ${width} columns, ${channels} to ${filters} channels, stride ${stride}`,
    )
  }
  assertSameOnBoth(
    (x, w) =>
      tf.conv3d<tf.Tensor5D>(tf.reshape(x, [2, 3, 4, 6, 2]), tf.reshape(w, [2, 2, 3, 2, 4]), 1, 'same'),
    [normal(2, 3, 4, 12), normal(2, 2, 3, 8)],
    'volumes to four channels',
  )
})

test('what goes by Winograd: 3×3, stride 1, channels in fours, on images that its tiles do not cover evenly', () => {
  for (let i = 0; i < 25; i++) {
    const [batch, height, width] = [1 + rng.below(6), 3 + rng.below(12), 3 + rng.below(12)]
    const [channels, filters] = [4 * (2 + rng.below(4)), 4 * (2 + rng.below(4))]
    const pad = ([0, 1, 2, 'same', 'valid'] as const)[i % 5] ?? 1
    assertSameOnBoth(
      (x, w) => tf.conv2d(rank4(x), rank4(w), 1, pad),
      [normal(batch, height, width, channels), normal(3, 3, channels, filters)],
      `Winograd of [${batch}, ${height}, ${width}, ${channels}] to ${filters}, padding ${pad}`,
    )
  }
})

test('explicit paddings that differ on every side, and strides beyond the filter', () => {
  const shapes: { padding: tf.backend_util.ExplicitPadding; stride: number; kernel: number }[] = [
    {
      padding: [
        [0, 0],
        [1, 2],
        [0, 3],
        [0, 0],
      ],
      stride: 1,
      kernel: 3,
    },
    {
      padding: [
        [0, 0],
        [2, 0],
        [1, 1],
        [0, 0],
      ],
      stride: 2,
      kernel: 3,
    },
    {
      padding: [
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 0],
      ],
      stride: 3,
      kernel: 1,
    },
    {
      padding: [
        [0, 0],
        [3, 3],
        [2, 4],
        [0, 0],
      ],
      stride: 3,
      kernel: 2,
    },
  ]
  for (const { padding, stride, kernel } of shapes) {
    assertSameOnBoth(
      (a, b) => tf.conv2d(rank4(a), rank4(b), stride, padding),
      [normal(2, 7, 6, 5), normal(kernel, kernel, 5, 4)],
      `conv padded by ${JSON.stringify(padding)}, stride ${stride}`,
    )
  }
})

test('bias and ReLU fused into a convolution equal the same one after another', () => {
  for (const filters of [1, 5, 8, 11]) {
    for (const activation of ['linear', 'relu', 'elu'] as const) {
      assertSameOnBoth(
        (x, filter, bias) =>
          tf.fused.conv2d({ x: rank4(x), filter: rank4(filter), bias, strides: 1, pad: 'same', activation }),
        [normal(2, 5, 6, 3), normal(3, 3, 3, filters), normal(filters)],
        `fused convolution to ${filters} with ${activation}`,
        activation !== 'elu',
      )
    }
  }
})

test('an empty batch and a dilated filter are left to tfjs and stay right', () => {
  tf.setBackend('simd')
  const none = tf.tidy(() =>
    tf.conv2d(tf.zeros<tf.Rank.R4>([0, 4, 4, 2]), tf.ones<tf.Rank.R4>([3, 3, 2, 5]), 1, 'same'),
  )
  assert.deepEqual(none.shape, [0, 4, 4, 5])
  none.dispose()
  assertSameOnBoth(
    (x, w) => tf.conv2d(rank4(x), rank4(w), 1, 'same', 'NHWC', 2),
    [normal(2, 7, 7, 3), normal(3, 3, 3, 2)],
    'a dilated convolution',
    false,
  )
})

test('both gradients equal finite differences of a convolution in float64', () => {
  for (const stride of [1, 2]) {
    for (const [inChannels, outChannels] of [
      [1, 3],
      [6, 9],
      // By Winograd at stride 1.
      [8, 12],
    ] as const) {
      const [x, w] = [normal(2, 6, 5, inChannels), normal(3, 3, inChannels, outChannels)]
      const geometry = { stride, padding: 1 }
      const shape = [2, Math.floor(5 / stride) + 1, Math.floor(4 / stride) + 1, outChannels]
      const weights = normal(...shape)
      const loss = (a: Float64Array, b: Float64Array): number =>
        convolve({ ...x, values: a }, { ...w, values: b }, geometry).reduce(
          (sum, value, i) => sum + value * (weights.values[i] ?? Number.NaN),
          0,
        )
      const [, dx, dw] = run(
        'simd',
        (a, b) => tf.conv2d(rank4(a), rank4(b), stride, 1, 'NHWC', 1, 'floor'),
        [x, w],
        weights,
      )
      const [a, b] = [Float64Array.from(x.values), Float64Array.from(w.values)]
      const [byX, byW] = [differences(a, () => loss(a, b)), differences(b, () => loss(a, b))]
      assert.ok(
        relativeError(dx ?? [], byX) < tolerance,
        `dx, stride ${stride}: ${relativeError(dx ?? [], byX)}`,
      )
      assert.ok(
        relativeError(dw ?? [], byW) < tolerance,
        `dw, stride ${stride}: ${relativeError(dw ?? [], byW)}`,
      )
    }
  }
})

/** A convolution is linear in each side: the step may be large and the quotient has no truncation error. */
function differences(values: Float64Array, loss: () => number): Float64Array {
  return values.map((value, i) => {
    values[i] = value + 1
    const above = loss()
    values[i] = value - 1
    const below = loss()
    values[i] = value
    return (above - below) / 2
  })
}
