import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as tf from '../../../../src-main/engine/tf.ts'
import { assertSameOnBoth, coarse, normal, rank4, rng, run, startBoth } from './support.ts'

before(() => startBoth())

test('matrix products equal the cpu backend, transposed or not, with and without a batch', () => {
  const sizes = [1, 2, 5, 6, 7, 8, 9, 13, 31, 64, 97]
  const some = () => sizes[rng.below(sizes.length)] ?? 1
  for (let i = 0; i < 60; i++) {
    const [m, k, n] = [some(), some(), some()]
    const [transposeA, transposeB] = [i % 2 === 1, i % 4 > 1]
    const batch = i % 3 === 0 ? [1 + rng.below(3)] : []
    const a = normal(...batch, ...(transposeA ? [k, m] : [m, k]))
    const b = normal(...batch, ...(transposeB ? [n, k] : [k, n]))
    assertSameOnBoth(
      (x, y) => tf.matMul(x, y, transposeA, transposeB),
      [a, b],
      `matMul ${a.shape} by ${b.shape}, ${transposeA} ${transposeB}`,
    )
  }
})

test('long sums, and products large enough for several threads', () => {
  for (const [m, k, n] of [
    [128, 2500, 33],
    [300, 130, 257],
    [1, 4000, 10],
  ] as const) {
    for (const transposeA of [false, true]) {
      const a = transposeA ? normal(k, m) : normal(m, k)
      assertSameOnBoth((x, y) => tf.matMul(x, y, transposeA), [a, normal(k, n)], `${m} × ${k} × ${n}`, false)
    }
  }
})

test('one batch of a product against several of the other side, as tfjs allows', () => {
  assertSameOnBoth(
    (x, y) => tf.matMul(x, y),
    [normal(1, 3, 4), normal(5, 4, 2)],
    'a broadcast product',
    false,
  )
})

test('dense layers with bias and ReLU fused', () => {
  for (const activation of ['linear', 'relu', 'sigmoid'] as const) {
    for (const columns of [3, 8, 21]) {
      assertSameOnBoth(
        (a, b, bias) => tf.fused.matMul({ a, b, transposeA: false, transposeB: false, bias, activation }),
        [normal(7, 5), normal(5, columns), normal(columns)],
        `dense to ${columns} with ${activation}`,
        activation !== 'sigmoid',
      )
    }
  }
})

const binary = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
} satisfies Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor>

test('operations on two tensors equal the cpu backend under every kind of broadcasting', () => {
  const shapes: [number[], number[]][] = [
    [[7], [7]],
    [
      [33, 5],
      [33, 5],
    ],
    [[3, 4, 5, 6], [6]],
    [[6], [3, 4, 5, 6]],
    [[3, 4, 5, 6], []],
    [[], [9]],
    [
      [3, 1, 1, 6],
      [3, 4, 5, 6],
    ],
    [
      [3, 4, 5, 1],
      [1, 4, 1, 6],
    ],
    [
      [2, 1, 3, 1, 2],
      [2, 4, 3, 5, 2],
    ],
    [
      [5, 1],
      [1, 7],
    ],
    [[1], [1]],
    [
      [300, 400],
      [300, 1],
    ],
  ]
  for (const [name, op] of Object.entries(binary)) {
    for (const [a, b] of shapes) {
      // tfjs has no gradient for the broadcasting ones of these three.
      const differentiable = !['maximum', 'minimum', 'squaredDifference'].includes(name) || `${a}` === `${b}`
      assertSameOnBoth(op, [normal(...a), normal(...b)], `${name} of [${a}] and [${b}]`, differentiable)
    }
  }
})

test('empty tensors have empty results', () => {
  tf.setBackend('simd')
  tf.tidy(() => {
    assert.deepEqual(tf.add(tf.zeros([0, 3]), tf.zeros([3])).shape, [0, 3])
    assert.deepEqual(tf.relu(tf.zeros([0])).dataSync().length, 0)
    assert.deepEqual([...tf.sum(tf.zeros([0, 2]), 0).dataSync()], [0, 0])
    assert.deepEqual([...tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 2])).dataSync()], [0, 0, 0, 0])
  })
})

test('operations on one tensor equal the cpu backend', () => {
  for (const length of [1, 3, 4, 5, 1000, 70_001]) {
    const x = normal(length)
    const positive = { shape: [length], values: x.values.map((value) => Math.abs(value) + 0.1) }
    for (const [name, op] of Object.entries({ relu: tf.relu, square: tf.square, neg: tf.neg })) {
      assertSameOnBoth(op, [x], `${name} of ${length}`)
    }
    for (const [name, op] of Object.entries({ sqrt: tf.sqrt, rsqrt: tf.rsqrt })) {
      assertSameOnBoth(op, [positive], `${name} of ${length}`)
    }
  }
})

test('the gradient of ReLU is that of the cpu backend at 0 and at numbers that are none', () => {
  const x = { shape: [5], values: Float32Array.of(-1, 0, -0, 2, Number.MIN_VALUE) }
  const [, expected] = run('cpu', (a) => tf.relu(a), [x], normal(5))
  const [, actual] = run('simd', (a) => tf.relu(a), [x], normal(5))
  assert.deepEqual(
    [...(actual ?? [])].map((value) => value !== 0),
    [...(expected ?? [])].map((value) => value !== 0),
  )
})

test('a sum of several tensors', () => {
  const terms = [normal(4, 5), normal(4, 5), normal(4, 5), normal(4, 5)]
  assertSameOnBoth((...xs) => tf.addN(xs), terms, 'addN')
})

test('sums and means over any axes equal the cpu backend', () => {
  for (const shape of [
    [5, 3],
    [4, 3, 6],
    [2, 3, 4, 5],
    [1, 1, 1, 4],
    [70, 90, 7],
    [40_000, 3],
  ]) {
    for (const axes of axesOf(shape.length)) {
      for (const keepDims of [false, true]) {
        const what = `over [${axes}] of [${shape}], keepDims ${keepDims}`
        assertSameOnBoth((x) => tf.sum(x, axes, keepDims), [normal(...shape)], `sum ${what}`)
        assertSameOnBoth((x) => tf.mean(x, axes, keepDims), [normal(...shape)], `mean ${what}`)
      }
    }
  }
})

/** Every set of axes but the empty one. */
function axesOf(rank: number): number[][] {
  const all = Array.from({ length: rank }, (_, i) => i)
  return Array.from({ length: 2 ** rank - 1 }, (_, set) => all.filter((axis) => ((set + 1) >> axis) & 1))
}

test('sums over 10^5 numbers of mean 1 keep six digits', () => {
  const { shape, values } = normal(128, 28, 28, 2)
  const exact = [0, 0]
  for (const [i, value] of values.entries()) {
    values[i] = value + 1
    exact[i % 2] = (exact[i % 2] ?? 0) + (values[i] ?? 0)
  }
  const [sums = new Float32Array()] = run('simd', (x) => tf.sum(x, [0, 1, 2]), [{ shape, values }])
  for (const [channel, sum] of exact.entries()) {
    const error = Math.abs((sums[channel] ?? Number.NaN) / sum - 1)
    assert.ok(error < 1e-6, `channel ${channel} is off by ${error}`)
  }
})

test('max pooling and its gradient, to the first greatest number, equal the cpu backend', () => {
  for (let i = 0; i < 50; i++) {
    const size: [number, number] = [1 + rng.below(3), 1 + rng.below(3)]
    const strides: [number, number] = [1 + rng.below(3), 1 + rng.below(3)]
    const pad = rng.below(2) === 0 ? 'same' : 'valid'
    const shape = [1 + rng.below(3), 3 + rng.below(6), 3 + rng.below(6), 1 + rng.below(9)]
    const x = i % 2 === 0 ? coarse(...shape) : normal(...shape)
    assertSameOnBoth(
      (a) => tf.maxPool(rank4(a), size, strides, pad),
      [x],
      `max pool ${shape} by ${size}, strides ${strides}, ${pad}`,
    )
  }
})

test('slices, paddings and transpositions equal the cpu backend', () => {
  const x = normal(4, 5, 6, 7)
  assertSameOnBoth((a) => tf.slice(a, [1, 0, 2, 3], [2, 5, -1, 2]), [x], 'slice of rank 4')
  assertSameOnBoth((a) => tf.slice(a, 1, 2), [normal(5, 3)], 'slice by one number')
  assertSameOnBoth(
    (a) => tf.stridedSlice(a, [0, 1, 0, 0], [4, 5, 6, 7], [1, 2, 3, 1]),
    [x],
    'strided slice',
    false,
  )
  assertSameOnBoth((a) => tf.stridedSlice(a, [3], [0], [-1]), [normal(5)], 'slice backwards', false)
  assertSameOnBoth(
    (a) =>
      tf.pad(a, [
        [0, 1],
        [2, 0],
        [0, 0],
        [3, 4],
      ]),
    [x],
    'padding',
  )
  assertSameOnBoth((a) => tf.pad(a, [[1, 1]], 2.5), [normal(3)], 'padding by a constant', false)
  for (const perm of [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [0, 2, 3, 1],
    [1, 0, 3, 2],
  ]) {
    assertSameOnBoth((a) => tf.transpose(a, perm), [x], `transposition ${perm}`)
  }
  assertSameOnBoth((a) => tf.transpose(a), [normal(2, 3, 2, 3, 2)], 'transposition of rank 5')
})
