import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { loadSimd } from '../../../../src-main/engine/simd/load.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { assertSameOnBoth, normal, type Op, rank4, rng, run, startBoth, type Values } from './support.ts'

before(() => startBoth())

interface Case {
  readonly op: Op
  readonly inputs: readonly Values[]
  readonly what: string
}

const below = (most: number): number => 1 + rng.below(most)
const sides = (): [number, number] => [below(3), below(3)]

function depthwise(): Case {
  const [taps, strides] = [[below(5), below(5)] as const, sides()]
  const [channels, multiplier] = [below(19), below(2)]
  const x = normal(below(4), taps[0] + rng.below(9), taps[1] + rng.below(9), channels)
  const filter = normal(...taps, channels, multiplier)
  const pad = rng.below(2) === 0 ? 'same' : 'valid'
  return {
    op: (a, b) => tf.depthwiseConv2d(rank4(a), rank4(b), strides, pad),
    inputs: [x, filter],
    what: `depthwise ${x.shape} * ${filter.shape}, strides ${strides}, ${pad}`,
  }
}

const volumes = (): [number, number, number] => [below(3), below(3), below(3)]

/**
 * Without averages at padded edges, whose gradients the cpu backend divides by the whole window, and without volumes
 * whose windows are not square, where it mistakes the place of the greatest number.
 */
function pooling(): Case {
  const [kind, flat] = [rng.below(2), rng.below(2) === 0]
  const pad = kind === 0 && rng.below(2) === 0 ? 'same' : 'valid'
  const [size, strides] = [volumes(), volumes()]
  if (kind === 0 && !flat) size[2] = size[1]
  const shape = [below(3), ...size.map((taps) => taps + rng.below(6)), below(19)]
  const x = normal(...(flat ? shape.filter((_, axis) => axis !== 1) : shape))
  const [, rows, columns] = size
  const [, down, right] = strides
  const op: Op = (a) => {
    if (!flat) return (kind === 0 ? tf.maxPool3d : tf.avgPool3d)(rank5(a), size, strides, pad)
    return (kind === 0 ? tf.maxPool : tf.avgPool)(rank4(a), [rows, columns], [down, right], pad)
  }
  const what = `${kind === 0 ? 'maxima' : 'averages'} of ${x.shape} by ${size}, strides ${strides}, ${pad}`
  return { op, inputs: [x], what }
}

function rank5(tensor: tf.Tensor): tf.Tensor5D {
  const [a = 1, b = 1, c = 1, d = 1, e = 1] = tensor.shape
  return tf.reshape(tensor, [a, b, c, d, e])
}

const cases: readonly [string, () => Case, number][] = [
  ['depthwise convolutions', depthwise, 30],
  ['pools', pooling, 40],
]

for (const [what, make, count] of cases) {
  test(`${what} and their gradients equal the cpu backend on random shapes`, () => {
    for (let i = 0; i < count; i++) {
      const { op, inputs, what } = make()
      assertSameOnBoth(op, inputs, what)
    }
  })
}

test('pools of every kind hand back all of their gradient: they grow with their numbers', () => {
  for (const [shape, size, strides] of [
    [
      [2, 3, 5, 7, 9],
      [2, 3, 1],
      [1, 2, 1],
    ],
    [
      [1, 2, 4, 4, 3],
      [1, 2, 3],
      [2, 3, 3],
    ],
  ] as const) {
    for (const pool of [tf.maxPool3d, tf.avgPool3d]) {
      const x = normal(...shape)
      const op: Op = (a) => pool(rank5(a), [...size], [...strides], 'same')
      const [y = new Float32Array()] = run('simd', op, [x])
      const [batch, ...volume] = shape
      const weights = normal(batch, ...strides.map((s, i) => Math.ceil((volume[i] ?? 0) / s)), shape[4])
      const [, dx = new Float32Array()] = run('simd', op, [x], weights)
      const given = dot(y, weights.values)
      assert.ok(Math.abs(given - dot(x.values, dx)) < 1e-5 * Math.abs(given), `${shape} by ${size}`)
    }
  }
})

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? Number.NaN), 0)

test('the same bits in vectors of eight and of four, on one thread and on two', async (t) => {
  t.after(() => loadSimd({ threads: 2 }))
  const all = cases.flatMap(([, make, count]) => Array.from({ length: Math.ceil(count / 4) }, () => make()))
  const results: Float32Array[][] = []
  for (const options of [{ threads: 2 }, { threads: 1 }, { threads: 2, build: 'relaxed' }] as const) {
    await loadSimd(options)
    results.push(all.flatMap(({ op, inputs }) => run('simd', withLoss(op), inputs)))
  }
  const [wide, ...others] = results
  for (const other of others) assert.deepEqual(other, wide)
})

/** The result and the gradients of the sum of its squares. */
function withLoss(op: Op): Op {
  return (...tensors) => {
    const square = (...xs: tf.Tensor[]): tf.Scalar => tf.sum(tf.square(tf.stack([op(...xs)].flat())))
    return [op(...tensors), tf.grads(square)(tensors)].flat()
  }
}
