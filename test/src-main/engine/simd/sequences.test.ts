import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { attention } from '../../../../src-main/engine/attention.ts'
import { scanOf } from '../../../../src-main/engine/recurrent.ts'
import type { ScanAttrs } from '../../../../src-main/engine/recurrentAttrs.ts'
import { loadSimd } from '../../../../src-main/engine/simd/load.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
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

const sigmoid = tf.sigmoid
const activations = {
  linear: (x: tf.Tensor) => x,
  sigmoid,
  tanh: tf.tanh,
  relu: tf.relu,
  hardSigmoid: (x: tf.Tensor) => tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1),
}

/** The states of a cell step by step, of operations that tfjs differentiates. */
const composedScan =
  ({ cell, activation, gateActivation, sequences }: ScanAttrs, seen?: Seen): Op =>
  (z, recurrent, bias) => {
    assert.ok(z && recurrent)
    const [act, gate] = [activations[activation], activations[gateActivation]]
    const [batch = 0, steps = 0] = z.shape
    const units = recurrent.shape[0] ?? 0
    const r = tf.reshape<tf.Rank.R2>(recurrent, [units, -1])
    let h: tf.Tensor2D = tf.zeros([batch, units])
    let c: tf.Tensor = tf.zeros([batch, units])
    const states: tf.Tensor[] = []
    const part = (x: tf.Tensor, i: number) => tf.slice(x, [0, i * units], [-1, units])
    const mask = seen && tf.tensor2d(seen(batch, steps), [batch, steps])
    for (let step = 0; step < steps; step++) {
      const [stateBefore, carryBefore] = [h, c]
      const own = tf.reshape<tf.Rank.R2>(tf.slice(z, [0, step, 0], [-1, 1, -1]), [batch, -1])
      const sum = tf.add(own, tf.matMul(h, r))
      if (cell === 'simple') h = tf.reshape(act(sum), [batch, units])
      if (cell === 'lstm') {
        c = tf.add(tf.mul(gate(part(sum, 1)), c), tf.mul(gate(part(sum, 0)), act(part(sum, 2))))
        h = tf.mul(gate(part(sum, 3)), act(c))
      }
      if (cell === 'gru') {
        const v = gate(part(sum, 0))
        const kept = tf.mul<tf.Tensor2D>(gate(part(sum, 1)), h)
        const last = tf.matMul(kept, tf.slice(r, [0, 2 * units], [-1, units]))
        const n = act(tf.add(part(own, 2), last))
        h = tf.add(tf.mul(v, h), tf.mul(tf.sub(1, v), n))
      }
      if (cell === 'gruAfter') {
        const v = gate(part(sum, 0))
        const product = tf.add(tf.sub(part(sum, 2), part(own, 2)), bias ?? 0)
        const n = act(tf.add(part(own, 2), tf.mul(gate(part(sum, 1)), product)))
        h = tf.add(tf.mul(v, h), tf.mul(tf.sub(1, v), n))
      }
      if (mask !== undefined) {
        const kept = tf.cast(tf.slice(mask, [0, step], [-1, 1]), 'bool')
        h = tf.where(kept, h, stateBefore)
        c = tf.where(kept, c, carryBefore)
      }
      states.push(h)
    }
    return sequences ? tf.stack(states, 1) : h
  }

const scans: [ScanAttrs, number, number, number][] = [
  [{ cell: 'lstm', activation: 'tanh', gateActivation: 'sigmoid', sequences: true }, 13, 5, 19],
  [{ cell: 'lstm', activation: 'relu', gateActivation: 'hardSigmoid', sequences: false }, 7, 3, 8],
  [{ cell: 'gru', activation: 'tanh', gateActivation: 'sigmoid', sequences: false }, 8, 4, 17],
  [{ cell: 'gru', activation: 'linear', gateActivation: 'hardSigmoid', sequences: true }, 2, 3, 5],
  [{ cell: 'gruAfter', activation: 'tanh', gateActivation: 'sigmoid', sequences: true }, 8, 4, 17],
  [{ cell: 'gruAfter', activation: 'relu', gateActivation: 'hardSigmoid', sequences: false }, 2, 3, 5],
  [{ cell: 'simple', activation: 'tanh', gateActivation: 'linear', sequences: true }, 7, 1, 9],
  [{ cell: 'simple', activation: 'sigmoid', gateActivation: 'linear', sequences: false }, 3, 6, 4],
]
const gatesOf = { lstm: 4, gru: 3, gruAfter: 3, simple: 1 }

/** Of an example and a step: 1, or 0 for a step that is passed over. */
type Seen = (batch: number, steps: number) => number[]

const fusedScan =
  (attrs: ScanAttrs, seen?: Seen): Op =>
  (z, recurrent, bias) => {
    assert.ok(z && recurrent)
    const [batch = 0, steps = 0, columns = 0] = z.shape
    const scan = scanOf(attrs)
    assert.ok(scan)
    const mask = seen && tf.tensor2d(seen(batch, steps), [batch, steps])
    return scan(tf.reshape(z, [batch, steps, columns]), tf.reshape(recurrent, [-1, columns]), { bias, mask })
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
