import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import sharp from 'sharp'
import type { ImportOptions } from '../../../shared/data/importOptions.ts'
import { type DataPreview, type PreviewInput, previewOptions } from '../../../shared/data/preview.ts'
import { extentText, previewFacts } from '../../../shared/data/previewText.ts'
import { UserError } from '../../../shared/errors.ts'
import { createDataUploads } from '../../../src-main/datasets/dataUploads.ts'
import { createCatalogue } from '../../../src-main/datasets/index.ts'
import { lookAt } from '../../../src-main/datasets/preview/index.ts'
import { firstLook, type LookBounds, wholeLook } from '../../../src-main/datasets/preview/look.ts'
import { previewData } from '../../../src-main/datasets/preview/previewData.ts'
import { cyclic, idx, pattern, tempFolder, tree, writeIdxFolder } from './fixtures.ts'

/* What a preview tells is held against the import of the same data. */

async function look(options: PreviewInput, bounds: Partial<LookBounds> = {}): Promise<DataPreview> {
  let last: DataPreview | undefined
  for await (const preview of lookAt(previewOptions.parse(options), { ...wholeLook, ...bounds }, ''))
    last = preview
  assert.ok(last)
  return last
}

const counts = ({ classes }: DataPreview) => classes.map(({ name, train, test }) => [name, train, test])

/** The same of what the import stores. */
async function imported(home: string, options: ImportOptions) {
  const catalogue = createCatalogue(home)
  const stored = await catalogue.import(options)
  const { train, test } = await catalogue.classCounts(stored)
  const { meta } = stored
  return { meta, counts: meta.classes.map((name, c) => [name, train[c], test[c]]) }
}

describe('a table', () => {
  const text = 'size,town,Label\n1.5,x,cat\n2,y,dog\n3,x,dog\n'

  test('whole: counts, kinds, the class that is guessed, as the import has them', async (t) => {
    const home = await tempFolder(t)
    const path = join(home, 'pets.csv')
    const testPath = join(home, 'pets-test.csv')
    await writeFile(path, text)
    await writeFile(testPath, 'size,town,Label\n9,y,cat\n')
    const preview = await look({ format: 'csv', path, testPath })
    const truth = await imported(home, { format: 'csv', path, testPath, label: 'Label' })
    assert.deepEqual(counts(preview), truth.counts)
    assert.deepEqual(preview.train, { count: truth.meta.trainCount, is: 'exact' })
    assert.deepEqual(preview.test, { count: truth.meta.testCount, is: 'exact' })
    assert.equal(preview.isWhole, true)
    assert.equal(preview.refusal, null)
    assert.deepEqual(preview.table?.label, { column: 'Label', reason: 'it is called Label' })
    assert.deepEqual(
      preview.table?.columns.map(({ name, kind, role, least, greatest }) => [
        name,
        kind,
        role,
        least,
        greatest,
      ]),
      [
        ['size', 'numbers', 'feature', 1.5, 9],
        ['town', 'words', 'feature', null, null],
        ['Label', 'words', 'class', null, null],
      ],
    )
    assert.deepEqual(preview.table?.rows[0], ['1.5', 'x', 'cat'])
  })

  test('in part: every number says that it is of the first rows', async (t) => {
    const path = join(await tempFolder(t), 'long.csv')
    const rows = Array.from({ length: 500 }, (_, i) => `${i},${i < 400 ? 'early' : 'late'}`)
    await writeFile(path, `a,kind\n${rows.join('\n')}\n`)
    const part = await look({ format: 'csv', path, label: 'kind' }, { rows: 100 })
    assert.equal(part.isWhole, false)
    assert.deepEqual(part.train, { count: 100, is: 'atLeast' })
    assert.deepEqual(counts(part), [['early', 100, 0]])
    assert.equal(part.classesOf, 'seen')
    assert.equal(extentText(part), 'Of the first 100 rows.')
    const facts = new Map(previewFacts(part).map(({ name, value }) => [name, value]))
    assert.equal(facts.get('Rows'), 'at least 100 for training, no test part of its own')
    assert.equal(facts.get('Classes'), '1, 100 in each, in the first 100 rows')
    // As many rows as are looked at are all of them.
    assert.equal((await look({ format: 'csv', path, label: 'kind' }, { rows: 500 })).isWhole, true)
  })

  test('missing cells are counted, ragged rows listed, and the refusal is the import’s own', async (t) => {
    const home = await tempFolder(t)
    const path = join(home, 'poor.csv')
    await writeFile(path, 'a,b,label\n1,NA,x\n,2,y\n3\n4,nan,x\n')
    const preview = await look({ format: 'csv', path })
    assert.deepEqual(
      preview.table?.columns.map(({ kind, missing }) => [kind, missing]),
      [
        ['numbers', 1],
        ['numbers', 2],
        ['words', 0],
      ],
    )
    assert.deepEqual(preview.broken.shown, [
      { place: 'line 4', why: 'has 1 cells where the first line has another number' },
    ])
    const empty = join(home, 'empty-cell.csv')
    await writeFile(empty, 'a,label\n1,x\n,y\n')
    const told = (await look({ format: 'csv', path: empty })).refusal
    await assert.rejects(imported(home, { format: 'csv', path: empty, label: 'label' }), (error) => {
      assert.ok(error instanceof UserError)
      assert.equal(told, error.message)
      return true
    })
  })

  test('columns left out are so, and rows of pixels are images', async (t) => {
    const path = join(await tempFolder(t), 'pixels.csv')
    const names = Array.from({ length: 64 }, (_, i) => `p${i}`)
    const row = (label: string, level: number) => `${label},7,${names.map(() => level).join(',')}`
    await writeFile(path, `label,id,${names.join(',')}\n${row('on', 255)}\n${row('off', 0)}\n`)
    const preview = await look({ format: 'csv', path, as: 'images', without: ['id'] })
    assert.equal(preview.refusal, null)
    assert.equal(preview.table?.columns[1]?.role, 'left out')
    assert.deepEqual(preview.images?.becomes, { height: 8, width: 8, channels: 1, isScaled: false })
    const picture = preview.classes.find(({ name }) => name === 'on')?.pictures[0] ?? ''
    const { data } = await sharp(Buffer.from(picture.split(',')[1] ?? '', 'base64'))
      .raw()
      .toBuffer({ resolveWithObject: true })
    assert.ok(data.every((level) => level === 255))
  })

  test('a large one is looked at in part at once, then whole in a process of its own', async (t) => {
    const home = await tempFolder(t)
    const path = join(home, 'large.csv')
    const rows = Array.from({ length: firstLook.rows + 5000 }, (_, i) => `${i % 9},${i % 2 ? 'odd' : 'even'}`)
    await writeFile(path, `a,kind\n${rows.join('\n')}\n`)
    const seen: number[] = []
    for await (const preview of previewData(previewOptions.parse({ format: 'csv', path }))) {
      seen.push(preview.seen.count)
      if (preview.isWhole) assert.deepEqual(preview.train, { count: firstLook.rows + 5000, is: 'exact' })
    }
    assert.ok(seen.includes(firstLook.rows))
    assert.equal(seen.at(-1), firstLook.rows + 5000)
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
    )
  })
})

describe('images', () => {
  async function writeFolder(
    folder: string,
    counts: Readonly<Record<string, number>>,
    width = 8,
  ): Promise<void> {
    for (const [name, count] of Object.entries(counts)) {
      await mkdir(join(folder, name), { recursive: true })
      const image = sharp({ create: { width, height: 6, channels: 3, background: { r: 9, g: 90, b: 200 } } })
      const png = await image.png().toBuffer()
      for (let i = 0; i < count; i++) await writeFile(join(folder, name, `${i}.png`), png)
    }
  }

  test('whole: what is broken is what the import leaves out, and the counts are those of the rest', async (t) => {
    const home = await tempFolder(t)
    const folder = join(home, 'pictures')
    await writeFolder(folder, { one: 3, two: 2 })
    const whole = await sharp({ create: { width: 8, height: 6, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer()
    await writeFile(join(folder, 'one', 'cut.jpg'), whole.subarray(0, whole.length - 40))
    await writeFile(join(folder, 'two', 'notes.txt'), 'no image')
    const preview = await look({ format: 'images', path: folder })
    assert.deepEqual(preview.broken.shown.map(({ place }) => place).sort(), [
      join('one', 'cut.jpg'),
      join('two', 'notes.txt'),
    ])
    assert.deepEqual(preview.broken.total, { count: 2, is: 'exact' })
    assert.equal(preview.broken.canSkip, true)
    const truth = await imported(home, { format: 'images', path: folder, skipUnusable: true })
    assert.deepEqual(counts(preview), truth.counts)
    assert.deepEqual(preview.images?.becomes, { height: 6, width: 8, channels: 3, isScaled: false })
    assert.equal(preview.classes[0]?.pictures.length, 3)
  })

  test('in part: files are counted by their names, at most so many can be used', async (t) => {
    const folder = join(await tempFolder(t), 'pictures')
    await writeFolder(folder, { one: 30, two: 20 })
    const part = await look({ format: 'images', path: folder }, { files: 10 })
    assert.equal(part.isWhole, false)
    assert.deepEqual(part.train, { count: 50, is: 'atMost' })
    assert.ok(part.seen.count >= 10 && part.seen.count < 50)
    assert.match(extentText(part), /^Counted by the names of 50 files, of which \d+ were opened so far\.$/)
  })

  test('of several sizes: they are told, with the import’s own refusal, which a size to scale to takes away', async (t) => {
    const folder = join(await tempFolder(t), 'pictures')
    await writeFolder(folder, { one: 2 }, 8)
    await writeFolder(folder, { two: 1 }, 12)
    const preview = await look({ format: 'images', path: folder })
    assert.equal(preview.images?.differentSizes, 2)
    assert.match(preview.refusal ?? '', /6 x 12 pixels, but .* is 6 x 8; give a size/)
    const scaled = await look({ format: 'images', path: folder, resize: { height: 5, width: 5 } })
    assert.equal(scaled.refusal, null)
    assert.deepEqual(scaled.images?.becomes, { height: 5, width: 5, channels: 3, isScaled: true })
  })

  test('of IDX files: as the import has them; one cut short is told', async (t) => {
    const home = await tempFolder(t)
    const folder = join(home, 'digits')
    await writeIdxFolder(folder, 30, 9)
    const preview = await look({ format: 'idx', path: folder })
    assert.deepEqual(counts(preview), (await imported(home, { format: 'idx', path: folder })).counts)
    assert.equal(preview.isWhole, true)
    assert.deepEqual(preview.images?.becomes, { height: 4, width: 5, channels: 1, isScaled: false })
    const images = join(home, 'more.idx')
    const labels = join(home, 'labels.idx')
    await writeFile(images, Buffer.concat([idx([3, 4, 5], pattern(60)), Buffer.of(1)]))
    await writeFile(labels, idx([3], cyclic(3, 3)))
    assert.match((await look({ format: 'idx', path: images, labels })).refusal ?? '', /bytes are left over/)
  })

  test('of CIFAR batches: as the import has them', async (t) => {
    const home = await tempFolder(t)
    const folder = join(home, 'cifar')
    await mkdir(folder)
    const records = (labels: readonly number[]) =>
      Buffer.concat(labels.flatMap((label) => [Buffer.of(label), Buffer.from(pattern(3072, label))]))
    await writeFile(join(folder, 'data_batch_1.bin'), records([0, 1, 1, 3]))
    await writeFile(join(folder, 'test_batch.bin'), records([3, 0]))
    const preview = await look({ format: 'cifar', path: folder })
    assert.deepEqual(counts(preview), (await imported(home, { format: 'cifar', path: folder })).counts)
    assert.equal(preview.isWhole, true)
  })
})

test('dropped files lie in a folder of their upload until they are dropped, and no place leads out of it', async (t) => {
  const home = await tempFolder(t)
  const uploads = createDataUploads(home)
  const upload = crypto.randomUUID()
  const piece = (text: string) => ({ place: 'cats/1.txt', content: Buffer.from(text).toString('base64') })
  await uploads.take({ upload, files: [piece('one, ')] })
  const { folder } = await uploads.take({ upload, files: [piece('two')] })
  assert.deepEqual(await tree(folder), ['cats', join('cats', '1.txt')])
  await uploads.dropHolding(join(home, 'elsewhere'))
  assert.equal((await tree(folder)).length, 2)
  await uploads.dropHolding(join(folder, 'cats'))
  assert.deepEqual(await tree(folder), [])
  // A third upload takes the place of the oldest.
  const folders: string[] = []
  for (let i = 0; i < 3; i++) {
    const files = [piece('x')]
    folders.push((await uploads.take({ upload: crypto.randomUUID(), files })).folder)
  }
  assert.deepEqual(await Promise.all(folders.map(async (each) => (await tree(each)).length)), [0, 2, 2])
})

test('what is left of an upload that has ended never passes for the whole, and one that is imported from stays', async (t) => {
  const uploads = createDataUploads(await tempFolder(t))
  const files = [{ place: 't.csv', content: Buffer.from('a\n').toString('base64') }]
  const take = (upload: string) => uploads.take({ upload, files })
  const [first, second] = [crypto.randomUUID(), crypto.randomUUID()]
  const { folder } = await take(first)
  const release = await uploads.keepHolding(join(folder, 't.csv'))
  await take(second)
  await take(crypto.randomUUID())
  assert.deepEqual(await tree(folder), ['t.csv'], 'one that is imported from makes no room')
  await assert.rejects(take(second), /their upload has ended, or made room for newer ones; drop them again/)
  release()

  // Pieces that came at once are there before it is dropped, and none after it.
  const last = crypto.randomUUID()
  const taken = [take(last), take(last)]
  await Promise.allSettled([...taken, uploads.drop(last)])
  const places = await Promise.allSettled(taken)
  for (const place of places)
    if (place.status === 'fulfilled') assert.deepEqual(await tree(place.value.folder), [])
  await assert.rejects(take(last), /drop them again/)
})
