import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as tfl from '@tensorflow/tfjs-layers'
import { loadSimd } from '../../../../src-main/engine/simd/load.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { buildModel } from '../../../../src-main/trainer/models/index.ts'
import { input, specOfModel } from '../../trainer/models/topologies.ts'
import {
  assertSameOnBoth,
  normal,
  type Op,
  rank4,
  relativeError,
  rng,
  run,
  startBoth,
  tolerance,
  type Values,
} from './support.ts'

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

function line(): Case {
  const [taps, stride] = [below(5), below(3)]
  const channels = below(19)
  const x = normal(below(4), taps + rng.below(20), channels)
  const filter = normal(taps, channels, below(36))
  const pad = rng.below(2) === 0 ? 'same' : 'valid'
  const op: Op = (a, b) => tf.conv1d(rank3(a), rank3(b), stride, pad)
  return { op, inputs: [x, filter], what: `conv1d ${x.shape} * ${filter.shape}, ${pad}` }
}

function volume(): Case {
  const [taps, strides, channels] = [volumes(), volumes(), below(19)]
  const x = normal(below(3), ...taps.map((size) => size + rng.below(4)), channels)
  const filter = normal(...taps, channels, below(19))
  const pad = rng.below(2) === 0 ? 'same' : 'valid'
  const op: Op = (a, b) => tf.conv3d(rank5(a), rank5(b), strides, pad)
  return { op, inputs: [x, filter], what: `conv3d ${x.shape} * ${filter.shape}, strides ${strides}, ${pad}` }
}

function transposed(): Case {
  const [taps, stride, channels, filters] = [[below(4), below(4)] as const, below(3), below(19), below(19)]
  const [batch, height, width] = [below(3), below(5), below(5)]
  const filter = normal(...taps, filters, channels)
  const shape: [number, number, number, number] = [batch, height * stride, width * stride, filters]
  const op: Op = (a, b) => tf.conv2dTranspose(rank4(a), rank4(b), shape, stride, 'same')
  const x = normal(batch, height, width, channels)
  return { op, inputs: [x, filter], what: `transposed ${x.shape} * ${filter.shape}, stride ${stride}` }
}

/** Few places and many channels: padding is left out, and a filter's taps are summed by themselves. */
function deep(): Case {
  const [batch, size, channels, filters] = [
    6 + rng.below(30),
    1 + rng.below(3),
    32 + rng.below(9),
    60 + below(20),
  ]
  const [taps, stride] = [[2, 3, 3][rng.below(3)] ?? 3, below(2)]
  const inputs = [normal(batch, size, size + 1, channels), normal(taps, taps, channels, filters)]
  const op: Op = (a, b) => tf.conv2d(rank4(a), rank4(b), stride, 'same')
  return {
    op,
    inputs,
    what: `${taps}×${taps} of [${batch}, ${size}, ${size + 1}, ${channels}] to ${filters}, stride ${stride}`,
  }
}

/** One square image of several pixels, without their centres: of others the cpu backend errs, or never ends. */
function resized(): Case {
  const size: [number, number] = [below(9), below(9)]
  const side = 1 + below(5)
  const x = normal(1, side, side, below(19))
  const [bilinear, corners] = [rng.below(2) === 0, rng.below(2) === 0]
  const op: Op = (a) =>
    (bilinear ? tf.image.resizeBilinear : tf.image.resizeNearestNeighbor)(rank4(a), size, corners)
  return {
    op,
    inputs: [x],
    what: `${x.shape} resized to ${size}, bilinear: ${bilinear}, corners: ${corners}`,
  }
}

function rank3(tensor: tf.Tensor): tf.Tensor3D {
  const [a = 1, b = 1, c = 1] = tensor.shape
  return tf.reshape(tensor, [a, b, c])
}

const cases: readonly [string, () => Case, number][] = [
  ['depthwise convolutions', depthwise, 30],
  ['pools', pooling, 40],
  ['convolutions of lines', line, 20],
  ['convolutions of volumes', volume, 25],
  ['transposed convolutions', transposed, 15],
  ['convolutions of few places and many channels', deep, 4],
  ['resized images', resized, 25],
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

test('what no window of an average pool reaches has a gradient of 0, also where padding fills a window up', () => {
  const weights = { shape: [1, 1, 1, 2], values: Float32Array.of(4, 8) }
  const [, dx] = run('simd', (x) => tf.avgPool(rank4(x), 3, 3, 1), [normal(1, 3, 3, 2)], weights)
  // One window, over rows and columns -1 to 1: four numbers are there.
  const reached = [1, 2]
  assert.deepEqual(
    dx,
    Float32Array.of(...reached, ...reached, 0, 0, ...reached, ...reached, ...Array(8).fill(0)),
  )
})

test('windows that tfjs forgets as it differentiates, where their number is rounded up, are left to it', () => {
  const pads: [[number, number], [number, number], [number, number], [number, number]] = [
    [0, 0],
    [1, 1],
    [0, 2],
    [0, 0],
  ]
  const op: Op = (x, w) => tf.conv2d(rank4(x), rank4(w), 3, pads, 'NHWC', 1, 'ceil')
  assertSameOnBoth(op, [normal(2, 5, 6, 3), normal(2, 2, 3, 4)], 'rounded up')
})

test('bilinear images by the centres of pixels: as the cpu backend has them, and the gradient is the adjoint', () => {
  const x = normal(2, 3, 4, 5)
  const op: Op = (a) => tf.image.resizeBilinear(rank4(a), [7, 3], false, true)
  assertSameOnBoth(op, [x], 'resized by centres', false)
  const weights = normal(2, 7, 3, 5)
  const [y = new Float32Array(), dx = new Float32Array()] = run('simd', op, [x], weights)
  const given = dot(y, weights.values)
  assert.ok(Math.abs(given - dot(x.values, dx)) < 1e-5 * Math.abs(given))
})

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? Number.NaN), 0)

test('filters of volumes one slice deep, at all strides and paddings', () => {
  for (let i = 0; i < 24; i++) {
    // Every third in fours and 3×3, which an image would be convolved by Winograd for.
    const square = i % 3 === 0
    const [channels, filters] = square ? [8, 12] : [below(9), below(9)]
    const taps = square ? 3 : below(4)
    const pad = ([0, 1, 2, 'same', 'valid'] as const)[i % 5] ?? 1
    // The first ones of a volume one slice deep, whose only window meets zeros alone at padding 1.
    const strides = [i < 6 ? 3 : below(4), square ? 1 : below(3), square ? 1 : below(3)] as const
    const x = normal(below(2), i < 6 ? 1 : below(3), 4 + below(4), 4 + below(4), channels)
    const filter = normal(1, taps, taps, channels, filters)
    const attrs = { strides: [...strides], pad, dataFormat: 'NDHWC', dilations: [1, 1, 1] }
    const op: Op = (a, b) => tf.engine().runKernel<tf.Tensor>('Conv3D', { x: a, filter: b }, attrs)
    assertSameOnBoth(
      op,
      [x, filter],
      `conv3d ${x.shape} * ${filter.shape}, strides ${strides}, padding ${pad}`,
    )
  }
})

test('a dilated filter and its gradients are those of the filter with zeros between its taps', () => {
  for (let i = 0; i < 12; i++) {
    const [channels, filters, rate] = [below(12), below(12), [1 + below(3), below(3)] as const]
    const [rows, columns] = [below(3), below(3)]
    const kind = i % 3
    const shape = [below(3), 4 + rate[0] * rows, 3 + rate[1] * columns, channels]
    const x = normal(...(kind === 2 ? [shape[0] ?? 1, 3, ...shape.slice(1)] : shape))
    const filter = normal(
      ...(kind === 2 ? [1 + (i % 2)] : []),
      rows,
      columns,
      channels,
      kind === 1 ? 2 : filters,
    )
    const pad = rng.below(2) === 0 ? 'same' : 'valid'
    const convolve = (a: tf.Tensor, b: tf.Tensor, [down, right]: readonly [number, number]): tf.Tensor => {
      if (kind === 2) return tf.conv3d(rank5(a), rank5(b), 1, pad, 'NDHWC', [1, down, right])
      return (kind === 1 ? tf.depthwiseConv2d : tf.conv2d)(rank4(a), rank4(b), 1, pad, 'NHWC', [down, right])
    }
    const dilated: Op = (a, b) => convolve(a, b, rate)
    const spread: Op = (a, b) => {
      const zeros = (axis: number, size: number): [number, number][] =>
        b.shape.map((_, other) => (other === axis ? [0, size] : [0, 0]))
      const axis = b.rank - 4
      let wide = b
      for (const [at, step] of [
        [axis, rate[0]],
        [axis + 1, rate[1]],
      ] as const) {
        const taps = wide.shape[at] ?? 1
        const start = (n: number): number[] => b.shape.map((_, other) => (other === at ? n : 0))
        const one = wide.shape.map((size, other) => (other === at ? 1 : size))
        const cut = Array.from({ length: taps }, (_, n) => tf.slice(wide, start(n), one))
        const apart = cut.map((tap, n) => (n < taps - 1 ? tf.pad(tap, zeros(at, step - 1)) : tap))
        wide = tf.concat(apart, at)
      }
      return convolve(a, wide, [1, 1])
    }
    tf.setBackend('simd')
    const weights = normal(
      ...tf.tidy(() => [dilated(tf.zeros(x.shape), tf.zeros(filter.shape))].flat()[0]?.shape ?? []),
    )
    const [expected, actual] = [
      run('cpu', spread, [x, filter], weights),
      run('simd', dilated, [x, filter], weights),
    ]
    for (const [output, values] of expected.entries()) {
      const error = relativeError(actual[output] ?? [], values)
      assert.ok(
        error < tolerance,
        `${x.shape} * ${filter.shape}, dilated by ${rate}, ${pad}: output ${output} is off by ${error}`,
      )
    }
  }
})

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

test('a dilated layer without an activation trains', async () => {
  const { layers } = tfl
  const topology = tfl.sequential({
    layers: [
      layers.conv2d({ inputShape: [6, 6, 1], filters: 2, kernelSize: 2, dilationRate: [1, 3] }),
      layers.flatten(),
      layers.dense({ units: 3 }),
    ],
  })
  const model = await buildModel(specOfModel(topology), input, 1)
  const mode = { training: true, step: 0, seed: 0, statisticsRate: 0 }
  const x = tf.ones([2, 36])
  const { value, grads } = tf.variableGrads(() => tf.sum(model.forward(x, mode)), [...model.variables])
  assert.deepEqual(
    Object.values(grads).map(({ shape }) => shape),
    [[2, 2, 1, 2], [2], [30, 3], [3]],
  )
  tf.dispose([value, grads, x])
  model.dispose()
})
