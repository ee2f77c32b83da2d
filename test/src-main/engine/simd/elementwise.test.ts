import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as fused from '../../../../src-main/engine/fused.ts'
import { loadSimd } from '../../../../src-main/engine/simd/load.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { assertSameOnBoth, coarse, normal, type Op, relativeError, run, startBoth } from './support.ts'

before(() => startBoth())

const unary: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  abs: tf.abs,
  exp: tf.exp,
  expm1: tf.expm1,
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  softplus: tf.softplus,
  erf: tf.erf,
  elu: tf.elu,
  selu: tf.selu,
  relu6: (x) => tf.relu6(tf.mul(x, 4)),
  leakyRelu: (x) => tf.leakyRelu(x, 0.3),
  clip: (x) => tf.clipByValue(x, -0.5, 0.7),
  reciprocal: tf.reciprocal,
  square: tf.square,
  pow: (x) => tf.pow(x, 3),
}

const positive: typeof unary = {
  log: tf.log,
  log1p: tf.log1p,
  sqrt: tf.sqrt,
  rsqrt: tf.rsqrt,
  'a power': (x) => tf.pow(x, 1.7),
}

const steps: typeof unary = { floor: tf.floor, ceil: tf.ceil, round: tf.round, step: (x) => tf.step(x) }

test('operations on one tensor and their gradients equal the cpu backend', () => {
  for (const length of [1, 7, 130]) {
    const x = normal(length)
    const above = { shape: [length], values: x.values.map((value) => Math.abs(value) + 0.1) }
    for (const [name, op] of Object.entries(unary)) assertSameOnBoth(op, [x], `${name} of ${length}`)
    for (const [name, op] of Object.entries(positive)) assertSameOnBoth(op, [above], `${name} of ${length}`)
    for (const [name, op] of Object.entries(steps)) assertSameOnBoth(op, [x], `${name} of ${length}`, false)
  }
})

test('what is no number stays so, and infinities go where they go in float64', () => {
  const odd = {
    shape: [4],
    values: Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0),
  }
  for (const [name, op] of Object.entries({ ...unary, ...positive })) {
    if (name === 'erf') continue
    const [expected] = run('cpu', op, [odd])
    const [actual] = run('simd', op, [odd])
    // tfjs's own step of NaN and the sign of a zero are no matter.
    assert.deepEqual(
      [...(actual ?? [])].map((value) => value + 0),
      [...(expected ?? [])].map((value) => value + 0),
      name,
    )
  }
})

/** What tfjs composes, in plain tfjs. */
const composed: Readonly<
  Record<Exclude<fused.ComposedActivation, 'threshold'>, (x: tf.Tensor) => tf.Tensor>
> = {
  swish: (x) => tf.mul(tf.sigmoid(x), x),
  mish: (x) => tf.mul(x, tf.tanh(tf.softplus(x))),
  gelu: (x) => tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.div(x, Math.SQRT2))))),
  gelu_new: (x) => {
    const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.pow(x, 3))))
    return tf.mul(0.5, tf.mul(x, tf.add(1, tf.tanh(inner))))
  },
  softsign: (x) => tf.div(x, tf.add(tf.abs(x), 1)),
  hardSigmoid: (x) => tf.clipByValue(tf.add(0.5, tf.mul(0.2, x)), 0, 1),
  logSoftmax: (x) => tf.logSoftmax(x),
}

test('activations of several operations in one pass, and their gradients', () => {
  const x = normal(9, 11)
  for (let i = 0; i < x.values.length; i++) x.values[i] = 3 * (x.values[i] ?? 0)
  const dy = normal(9, 11)
  for (const name of Object.keys(composed) as (keyof typeof composed)[]) {
    const [value = [], gradient = []] = run('cpu', composed[name], [x], dy)
    const [ours = []] = run('simd', (a) => fused.activation(name, a), [x])
    const [slope = []] = run(
      'simd',
      (a, d) => fused.activationGradient(name, d, name === 'logSoftmax' ? fused.activation(name, a) : a),
      [x, dy],
    )
    assert.ok(relativeError(ours, value) < 1e-6, `${name} is off by ${relativeError(ours, value)}`)
    assert.ok(relativeError(slope, gradient) < 2e-6, `${name}'s slope by ${relativeError(slope, gradient)}`)
  }
})

test('softmax along rows of any length', () => {
  for (const shape of [
    [1, 1],
    [5, 3],
    [3, 10],
    [2, 3, 28],
    [2, 1000],
  ]) {
    assertSameOnBoth((x) => tf.softmax(x), [normal(...shape)], `softmax of [${shape}]`)
  }
  const [large = []] = run('simd', (x) => tf.softmax(x), [
    { shape: [1, 2], values: Float32Array.of(1e4, 9e3) },
  ])
  assert.deepEqual([...large], [1, 0])
})

test('a product followed by any activation that tfjs fuses', () => {
  for (const activation of ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const) {
    const product: Op = (a, b, bias) =>
      tf.fused.matMul({ a, b, transposeA: false, transposeB: false, bias, activation, leakyreluAlpha: 0.2 })
    assertSameOnBoth(product, [normal(7, 5), normal(5, 9), normal(9)], `dense with ${activation}`, false)
    const convolution: Op = (x, filter, bias) =>
      tf.fused.conv2d({
        x: tf.reshape<tf.Rank.R4>(x, [2, 5, 5, 3]),
        filter: tf.reshape<tf.Rank.R4>(filter, [3, 3, 3, 4]),
        strides: 1,
        pad: 'same',
        bias,
        activation,
        leakyreluAlpha: 0.2,
      })
    const inputs = [normal(2, 5, 5, 3), normal(3, 3, 3, 4), normal(4)]
    assertSameOnBoth(convolution, inputs, `convolution with ${activation}`, false)
  }
})

test('PReLU with a weight for each number, for each channel, and for all', () => {
  for (const alpha of [[4, 5, 3], [1, 1, 3], [1]]) {
    assertSameOnBoth((x, a) => tf.prelu(x, a), [normal(2, 4, 5, 3), normal(...alpha)], `PReLU by [${alpha}]`)
  }
})

test('the greater and the lesser of two tensors, with equal ones among them', () => {
  for (const op of [tf.maximum, tf.minimum]) assertSameOnBoth(op, [coarse(6, 7), coarse(6, 7)], op.name)
})

test('greatest, least and product over any axes, ties among them, and where the greatest lies', () => {
  for (const axes of [[0], [1], [2], [0, 1], [0, 2], [0, 1, 2]]) {
    for (const keepDims of [false, true]) {
      const x = coarse(4, 3, 5)
      assertSameOnBoth((a) => tf.max(a, axes, keepDims), [x], `max over ${axes}`)
      assertSameOnBoth((a) => tf.min(a, axes, keepDims), [x], `min over ${axes}`)
      assertSameOnBoth((a) => tf.prod(a, axes, keepDims), [normal(4, 3, 5)], `product over ${axes}`, false)
    }
  }
  for (const axis of [0, 1, 2]) {
    for (const op of [tf.argMax, tf.argMin]) {
      const place: Op = (a) => tf.cast(op(a, axis), 'float32')
      assertSameOnBoth(place, [coarse(4, 3, 5)], `${op.name} over ${axis}`, false)
    }
  }
})

test('activations, softmax and extremes: the same bits in eights, in fours, on one thread and on two', async () => {
  const jobs: Op[] = [
    ...Object.values(unary),
    ...Object.values(positive).map(
      (op): Op =>
        (x) =>
          op(tf.add(tf.abs(x), 0.1)),
    ),
    ...(Object.keys(composed) as (keyof typeof composed)[]).map(
      (name): Op =>
        (x) =>
          fused.activation(name, x),
    ),
    (x) => tf.softmax(x),
    (x) => tf.max(x, 1),
    (x) => tf.argMax(x, 1),
  ]
  const x = normal(45, 751)
  const seen = []
  for (const options of [{ threads: 1 }, { threads: 2 }, { threads: 2, build: 'relaxed' } as const]) {
    await loadSimd(options)
    seen.push(jobs.map((op) => run('simd', op, [x])))
  }
  assert.deepEqual(seen[1], seen[0])
  assert.deepEqual(seen[2], seen[0])
})
