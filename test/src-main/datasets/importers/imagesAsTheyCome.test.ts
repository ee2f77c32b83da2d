import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import sharp from 'sharp'
import {
  createBatcher,
  createCatalogue,
  normalisation,
  openDataset,
} from '../../../../src-main/datasets/index.ts'
import { refused, tempFolder } from '../fixtures.ts'
import { importFiles, png, raw } from './imageFixtures.ts'

describe('images as cameras, people and accidents make them', () => {
  test('16-bit greys keep every level, of however narrow a range', async (t) => {
    const home = await tempFolder(t)
    const levels = (from: number) => Uint16Array.from({ length: 64 }, (_, i) => from + ((i * 7) % 32))
    const image = (values: Uint16Array) =>
      sharp(values, { raw: { width: 8, height: 8, channels: 1 } })
        .toColourspace('grey16')
        .png()
        .toBuffer()
    const [low, high] = [levels(1040), levels(1072)]
    const { folder } = await importFiles(home, {
      'low/0.png': await image(low),
      'high/0.png': await image(high),
    })
    const dataset = await openDataset(folder)
    assert.deepEqual([dataset.meta.dtype, dataset.meta.shape], ['uint16', [8, 8, 1]])
    assert.deepEqual(dataset.examples, Uint16Array.of(...high, ...low))
    // The reference: (v - mean) / std of all levels in float64, rounded once.
    const all = [...high, ...low]
    const mean = all.reduce((a, b) => a + b) / all.length
    const std = Math.sqrt(all.reduce((sum, v) => sum + (v - mean) ** 2, 0) / all.length)
    const out = new Float32Array(128)
    createBatcher(dataset, normalisation(dataset, Uint32Array.of(0, 1))).fill(Uint32Array.of(0, 1), out, 0, 0)
    for (const [i, value] of out.entries())
      assert.ok(Math.abs(value - ((all[i] ?? 0) - mean) / std) < 1e-5, `number ${i}`)
    assert.equal(new Set(out).size, 64)
    const seen = await createCatalogue(home).drawSamples(dataset.meta.id, 0, 1)
    const { channels } = await sharp(seen).stats()
    assert.deepEqual([channels[0]?.min, channels[0]?.max], [0, 255])
  })

  test('a JPEG that is damaged, but ends as it should, is refused; bytes after its end do no harm', async (t) => {
    const home = await tempFolder(t)
    // With the standard's Huffman tables, as most cameras write; with tables made for the image zeros may be valid data.
    const slope = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => {
      const [y, x] = [Math.floor(i / 192), Math.floor(i / 3) % 64]
      return [4 * y, 4 * x, 4 * (x ^ y)][i % 3] ?? 0
    })
    const whole = await sharp(slope, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg({ quality: 95, optimiseCoding: false })
      .toBuffer()
    const half = whole.length >> 1
    const end = Buffer.of(0xff, 0xd9)
    const cut = Buffer.concat([whole.subarray(0, half), end])
    const zeroed = Buffer.concat([whole.subarray(0, half), Buffer.alloc(whole.length - half - 2), end])
    const progressive = await raw(64, 64, 3).jpeg({ progressive: true }).toBuffer()
    const scanless = Buffer.concat([progressive.subarray(0, progressive.length >> 1), end])
    for (const [name, bytes] of Object.entries({ cut, zeroed, scanless }))
      await refused(
        home,
        () => importFiles(join(home, name), { 'a/1.jpg': whole, 'a/2.jpg': bytes, 'b/1.jpg': whole }),
        /2\.jpg: the image is damaged or cut short/,
      )
    const trailing = Buffer.concat([whole, Buffer.from('more'), Buffer.alloc(64)])
    const { meta } = await importFiles(join(home, 'good'), {
      'a/1.jfif': whole,
      'a/2.jpg': trailing,
      'b/1.JPEG': whole,
    })
    assert.equal(meta.trainCount, 3)
  })

  test('all files that cannot be used are told at once, and left out when asked', async (t) => {
    const home = await tempFolder(t)
    const whole = await png(4, 4, 3)
    const bad = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [`b/bad${i + 10}.png`, whole.subarray(0, 60)]),
    )
    const files = { 'a/1.png': whole, 'a/notes.txt': 'x', 'b/1.png': await png(4, 4, 3, 1), ...bad }
    await refused(
      home,
      () => importFiles(home, files),
      /^While importing pictures: 13 files cannot be used: a.notes\.txt \(it is neither a \.png.*\); b.bad10\.png, .*b.bad18\.png and 3 more \(the image is damaged or cut short\); .*--skip-unusable/,
    )
    const { meta, notes } = await importFiles(home, {}, { skipUnusable: true })
    assert.deepEqual([meta.trainCount, meta.classes], [2, ['a', 'b']])
    assert.match(notes.join(), /^13 files were left out: a.notes\.txt/)
    await refused(
      home,
      () =>
        importFiles(
          join(home, 'none'),
          { 'a/1.png': whole, 'b/2.png': 'no picture' },
          { skipUnusable: true },
        ),
      /class "b" .*no training example/,
    )
  })

  test('two folders whose names look alike, composed and not, are one class', {
    skip: process.platform === 'darwin',
  }, async (t) => {
    const home = await tempFolder(t)
    const { meta } = await importFiles(home, {
      'caf\u00e9/1.png': await png(4, 4, 3, 1),
      'cafe\u0301/2.png': await png(4, 4, 3, 2),
      'tea/1.png': await png(4, 4, 3, 3),
    })
    assert.deepEqual([meta.classes, meta.trainCount], [['caf\u00e9', 'tea'], 3])
  })
})
