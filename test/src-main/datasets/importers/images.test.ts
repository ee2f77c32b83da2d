import assert from 'node:assert/strict'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { createCatalogue, openDataset } from '../../../../src-main/datasets/index.ts'
import { pattern, refused, tempFolder } from '../fixtures.ts'
import { importFiles, type Options, png, raw, write } from './imageFixtures.ts'

describe('importImages', () => {
  test('folders are classes in order of their names, files too; pixels are exact', async (t) => {
    const home = await tempFolder(t)
    const { folder } = await importFiles(home, {
      'dog/2.png': await png(4, 6, 3, 2),
      'dog/1.PNG': await png(4, 6, 3, 1),
      'cat/x.png': await png(4, 6, 3, 3),
      'cat/.DS_Store': 'hidden',
      '.git/config': 'hidden',
      'readme.txt': 'beside the classes',
    })
    const { meta, examples, labels } = await openDataset(folder)
    assert.deepEqual(meta.classes, ['cat', 'dog'])
    assert.deepEqual(meta.shape, [4, 6, 3])
    assert.deepEqual([...labels], [0, 1, 1])
    assert.deepEqual(examples, Uint8Array.of(...pattern(72, 3), ...pattern(72, 1), ...pattern(72, 2)))
  })

  test('grey images stay grey unless asked; one coloured among them makes all coloured', async (t) => {
    const home = await tempFolder(t)
    const grey = { 'a/1.png': await png(4, 4, 1, 1), 'b/1.png': await png(4, 4, 1, 2) }
    const one = await openDataset((await importFiles(home, grey)).folder)
    assert.deepEqual(one.meta.shape, [4, 4, 1])
    assert.deepEqual(one.examples, Uint8Array.of(...pattern(16, 1), ...pattern(16, 2)))
    const three = await openDataset((await importFiles(home, grey, { channels: 3 })).folder)
    assert.deepEqual([...three.examples.subarray(0, 6)], [17, 17, 17, 48, 48, 48])
    const mixed = { 'b/2.png': await png(4, 4, 3, 2) }
    assert.deepEqual((await importFiles(home, mixed)).meta.shape, [4, 4, 3])
    assert.deepEqual((await importFiles(home, mixed, { channels: 1 })).meta.shape, [4, 4, 1])
  })

  test('palettes and transparency become colours on black; beside 16 bits, 8 bits are widened', async (t) => {
    const home = await tempFolder(t)
    const clear = await sharp({
      create: { width: 2, height: 2, channels: 4, background: { r: 255, g: 90, b: 9, alpha: 0 } },
    })
      .png()
      .toBuffer()
    const deep = await sharp({
      create: { width: 2, height: 2, channels: 3, background: { r: 200, g: 100, b: 50 } },
    })
      .toColourspace('rgb16')
      .png()
      .toBuffer()
    const palette = await sharp({
      create: { width: 2, height: 2, channels: 3, background: { r: 200, g: 100, b: 50 } },
    })
      .png({ palette: true })
      .toBuffer()
    const colour = [200, 100, 50]
    const files = { 'a/1.png': clear, 'b/1.png': palette }
    const flat = await openDataset((await importFiles(home, files)).folder)
    assert.deepEqual([...flat.examples], [...Array(12).fill(0), ...Array(4).fill(colour).flat()])
    const { examples } = await openDataset((await importFiles(home, { 'a/2.png': deep })).folder)
    const [wide, own] = [colour.map((value) => value * 257), colour.map((value) => value * 256)]
    assert.deepEqual(
      [...examples],
      [...Array(12).fill(0), ...Array(4).fill(own).flat(), ...Array(4).fill(wide).flat()],
    )
  })

  test('JPEGs are turned upright and scaled, cutting what overhangs', async (t) => {
    const home = await tempFolder(t)
    // Left half red, right half blue, to be turned a quarter clockwise: red ends on top.
    const pixels = Uint8Array.from({ length: 16 * 32 * 3 }, (_, i) => {
      const right = Math.floor(i / 3) % 32 >= 16
      return i % 3 === 0 ? (right ? 0 : 255) : i % 3 === 2 && right ? 255 : 0
    })
    const turned = await sharp(pixels, { raw: { height: 16, width: 32, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer()
    const files = { 'a/1.jpg': turned, 'b/1.jpeg': turned }
    const upright = await openDataset((await importFiles(home, files)).folder)
    assert.deepEqual(upright.meta.shape, [32, 16, 3])
    const at = (y: number, x: number) => [
      ...upright.examples.subarray((y * 16 + x) * 3, (y * 16 + x) * 3 + 3),
    ]
    assert.ok((at(2, 8)[0] ?? 0) > 240 && (at(2, 8)[2] ?? 255) < 15, `top ${at(2, 8)}`)
    assert.ok((at(29, 8)[2] ?? 0) > 240 && (at(29, 8)[0] ?? 255) < 15, `bottom ${at(29, 8)}`)
    const small = await importFiles(home, files, { resize: { height: 8, width: 8 } })
    assert.deepEqual(small.meta.shape, [8, 8, 3])
  })

  test('a second folder is the test part; it may lack classes but not have new ones', async (t) => {
    const home = await tempFolder(t)
    const testPath = join(home, 'tests')
    await write(testPath, { 'a/9.png': await png(4, 4, 3, 9), 'b/9.png': await png(4, 4, 3, 8) })
    const files = {
      'a/1.png': await png(4, 4, 3, 1),
      'b/1.png': await png(4, 4, 3, 2),
      'c/1.png': await png(4, 4, 3, 3),
    }
    const { meta } = await importFiles(home, files, { testPath })
    assert.deepEqual([meta.trainCount, meta.testCount], [3, 2])
    await write(testPath, { 'd/1.png': await png(4, 4, 3, 9) })
    await refused(
      home,
      () => importFiles(home, {}, { testPath }),
      /class "d" has no folder among the training images/,
    )
  })

  test('names the file or class that is wrong', async (t) => {
    const home = await tempFolder(t)
    const good = { 'a/1.png': await png(4, 4, 3, 1), 'b/1.png': await png(4, 4, 3, 2) }
    let n = 0
    const refuse = async (
      files: Record<string, Uint8Array | string>,
      words: RegExp,
      options: Options = {},
    ) => {
      const path = join(home, `case ${n++}`)
      await write(path, files)
      await refused(home, () => createCatalogue(home).import({ format: 'images', path, ...options }), words)
    }
    await refuse(
      { 'a/1.png': good['a/1.png'] },
      /has 1 folders of images, and a classifier needs at least two/,
    )
    await refuse({ '1.png': good['a/1.png'] }, /has 0 folders/)
    await refuse({ ...good, 'c/.keep': '' }, /class "c" has no image/)
    await refuse({ ...good, 'a/notes.txt': 'x' }, /a.notes\.txt: it is neither a \.png nor a \.jpg/)
    await refuse({ ...good, 'a/deeper/1.png': good['a/1.png'] }, /a.deeper: it is neither/)
    await refuse(
      { ...good, 'a/2.png': await png(4, 5, 3) },
      /2\.png: it is 4 x 5 pixels, but .*1\.png is 4 x 4; give a size/,
    )
    await refuse({ ...good, 'a/2.png': 'no picture at all' }, /content is neither PNG nor JPEG/)
    await refuse({ ...good, 'a/2.png': '<svg xmlns="http://www.w3.org/2000/svg"/>' }, /content is neither/)
    await refuse({ ...good, 'a/2.png': good['a/1.png'].subarray(0, 60) }, /2\.png: the image is damaged/)
    const photo = await raw(64, 64, 3).jpeg().toBuffer()
    await refuse(
      { 'a/1.jpg': photo, 'b/2.jpg': photo.subarray(0, photo.length >> 1) },
      /2\.jpg: the image is damaged/,
    )
    await refused(
      home,
      () => createCatalogue(home).import({ format: 'images', path: join(home, 'no') }),
      /no such file/,
    )
  })

  test('refuses images of too many pixels without unpacking them', async (t) => {
    const home = await tempFolder(t)
    const chunk = (type: string, data: Buffer): Buffer => {
      const body = Buffer.concat([Buffer.from(type), data])
      const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
      length.writeUInt32BE(data.length)
      sum.writeUInt32BE(crc32(body))
      return Buffer.concat([length, body, sum])
    }
    const header = Buffer.alloc(13)
    header.writeUInt32BE(100_000, 0)
    header.writeUInt32BE(100_000, 4)
    header.set([1, 0, 0, 0, 0], 8)
    const bomb = Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(Buffer.alloc(2 ** 24))),
      chunk('IEND', Buffer.alloc(0)),
    ])
    const files = { 'a/1.png': bomb, 'b/1.png': await png(4, 4, 3) }
    await refused(
      home,
      () => importFiles(home, files, { resize: { height: 8, width: 8 } }),
      /1\.png: it has more than 100000000 pixels/,
    )
    await refused(home, () => importFiles(home, files), /more than 100000000 pixels/)
    const wide = { 'a/1.png': await png(2, 5000, 3), 'b/1.png': await png(2, 5000, 3) }
    await refused(home, () => importFiles(home, wide), /2 x 5000 pixels are larger than the 4096/)
  })

  test('a link to nowhere in the folder is told by its path', {
    skip: process.platform === 'win32',
  }, async (t) => {
    const home = await tempFolder(t)
    await write(join(home, 'pictures'), {
      'a/1.png': await png(4, 4, 3, 1),
      'b/1.png': await png(4, 4, 3, 2),
    })
    await symlink(join(home, 'gone'), join(home, 'pictures/a/2.png'))
    await refused(home, () => importFiles(home, {}), /2\.png: there is no such file/)
  })
})
