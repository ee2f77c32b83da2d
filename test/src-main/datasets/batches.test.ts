import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { random } from '../../../shared/random.ts'
import { createBatcher, type Dataset, type ImageChanges } from '../../../src-main/datasets/index.ts'
import { pattern } from './fixtures.ts'

const meta = {
  id: '0'.repeat(16),
  name: 'made up',
  classes: ['a', 'b'],
  trainCount: 6,
  testCount: 0,
  source: '',
}

function image(height: number, width: number, channels: number, count = 6): Dataset {
  return {
    meta: { ...meta, kind: 'image', dtype: 'uint8', shape: [height, width, channels] },
    examples: pattern(count * height * width * channels),
    labels: new Uint16Array(count),
  }
}

const stats = (channels: number) => ({
  mean: Array.from({ length: channels }, (_, c) => 0.3 + 0.1 * c),
  std: Array.from({ length: channels }, (_, c) => 0.25 - 0.05 * c),
})

/** Pads, crops and mirrors pixel by pixel on a padded copy: slow, and nothing like the real one. */
function slowBatch(
  { meta: { shape }, examples }: Dataset,
  indices: readonly number[],
  { crop = 0, flip = false }: ImageChanges,
  step: number,
  seed: number,
): number[] {
  const [h = 0, w = 0, c = 0] = shape
  const { mean, std } = stats(c)
  const rng = random(seed, 'augment', step)
  return indices.flatMap((index) => {
    const padded = Array.from({ length: h + 2 * crop }, (_, y) =>
      Array.from({ length: w + 2 * crop }, (_, x) => {
        const inside = y >= crop && y < h + crop && x >= crop && x < w + crop
        const at = ((index * h + y - crop) * w + x - crop) * c
        return Array.from({ length: c }, (_, k) =>
          inside ? Math.fround(((examples[at + k] ?? 0) / 255 - (mean[k] ?? 0)) / (std[k] ?? 1)) : 0,
        )
      }),
    )
    const top = crop > 0 ? rng.below(2 * crop + 1) : 0
    const left = crop > 0 ? rng.below(2 * crop + 1) : 0
    const window = padded.slice(top, top + h).map((row) => row.slice(left, left + w))
    const mirrored = flip && rng.next() < 0.5
    return window.flatMap((row) => (mirrored ? row.toReversed() : row)).flat()
  })
}

describe('createBatcher', () => {
  test('equals a slow second implementation, with and without augmentation', () => {
    const side = fc.integer({ min: 1, max: 7 })
    fc.assert(
      fc.property(
        fc.record({ h: side, w: side, c: fc.constantFrom(1, 2, 3, 4) }),
        fc.record({ crop: fc.integer({ min: 0, max: 9 }), flip: fc.boolean() }),
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 9 }),
        fc.nat(1000),
        fc.nat(1000),
        ({ h, w, c }, augmentation, indices, step, seed) => {
          const dataset = image(h, w, c)
          const batcher = createBatcher(dataset, stats(c), augmentation)
          const out = new Float32Array(indices.length * h * w * c).fill(Number.NaN)
          batcher.fill(Uint32Array.from(indices), out, step, seed)
          const want = Float32Array.from(slowBatch(dataset, indices, augmentation, step, seed))
          assert.deepEqual(out, want)
        },
      ),
      { numRuns: 300 },
    )
  })

  const paint = (dataset: Dataset, augmentation: ImageChanges, step: number) => {
    const [, , channels = 1] = dataset.meta.shape
    const out = new Float32Array(dataset.labels.length * dataset.meta.shape.reduce((a, b) => a * b))
    const all = Uint32Array.from(dataset.labels, (_, i) => i)
    createBatcher(dataset, stats(channels), augmentation).fill(all, out, step, 1)
    return out
  }

  test('brightness multiplies levels up to white, each image by its own factor, and leaves padding alone', () => {
    const dataset = image(5, 4, 3)
    const { mean, std } = stats(3)
    const crop = { crop: 2, flip: true }
    const plain = paint(dataset, crop, 3)
    const bright = paint(dataset, { ...crop, brightness: { low: 0.5, high: 2 } }, 3)
    const rng = random(1, 'augment-brightness', 3)
    for (let b = 0; b < 6; b++) {
      const factor = 0.5 + 1.5 * rng.next()
      for (let i = b * 60; i < (b + 1) * 60; i++) {
        const value = plain[i] ?? 0
        const [average, spread] = [mean[i % 3] ?? 0, std[i % 3] ?? 1]
        const level = Math.round((value * spread + average) * 255) / 255
        // Padding is 0 as normalised; no level of this pattern is the mean.
        const want = value === 0 ? 0 : (Math.min(level * factor, 1) - average) / spread
        assert.ok(Math.abs((bright[i] ?? 0) - want) < 1e-5, `image ${b}, ${i}: ${bright[i]} and not ${want}`)
      }
    }
  })

  test('cutout takes one square cut at the borders, its centre on every pixel alike', () => {
    const dataset = image(5, 4, 2)
    const centres = new Map<string, number>()
    for (let step = 0; step < 600; step++) {
      const plain = paint(dataset, {}, step)
      const cut = paint(dataset, { cutout: { side: 3 } }, step)
      for (let b = 0; b < 6; b++) {
        const gone: [number, number][] = []
        for (let y = 0; y < 5; y++)
          for (let x = 0; x < 4; x++) {
            const at = ((b * 5 + y) * 4 + x) * 2
            const pixel = cut.slice(at, at + 2)
            if (pixel.every((value) => value === 0)) gone.push([y, x])
            else assert.deepEqual(pixel, plain.slice(at, at + 2))
          }
        const [ys, xs] = [gone.map(([y]) => y), gone.map(([, x]) => x)]
        const box = [Math.min(...ys), Math.max(...ys), Math.min(...xs), Math.max(...xs)] as const
        assert.equal(gone.length, (box[1] - box[0] + 1) * (box[3] - box[2] + 1))
        centres.set(box.join(), (centres.get(box.join()) ?? 0) + 1)
      }
    }
    // Each centre has a square of its own: 20 of them, about 180 times each.
    assert.equal(centres.size, 20)
    for (const times of centres.values()) assert.ok(times > 110 && times < 260, `${times}`)
  })

  test('random erasing takes a whole rectangle of the area and aspect asked for, from the part of images asked for', () => {
    const dataset = image(20, 16, 1)
    let erased = 0
    for (let step = 0; step < 200; step++) {
      const plain = paint(dataset, {}, step)
      const cut = paint(
        dataset,
        { erasing: { probability: 0.4, areaLow: 0.05, areaHigh: 0.3, aspect: 0.5 } },
        step,
      )
      for (let b = 0; b < 6; b++) {
        const gone = Array.from({ length: 320 }, (_, i) => i).filter((i) => cut[b * 320 + i] === 0)
        for (let i = b * 320; i < (b + 1) * 320; i++) assert.ok(cut[i] === 0 || cut[i] === plain[i])
        if (gone.length === 0) continue
        erased++
        const [ys, xs] = [gone.map((i) => Math.floor(i / 16)), gone.map((i) => i % 16)]
        const height = Math.max(...ys) - Math.min(...ys) + 1
        const width = Math.max(...xs) - Math.min(...xs) + 1
        assert.equal(gone.length, height * width)
        // Sides are rounded to pixels: half a pixel each. 16 and 96 pixels are the areas asked for.
        assert.ok((height + 0.5) * (width + 0.5) >= 16 && (height - 0.5) * (width - 0.5) <= 96)
        assert.ok((height + 0.5) / (width - 0.5) >= 0.5 && (height - 0.5) / (width + 0.5) <= 2)
      }
    }
    // Four standard errors of 1,200 throws.
    assert.ok(Math.abs(erased / 1200 - 0.4) < 0.057, `${erased}`)
  })

  test('a change that is switched on moves no draw of another', () => {
    const dataset = image(6, 6, 1)
    const [crop, all] = [
      { crop: 2, flip: true },
      { cutout: { side: 1 }, rotation: 1e-9 },
    ]
    const [alone, both] = [paint(dataset, crop, 4), paint(dataset, { ...crop, ...all }, 4)]
    const moved = both.filter((value, i) => Math.abs(value - (alone[i] ?? 0)) > 1e-5)
    assert.ok(moved.every((value) => value === 0) && moved.length <= 6)
  })

  test('the same step gives the same bits, another step or seed others', () => {
    const batcher = createBatcher(image(8, 8, 3), stats(3), { crop: 2, flip: true })
    const fill = (step: number, seed: number): Float32Array => {
      const out = new Float32Array(6 * 192)
      batcher.fill(Uint32Array.of(0, 1, 2, 3, 4, 5), out, step, seed)
      return out
    }
    assert.deepEqual(fill(5, 1), fill(5, 1))
    assert.notDeepEqual(fill(5, 1), fill(6, 1))
    assert.notDeepEqual(fill(5, 1), fill(5, 2))
  })

  test('draws every crop offset and both directions', () => {
    const one: Dataset = { ...image(3, 3, 1), examples: new Uint8Array(54).fill(0) }
    one.examples[4] = 255
    one.examples[3] = 128
    const batcher = createBatcher(one, { mean: [0], std: [1] }, { crop: 1, flip: true })
    const seen = new Set<string>()
    const out = new Float32Array(9)
    for (let step = 0; step < 500; step++) {
      batcher.fill(Uint32Array.of(0), out, step, 1)
      seen.add(out.map((v) => Math.round(v * 2)).join(''))
    }
    assert.equal(seen.size, 3 * 3 * 2)
  })

  test('normalises tables and leaves the rest of the output alone', () => {
    const dataset: Dataset = {
      meta: { ...meta, kind: 'table', dtype: 'float32', shape: [2] },
      examples: Float32Array.of(1, 10, 2, 20, 3, 30),
      labels: new Uint16Array(3),
    }
    const out = new Float32Array(6).fill(-7)
    createBatcher(dataset, { mean: [1, 10], std: [2, 5] }).fill(Uint32Array.of(2, 0), out, 0, 0)
    assert.deepEqual(out, Float32Array.of(1, 4, 0, 0, -7, -7))
  })

  test('refuses augmented tables, wrong statistics and a short output', () => {
    const table: Dataset = {
      meta: { ...meta, kind: 'table', dtype: 'float32', shape: [2] },
      examples: new Float32Array(4),
      labels: new Uint16Array(2),
    }
    const two = { mean: [0, 0], std: [1, 1] }
    assert.throws(() => createBatcher(table, two, { flip: true }), {
      name: 'UserError',
      message: /this is a table/,
    })
    assert.throws(() => createBatcher(table, { mean: [0], std: [1] }), /1 channels, the data set 2/)
    const batcher = createBatcher(table, two)
    assert.throws(
      () => batcher.fill(Uint32Array.of(0, 1), new Float32Array(3), 0, 0),
      /needs 4 numbers, got 3/,
    )
  })
})
