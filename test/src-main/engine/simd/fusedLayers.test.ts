import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as fused from '../../../../src-main/engine/fused.ts'
import { dropoutMask, noiseChunk, normals } from '../../../../src-main/engine/noise.ts'
import { loadSimd } from '../../../../src-main/engine/simd/load.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { normal, relativeError, run, startBoth, type Values } from './support.ts'

/* Layer and group normalisation against float64, and noise against the generator that it stands for. */

before(() => startBoth())

interface Normed {
  readonly outer: number
  readonly places: number
  readonly groups: number
  readonly width: number
}

const epsilon = 1e-3

/** Σ w·y of y = γ·(x - mean) / √(variance + ε) + β in float64, and y. */
function inDoubles(
  [x, gamma, beta, weights]: readonly Float64Array[],
  { outer, places, groups, width }: Normed,
) {
  const y = new Float64Array(x?.length ?? 0)
  let total = 0
  for (let o = 0; o < outer; o++) {
    for (let g = 0; g < groups; g++) {
      const own = Array.from({ length: places * width }, (_, i) => {
        const [place, c] = [Math.floor(i / width), g * width + (i % width)]
        return [(o * places + place) * groups * width + c, c] as const
      })
      const mean = own.reduce((sum, [at]) => sum + (x?.[at] ?? 0), 0) / own.length
      const variance = own.reduce((sum, [at]) => sum + ((x?.[at] ?? 0) - mean) ** 2, 0) / own.length
      for (const [at, c] of own) {
        const h = ((x?.[at] ?? 0) - mean) / Math.sqrt(variance + epsilon)
        y[at] = h * (gamma?.[c] ?? 0) + (beta?.[c] ?? 0)
        total += (y[at] ?? 0) * (weights?.[at] ?? 0)
      }
    }
  }
  return { y, total }
}

/** y, and the gradients for x, gamma and beta of Σ w·y. */
function onSimd([x, gamma, beta, weights]: readonly Values[], shape: Normed): Float32Array[] {
  assert.ok(x && gamma && beta && weights)
  const given = { epsilon, outer: shape.outer, places: shape.places, groups: shape.groups }
  return run(
    'simd',
    (a, g, b, w) => {
      assert.ok(a && g && b && w)
      const { y, statistics } = fused.layerNorm(a, g, b, given)
      return [y, ...fused.layerNormGradient(w, [a, g, statistics], given)]
    },
    [x, gamma, beta, weights],
  )
}

const cases: Normed[] = [
  { outer: 5, places: 1, groups: 1, width: 1 },
  { outer: 40, places: 1, groups: 1, width: 7 },
  { outer: 3, places: 1, groups: 1, width: 1001 },
  { outer: 2, places: 6, groups: 3, width: 2 },
  { outer: 3, places: 5, groups: 2, width: 9 },
]

test('layer and group normalisation and their gradients equal float64 and its central differences', () => {
  for (const shape of cases) {
    const { outer, places, groups, width } = shape
    const channels = groups * width
    const inputs = [
      normal(outer, places, channels),
      normal(channels),
      normal(channels),
      normal(outer, places, channels),
    ]
    // Far from zero, where a variance of one pass would lose its digits.
    const [x] = inputs
    assert.ok(x)
    for (const [i, value] of x.values.entries()) x.values[i] = 2 * value + 10
    const [y = [], ...gradients] = onSimd(inputs, shape)
    const doubles = inputs.map(({ values }) => Float64Array.from(values))
    const what = JSON.stringify(shape)
    const error = relativeError(y, inDoubles(doubles, shape).y)
    assert.ok(error < 1e-5, `${what} is off by ${error}`)
    const h = 1e-4
    for (const [which, gradient] of gradients.entries()) {
      const values = doubles[which] ?? new Float64Array()
      // Some entries of a large tensor tell as much as all.
      const every = Math.ceil(values.length / 40)
      const picked = Array.from(values.keys()).filter((i) => i % every === 0)
      const estimated = picked.map((i) => {
        const value = values[i] ?? 0
        values[i] = value + h
        const above = inDoubles(doubles, shape).total
        values[i] = value - h
        const below = inDoubles(doubles, shape).total
        values[i] = value
        return (above - below) / (2 * h)
      })
      const off = relativeError(
        picked.map((i) => gradient[i] ?? Number.NaN),
        estimated,
      )
      assert.ok(off < 2e-5 || width * places === 1, `${what}: gradient ${which} is off by ${off}`)
    }
  }
})

test('layer normalisation: the same bits on one thread, on two, and in fours', async () => {
  const shape = { outer: 300, places: 1, groups: 1, width: 131 }
  const inputs = [normal(300, 131), normal(131), normal(131), normal(300, 131)]
  const seen = []
  for (const options of [{ threads: 1 }, { threads: 2 }, { threads: 2, build: 'relaxed' } as const]) {
    await loadSimd(options)
    seen.push(onSimd(inputs, shape))
  }
  assert.deepEqual(seen[1], seen[0])
  assert.deepEqual(seen[2], seen[0])
})

test('noise is number for number that of the generator, in chunks with keys of their own', () => {
  const key = { seed: 5, purpose: 'test', step: 3 }
  const shape = [noiseChunk + 4097]
  const on = (backend: string, make: () => tf.Tensor): Float32Array => {
    tf.setBackend(backend)
    return tf.tidy(() => make().dataSync<'float32'>())
  }
  const mask = () => dropoutMask(shape, key, 0.3)
  assert.deepEqual(on('simd', mask), on('cpu', mask))
  const gauss = () => normals(shape, key, 1, 0.5)
  const [ours, theirs] = [on('simd', gauss), on('cpu', gauss)]
  assert.ok(relativeError(ours, theirs) < 1e-7, `off by ${relativeError(ours, theirs)}`)
  const again = on('simd', mask)
  const kept = again.filter((value) => value !== 0)
  assert.ok(Math.abs(kept.length / again.length - 0.7) < 0.01)
  assert.ok(kept.every((value) => value === Math.fround(1 / 0.7)))
})
