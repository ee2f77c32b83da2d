import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Dataset, normalisation } from '../../../src-main/datasets/index.ts'
import { pattern } from './fixtures.ts'

const meta = {
  id: '0'.repeat(16),
  name: 'made up',
  classes: ['a', 'b'],
  trainCount: 8,
  testCount: 0,
  source: '',
}

const image = (examples: Uint8Array, shape: number[]): Dataset => ({
  meta: { ...meta, kind: 'image', dtype: 'uint8', shape },
  examples,
  labels: new Uint16Array(8),
})

const table = (examples: Float32Array, features: number): Dataset => ({
  meta: { ...meta, kind: 'table', dtype: 'float32', shape: [features] },
  examples,
  labels: new Uint16Array(8),
})

/** Mean and deviation as the textbook writes them, over the values of one channel. */
function textbook(values: readonly number[]): { mean: number; std: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return { mean, std: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length) }
}

const near = (got: number | undefined, want: number) =>
  assert.ok(
    Math.abs((got ?? Number.NaN) - want) <= 1e-12 * Math.max(1, Math.abs(want)),
    `${got} is not ${want}`,
  )

describe('normalisation', () => {
  test('per channel of images, from the training part alone', () => {
    const [count, height, width, channels] = [8, 5, 3, 3]
    const examples = pattern(count * height * width * channels)
    const train = Uint32Array.of(0, 2, 3, 7)
    const { mean, std } = normalisation(image(examples, [height, width, channels]), train)
    for (let c = 0; c < channels; c++) {
      const values: number[] = []
      for (const i of train)
        for (let p = 0; p < height * width; p++)
          values.push((examples[(i * height * width + p) * channels + c] ?? 0) / 255)
      const want = textbook(values)
      near(mean[c], want.mean)
      near(std[c], want.std)
    }
    const others = examples.slice()
    others.fill(255, 45, 90)
    assert.deepEqual(normalisation(image(others, [5, 3, 3]), train), { mean, std })
  })

  test('per feature of a table, with a mean large against the deviation', () => {
    const rows = [0, 1, 2, 3].map((i) => [100_000 + i, -i / 8, 7])
    const { mean, std } = normalisation(table(Float32Array.from(rows.flat()), 3), Uint32Array.of(0, 1, 3))
    for (const [c, expected] of [0, 1]
      .map((f) => textbook([0, 1, 3].map((i) => rows[i]?.[f] ?? 0)))
      .entries()) {
      near(mean[c], expected.mean)
      near(std[c], expected.std)
    }
  })

  test('a constant channel or feature has deviation 1', () => {
    assert.deepEqual(normalisation(table(Float32Array.of(7, 7), 1), Uint32Array.of(0, 1)), {
      mean: [7],
      std: [1],
    })
    const grey = normalisation(image(new Uint8Array(8).fill(51), [1, 1, 1]), Uint32Array.of(0, 1))
    assert.deepEqual(grey, { mean: [0.2], std: [1] })
  })

  test('needs an example', () => {
    assert.throws(
      () => normalisation(image(new Uint8Array(8), [1, 1, 1]), new Uint32Array(0)),
      /at least one/,
    )
  })
})
