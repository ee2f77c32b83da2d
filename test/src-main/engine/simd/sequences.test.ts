import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { attention } from '../../../../src-main/engine/attention.ts'
import { loadSimd } from '../../../../src-main/engine/simd/load.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { composedScan, fusedScan, gatesOf, type Seen, scans } from '../scans.ts'
import { assertSameOnBoth, normal, type Op, rank4, relativeError, rng, run, startBoth } from './support.ts'

/* Sequences: many small products, attention, recurrent layers, rows by number, and what moves numbers about. */

before(() => startBoth())

test('products of many small matrices, transposed or not, one side with fewer, equal the cpu backend', () => {
  for (let i = 0; i < 16; i++) {
    const [m, k, n] = [1 + rng.below(19), 1 + rng.below(19), 1 + rng.below(35)]
    const [turnA, turnB] = [i % 2 === 1, i % 4 > 1]
    const outer = [[5], [2, 3], [2, 1, 4]][i % 3] ?? []
    const a = normal(...outer, ...(turnA ? [k, m] : [m, k]))
    const fewer = i > 7
    const b = normal(...(fewer ? outer.map(() => 1) : outer), ...(turnB ? [n, k] : [k, n]))
    const what = `${a.shape} by ${b.shape}, ${turnA} ${turnB}`
    // tfjs leaves out the sum over what was broadcast.
    assertSameOnBoth((x, y) => tf.matMul(x, y, turnA, turnB), [a, b], what, !fewer)
  }
})

test('products summed over many rows, in parts of them, equal the cpu backend', () => {
  for (const [rows, m, n] of [
    [1024, 7, 35],
    [2305, 16, 8],
  ] as const) {
    const inputs = [normal(rows, m), normal(rows, n)]
    assertSameOnBoth((a, b) => tf.matMul(a ?? [], b ?? [], true), inputs, `${rows} rows`, false)
  }
})

const composedAttention =
  (scale: number, causal: boolean): Op =>
  (...given) => {
    const [q, k, v] = given.map((each) => tf.transpose(each, [0, 2, 1, 3]))
    assert.ok(q && k && v)
    let scores = tf.mul(tf.matMul(q, k, false, true), scale)
    const [targets = 0, sources = 0] = scores.shape.slice(2)
    const far = Float32Array.from({ length: targets * sources }, (_, i) =>
      causal && i % sources > Math.floor(i / sources) ? -1e9 : 0,
    )
    scores = tf.add(scores, tf.tensor(far, [targets, sources]))
    return tf.transpose(tf.matMul(tf.softmax(scores), v), [0, 2, 1, 3])
  }

test('attention and its gradients equal the composed form on the cpu backend', () => {
  for (const [targets, sources, heads, size, values, causal] of [
    [7, 5, 2, 3, 6, false],
    [9, 9, 3, 8, 17, true],
    [1, 1, 1, 1, 1, false],
    [28, 28, 4, 16, 16, false],
  ] as const) {
    const inputs = [
      normal(2, targets, heads, size),
      normal(2, sources, heads, size),
      normal(2, sources, heads, values),
    ]
    const weights = normal(2, targets, heads, values)
    const fused: Op = (q, k, v) => {
      assert.ok(q && k && v)
      return attention(rank4(q), rank4(k), rank4(v), { scale: 0.7, causal }) ?? []
    }
    const actual = run('simd', fused, inputs, weights)
    const expected = run('cpu', composedAttention(0.7, causal), inputs, weights)
    assertClose(actual, expected, `attention of ${targets} to ${sources}`)
  }
})

function assertClose(actual: Float32Array[], expected: Float32Array[], what: string): void {
  assert.equal(actual.length, expected.length)
  for (const [i, values] of expected.entries()) {
    const found = actual[i] ?? []
    const size = Math.max(...values.map(Math.abs))
    const error = size < 1e-6 ? Math.max(...[...found].map(Math.abs)) : relativeError(found, values)
    assert.ok(error < 1e-5, `${what}: result ${i} is off by ${error}`)
  }
}

test('recurrent layers and their gradients equal the composed ones, whatever their activations', () => {
  for (const [attrs, batch, steps, units] of scans) {
    const columns = gatesOf[attrs.cell] * units
    const inputs = [normal(batch, steps, columns), normal(units, columns)]
    if (attrs.cell === 'gruAfter') inputs.push(normal(units))
    for (const { values } of inputs) values.set(values.map((value) => value / 2))
    const weights = attrs.sequences ? normal(batch, steps, units) : normal(batch, units)
    const expected = run('cpu', composedScan(attrs), inputs, weights)
    assertClose(run('simd', fusedScan(attrs), inputs, weights), expected, JSON.stringify(attrs))
  }
})

/** The first step, the last, all, or every third. */
const patterns: readonly ((example: number, step: number, steps: number) => boolean)[] = [
  (_, step) => step === 0,
  (example, step, steps) => step >= steps - (example % steps),
  (example) => example % 5 === 4,
  (example, step) => (example + step) % 3 === 0,
]

test('steps that are masked keep the state and give it out once more, and pass its gradient on', () => {
  for (const [i, [attrs, batch, , units]] of scans.entries()) {
    const steps = 5
    const columns = gatesOf[attrs.cell] * units
    const inputs = [normal(batch, steps, columns), normal(units, columns)]
    if (attrs.cell === 'gruAfter') inputs.push(normal(units))
    for (const { values } of inputs) values.set(values.map((value) => value / 2))
    const weights = attrs.sequences ? normal(batch, steps, units) : normal(batch, units)
    const seen: Seen = (examples, count) =>
      Array.from({ length: examples * count }, (_, at) => {
        const [example, step] = [Math.floor(at / count), at % count]
        return [i, i + 1].some((which) => patterns[which % 4]?.(example, step, count)) ? 0 : 1
      })
    const expected = run('cpu', composedScan(attrs, seen), inputs, weights)
    assertClose(run('simd', fusedScan(attrs, seen), inputs, weights), expected, JSON.stringify(attrs))
    const all = run(
      'simd',
      fusedScan(attrs, (a, b) => Array(a * b).fill(1)),
      inputs,
      weights,
    )
    assert.deepEqual(all, run('simd', fusedScan(attrs), inputs, weights), 'a mask of nothing changes no bit')
  }
})

test('rows by number, and their gradient, in which one row is picked several times', () => {
  const indices = () => tf.tensor1d([3, 0, 3, 3, 1], 'int32')
  assertSameOnBoth((x) => tf.gather(x, indices()), [normal(5, 7)], 'rows')
  assertSameOnBoth((x) => tf.gather(x, indices(), 1), [normal(2, 4, 3)], 'an inner axis')
  tf.setBackend('simd')
  assert.throws(() => tf.tidy(() => tf.gather(tf.ones([3, 2]), indices())), /3 is not from 0 to 2/)
})

test('reversed, repeated and stacked tensors equal the cpu backend', () => {
  const x = normal(2, 3, 4, 5)
  for (const axes of [[0], [1, 3], [2]]) assertSameOnBoth((a) => tf.reverse(a, axes), [x], `reversed ${axes}`)
  assertSameOnBoth((a) => tf.tile(a, [1, 3, 1]), [normal(2, 1, 5)], 'repeated')
  assertSameOnBoth((a) => tf.tile(a, [2, 3]), [normal(2, 5)], 'repeated along both axes')
  for (const axis of [0, 1, 3]) {
    assertSameOnBoth(
      (...all) => tf.stack(all, axis),
      [normal(2, 3, 4), normal(2, 3, 4)],
      `stacked along ${axis}`,
    )
    assertSameOnBoth((a) => tf.unstack(a, axis), [x], `taken apart along ${axis}`, false)
  }
  const whole =
    (op: (a: tf.Tensor) => tf.Tensor): Op =>
    (a) => {
      assert.ok(a)
      return tf.cast(op(tf.cast(tf.mul(a, 9), 'int32')), 'float32')
    }
  assertSameOnBoth(
    whole((a) => tf.transpose(a, [1, 0])),
    [normal(3, 4)],
    'whole numbers transposed',
    false,
  )
  assertSameOnBoth(
    whole((a) => tf.slice(a, 1, 2)),
    [normal(4, 3)],
    'whole numbers sliced',
    false,
  )
})

test('wide and relaxed kernels, one thread and two, give the same bits of sequences', async () => {
  const [q, weights] = [normal(3, 11, 2, 9), normal(3, 11, 2, 9)]
  const attend: Op = (a) => {
    assert.ok(a)
    return attention(rank4(a), rank4(a), rank4(a), { scale: 0.3, causal: true }) ?? []
  }
  const [z, r, out] = [normal(20, 4, 4 * 13), normal(13, 4 * 13), normal(20, 13)]
  const scan = fusedScan({ cell: 'lstm', activation: 'tanh', gateActivation: 'sigmoid', sequences: false })
  const [a, b] = [normal(6, 9, 14), normal(6, 14, 21)]
  const all = async (options: { threads: number; build: 'wide' | 'relaxed' }) => {
    await loadSimd(options)
    const results = [
      run('simd', attend, [q], weights),
      run('simd', scan, [z, r], out),
      run('simd', (x, y) => tf.matMul(x ?? [], y ?? []), [a, b]),
    ]
    return results.flat().map((values) => Buffer.from(values.buffer).toString('hex'))
  }
  const expected = await all({ threads: 2, build: 'wide' })
  assert.deepEqual(await all({ threads: 1, build: 'wide' }), expected)
  assert.deepEqual(await all({ threads: 2, build: 'relaxed' }), expected)
})
