import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import {
  createCatalogue,
  detectFormat,
  type ImportProgress,
  openDataset,
} from '../../../../src-main/datasets/index.ts'
import { cyclic, idx, pattern, refused, tempFolder, writeIdxFolder } from '../fixtures.ts'

/** Imports two files written from the given bytes. */
async function importPair(home: string, images: Uint8Array, labels: Uint8Array, classes?: string[]) {
  await writeFile(join(home, 'images'), images)
  await writeFile(join(home, 'labels'), labels)
  return createCatalogue(home).import({
    format: 'idx',
    path: join(home, 'images'),
    labels: join(home, 'labels'),
    ...(classes && { classes }),
  })
}

const goodImages = idx([6, 4, 5], pattern(120))
const goodLabels = idx([6], cyclic(6, 3))

describe('importIdx', () => {
  test('a folder gives the same data set gzipped or not, and under names with a dot', async (t) => {
    const home = await tempFolder(t)
    await writeIdxFolder(join(home, 'plain'), 9, 3)
    await writeIdxFolder(join(home, 'packed'), 9, 3, { extension: '.gz', bytes: (raw) => gzipSync(raw) })
    const catalogue = createCatalogue(home)
    const seen: ImportProgress[] = []
    const plain = await catalogue.import({ format: 'idx', path: join(home, 'plain') }, (at) => seen.push(at))
    const packed = await catalogue.import({ format: 'idx', path: join(home, 'packed') })
    assert.equal(packed.meta.id, plain.meta.id)
    assert.deepEqual(seen, [
      { done: 9, total: 12, unit: 'examples' },
      { done: 12, total: 12, unit: 'examples' },
    ])
    const { meta, examples, labels } = await openDataset(plain.folder)
    assert.deepEqual(meta.classes, ['0', '1', '2'])
    assert.deepEqual([meta.trainCount, meta.testCount, meta.name], [9, 3, 'plain'])
    assert.deepEqual(examples, Uint8Array.of(...pattern(180, 5), ...pattern(60, 4)))
    assert.deepEqual(labels, Uint16Array.of(0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2))
  })

  test('images larger than one piece of reading arrive whole', async (t) => {
    const home = await tempFolder(t)
    const values = pattern(3 * 1000 * 1100)
    const { folder } = await importPair(home, idx([3, 1000, 1100], values), idx([3], cyclic(3, 3)))
    assert.ok(Buffer.from((await openDataset(folder)).examples.buffer).equals(values))
  })

  test('labels may begin at 1 and have gaps: the classes are those in use', async (t) => {
    const home = await tempFolder(t)
    const images = idx([12, 4, 5], pattern(240))
    const fromOne = idx(
      [12],
      Uint8Array.from(cyclic(12, 4), (label) => label + 1),
    )
    const imported = async (labels: Uint8Array, classes?: string[]) => {
      const { folder, notes } = await importPair(home, images, labels, classes)
      const { meta, labels: stored } = await openDataset(folder)
      assert.deepEqual([...stored], [...cyclic(12, meta.classes.length)])
      return { classes: meta.classes, notes }
    }
    assert.deepEqual(await imported(fromOne), { classes: ['1', '2', '3', '4'], notes: [] })
    assert.deepEqual((await imported(fromOne, ['a', 'b', 'c', 'd'])).classes, ['a', 'b', 'c', 'd'])
    assert.deepEqual(await imported(fromOne, ['none', 'w', 'x', 'y', 'z']), {
      classes: ['w', 'x', 'y', 'z'],
      notes: ['No training example has the label of "none": left out.'],
    })
    const threesAndEights = idx(
      [12],
      Uint8Array.from(cyclic(12, 2), (label) => 3 + 5 * label),
    )
    assert.deepEqual((await imported(threesAndEights)).classes, ['3', '8'])
    await refused(
      home,
      () => importPair(home, images, threesAndEights, ['a', 'b', 'c']),
      /has label 3, but there are 3 classes.* or one for each of the 2 labels in use/,
    )
  })

  test('a folder of a standard name does not hide the file beside it, and is looked into', async (t) => {
    const home = await tempFolder(t)
    const [plain, dotted, nested] = [join(home, 'plain'), join(home, 'dotted'), join(home, 'nested')]
    await writeIdxFolder(plain, 9, 3)
    for (const name of await readdir(plain)) {
      const inside = await readFile(join(plain, name))
      await mkdir(join(dotted, name), { recursive: true })
      await writeFile(join(dotted, name.replace('-idx', '.idx')), inside)
      await mkdir(join(nested, name), { recursive: true })
      await writeFile(join(nested, name, name), inside)
    }
    const catalogue = createCatalogue(home)
    const { meta } = await catalogue.import({ format: 'idx', path: plain })
    assert.deepEqual([meta.trainCount, meta.testCount], [9, 3])
    for (const path of [dotted, nested])
      assert.equal((await catalogue.import({ format: 'idx', path })).meta.id, meta.id, path)
    assert.deepEqual(await Promise.all([dotted, nested].map(detectFormat)), ['idx', 'idx'])
  })

  test('names the label that only the test part has, the label out of range, the single class', async (t) => {
    const home = await tempFolder(t)
    const labels = (...values: number[]) => idx([6], Uint8Array.from(values))
    await writeFile(join(home, 'test-images'), goodImages)
    await writeFile(join(home, 'test-labels'), labels(0, 2, 1, 0, 0, 2))
    await writeFile(join(home, 'images'), goodImages)
    await writeFile(join(home, 'labels'), labels(0, 2, 2, 0, 0, 2))
    const at = (name: string) => join(home, name)
    await refused(
      home,
      () =>
        createCatalogue(home).import({
          format: 'idx',
          path: at('images'),
          labels: at('labels'),
          testImages: at('test-images'),
          testLabels: at('test-labels'),
        }),
      /test example 2 \(counted from 0\) has label 1, and no training example has that/,
    )
    await refused(home, () => importPair(home, goodImages, labels(0, 0, 0, 0, 0, 0)), /only 1 class/)
    await refused(
      home,
      () => importPair(home, goodImages, labels(0, 1, 0, 5, 0, 1), ['a', 'b']),
      /train example 3 \(counted from 0\) has label 5, but there are 2 classes/,
    )
  })

  test('refuses wrong magic numbers, swapped files, and sizes of nothing', async (t) => {
    const home = await tempFolder(t)
    await refused(
      home,
      () => importPair(home, idx([6, 4, 5], pattern(120), 0x0d03), goodLabels),
      /images: the magic number is 0x00000d03, but IDX images of unsigned bytes begin with 0x00000803/,
    )
    await refused(home, () => importPair(home, goodLabels, goodImages), /swapped/)
    await refused(
      home,
      () => importPair(home, goodImages, idx([6], cyclic(6, 3), 0x0802)),
      /labels: the magic/,
    )
    await refused(home, () => importPair(home, idx([0, 4, 5], pattern(0)), idx([0], pattern(0))), /0 x 4 x 5/)
    await refused(
      home,
      () => importPair(home, Buffer.from('GIF89a: no IDX at all'), goodLabels),
      /0x47494638/,
    )
  })

  test('refuses short files, extra bytes and counts that disagree', async (t) => {
    const home = await tempFolder(t)
    const cut = (bytes: Buffer) => bytes.subarray(0, bytes.length - 1)
    const more = (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(7)])
    await refused(
      home,
      () => importPair(home, cut(goodImages), goodLabels),
      /images: it ends 1 bytes too early/,
    )
    await refused(
      home,
      () => importPair(home, gzipSync(cut(goodImages)), goodLabels),
      /images: it ends 1 bytes too early/,
    )
    await refused(home, () => importPair(home, more(goodImages), goodLabels), /images: bytes are left over/)
    await refused(
      home,
      () => importPair(home, gzipSync(more(goodImages)), goodLabels),
      /images: bytes are left over/,
    )
    await refused(home, () => importPair(home, goodImages, cut(goodLabels)), /labels: it ends 1 bytes/)
    await refused(home, () => importPair(home, goodImages, more(goodLabels)), /labels: bytes are left over/)
    await refused(
      home,
      () => importPair(home, goodImages, idx([7], cyclic(7, 3))),
      /6 images, but labels has 7 labels/,
    )
    await refused(home, () => importPair(home, Buffer.alloc(0), goodLabels), /ends 4 bytes too early/)
    await refused(
      home,
      () => importPair(home, gzipSync(goodImages).subarray(0, 40), goodLabels),
      /not a whole gzip/,
    )
  })

  test('refuses what a header promises and no machine can hold, before reading on', async (t) => {
    const home = await tempFolder(t)
    const huge = (sizes: number[]) => idx(sizes, new Uint8Array(0))
    const labels = (count: number) => idx([count], new Uint8Array(0))
    await refused(
      home,
      () => importPair(home, huge([1, 100_000, 100_000]), labels(1)),
      /100000 x 100000 pixels are larger/,
    )
    await refused(
      home,
      () => importPair(home, huge([4e9, 4000, 4000]), labels(4e9)),
      /need .*e\+\d+ GiB, but|GiB, but/,
    )
    await refused(
      home,
      () => importPair(home, gzipSync(huge([10_000, 100, 100])), labels(10_000)),
      /100000000 bytes, more than/,
    )
    await refused(
      home,
      () => importPair(home, idx([1, 1, 2 ** 32 - 1], new Uint8Array(9)), labels(1)),
      /pixels are larger/,
    )
  })

  test('a gzip bomb behind a small header is not unpacked to its end', async (t) => {
    const home = await tempFolder(t)
    const bomb = gzipSync(Buffer.concat([goodImages, Buffer.alloc(2 ** 28)]))
    const before = process.memoryUsage.rss()
    await refused(home, () => importPair(home, bomb, goodLabels), /bytes are left over/)
    assert.ok(process.memoryUsage.rss() - before < 2 ** 27)
  })

  test('refuses paths that are not there, folders as files, half a test part, half a folder', async (t) => {
    const home = await tempFolder(t)
    const source = join(home, 'source')
    await writeIdxFolder(source, 9, 0)
    const catalogue = createCatalogue(home)
    const images = join(source, 'train-images-idx3-ubyte')
    const labels = join(source, 'train-labels-idx1-ubyte')
    const run = (options: object) => catalogue.import({ format: 'idx', path: images, ...options })
    await refused(home, () => run({ path: join(home, 'no') }), /there is no such file or folder/)
    await refused(home, () => run({ path: home }), /no train-images-idx3-ubyte/)
    await refused(home, () => run({ path: source, labels }), /it is a folder/)
    await refused(home, () => run({}), /labels file is missing/)
    await refused(home, () => run({ labels: source }), /is not a file/)
    await refused(home, () => run({ labels, testImages: images }), /images but no labels/)
    await refused(home, () => run({ labels, testLabels: labels }), /labels but no images/)
    await truncate(labels, 0)
    await refused(home, () => run({ path: source }), /ends 4 bytes too early/)
  })

  test('both parts must have images of one size', async (t) => {
    const home = await tempFolder(t)
    await writeIdxFolder(home, 9, 3)
    await mkdir(join(home, 'other'))
    await writeFile(join(home, 't10k-images-idx3-ubyte'), idx([3, 5, 4], pattern(60)))
    await refused(
      home,
      () => createCatalogue(home).import({ format: 'idx', path: home }),
      /its images are 5 x 4 x 1, those of train-images-idx3-ubyte 4 x 5 x 1/,
    )
  })
})
