import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createCatalogue, EMBEDDED, openDataset } from '../../../src-main/datasets/index.ts'
import { datasetFiles } from '../../../src-main/datasets/meta.ts'
import { refused, tempFolder, tree, writeIdxFolder } from './fixtures.ts'

const resources = join(import.meta.dirname, '../../../resources/datasets/fashion-mnist-12k')

describe('the embedded data set', () => {
  test('is imported on first use, balanced, under the id that the code names', async (t) => {
    const catalogue = createCatalogue(await tempFolder(t))
    const { meta, folder } = await catalogue.resolve('fashion-mnist-12k')
    assert.equal(meta.id, EMBEDDED.id)
    assert.equal(meta.license, 'MIT, Copyright (c) 2017 Zalando SE')
    const { labels, examples } = await openDataset(folder)
    assert.equal(examples.length, 12_000 * 784)
    const counts = (part: Uint16Array) =>
      meta.classes.map((_, c) => part.filter((label) => label === c).length)
    assert.deepEqual(counts(labels.subarray(0, 10_000)), Array(10).fill(1000))
    assert.deepEqual(counts(labels.subarray(10_000)), Array(10).fill(200))
    assert.deepEqual(await catalogue.resolve(EMBEDDED.id), { meta, folder })
    assert.deepEqual(await catalogue.list(), [{ meta, folder }])
  })

  test('ships the files that the seeded rule chose', async () => {
    const sums = await Promise.all(
      ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'].map(async (name) =>
        createHash('sha256')
          .update(await readFile(join(resources, `${name}-ubyte.gz`)))
          .digest('hex'),
      ),
    )
    assert.deepEqual(sums, [
      '8a5b5cf160db885967188264448cad5306ece99de48850f64f924156181f9691',
      '484b07fea8766c83d8e3350500441a7f3dc734262677dde4ff62a42ee890a5f5',
      '19a8c673fccf83664a1cf68ca6e4c652a713f227ff967039a9d1b676182dce5d',
      'bc5ad845493ad3140d6fba830f6fcefdbb19f69277645f7d79e9ba52309e3e0f',
    ])
  })

  test('two first uses at once give one data set', async (t) => {
    const home = await tempFolder(t)
    const found = await Promise.all([1, 2].map(() => createCatalogue(home).resolve('fashion-mnist-12k')))
    assert.equal(found[0]?.folder, found[1]?.folder)
    assert.deepEqual(
      (await tree(join(home, 'datasets'))).filter((path) => !path.includes(EMBEDDED.id)),
      [],
    )
  })
})

describe('catalogue', () => {
  test('finds by name and id, lists by name, removes by id', async (t) => {
    const home = await tempFolder(t)
    const source = join(home, 'source')
    await writeIdxFolder(source, 9, 3)
    const catalogue = createCatalogue(home)
    const { meta, folder, alreadyStored } = await catalogue.import({
      format: 'idx',
      path: source,
      name: 'mine',
    })
    assert.equal(alreadyStored, false)
    assert.deepEqual(await catalogue.resolve('mine'), { meta, folder })
    assert.deepEqual(await catalogue.resolve(meta.id), { meta, folder })
    assert.deepEqual(
      (await catalogue.list()).map((entry) => entry.meta.name),
      ['fashion-mnist-12k', 'mine'],
    )
    await catalogue.remove(meta.id)
    await refused(
      home,
      () => catalogue.resolve('mine'),
      /none called "mine"; there are fashion-mnist-12k \(\w+\)\.$/,
    )
    await refused(home, () => catalogue.remove(meta.id), /none with the id/)
    await refused(home, () => catalogue.remove('../source'), /none with the id/)
  })

  test('the same content is stored once, whatever its name; a damaged copy is replaced', async (t) => {
    const home = await tempFolder(t)
    const source = join(home, 'source')
    await writeIdxFolder(source, 9, 3)
    const catalogue = createCatalogue(home)
    const first = await catalogue.import({ format: 'idx', path: source, name: 'first' })
    const second = await catalogue.import({ format: 'idx', path: source, name: 'second' })
    assert.deepEqual(second, { ...first, alreadyStored: true, addedName: 'second', otherNames: ['second'] })
    assert.deepEqual((await catalogue.resolve('second')).folder, first.folder)
    assert.deepEqual((await catalogue.import({ format: 'idx', path: source, name: 'second' })).otherNames, [
      'second',
    ])
    await truncate(datasetFiles(first.folder).examples, 10)
    await refused(
      home,
      () => openDataset(first.folder),
      /examples\.bin has 10 bytes where meta\.json promises 240/,
    )
    const third = await catalogue.import({ format: 'idx', path: source, name: 'third' })
    assert.equal(third.alreadyStored, false)
    assert.equal((await openDataset(third.folder)).examples.length, 240)
    for (const name of ['first', 'second', 'third'])
      assert.equal((await catalogue.resolve(name)).folder, first.folder, name)
  })

  test('a name is found however its accents are written', async (t) => {
    const home = await tempFolder(t)
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301']
    await writeIdxFolder(join(home, decomposed), 9, 3)
    const catalogue = createCatalogue(home)
    const { meta, folder } = await catalogue.import({ format: 'idx', path: join(home, decomposed) })
    assert.equal(meta.name, composed)
    for (const name of [composed, decomposed])
      assert.deepEqual(await catalogue.resolve(name), { meta, folder })
    const again = await catalogue.import({ format: 'idx', path: join(home, decomposed), name: decomposed })
    assert.equal(again.otherNames, undefined)
  })

  test('a whole id goes before a name: a run never trains on other data, nor when its own is damaged', async (t) => {
    const home = await tempFolder(t)
    const catalogue = createCatalogue(home)
    for (const [i, name] of ['a', 'b'].entries()) await writeIdxFolder(join(home, name), 9 + 3 * i, 3)
    const { meta, folder } = await catalogue.import({ format: 'idx', path: join(home, 'a') })
    await catalogue.import({ format: 'idx', path: join(home, 'b'), name: meta.id })
    assert.deepEqual(await catalogue.resolve(meta.id), { meta, folder })
    await truncate(datasetFiles(folder).examples, 1)
    await refused(home, () => catalogue.resolve(meta.id), /is damaged; import it again/)
  })

  test('a name that two have, or that is taken by the embedded set, is refused', async (t) => {
    const home = await tempFolder(t)
    const catalogue = createCatalogue(home)
    for (const [i, name] of ['a', 'b'].entries()) {
      await writeIdxFolder(join(home, name), 9 + 3 * i, 3)
      await catalogue.import({ format: 'idx', path: join(home, name), name: 'same' })
    }
    await catalogue.list()
    await refused(
      home,
      () => catalogue.resolve('same'),
      /2 are called "same"; use an id: \w{16} or \w{16}\.$/,
    )
    await refused(
      home,
      () => catalogue.import({ format: 'idx', path: join(home, 'a'), name: EMBEDDED.name }),
      /belongs to the embedded data set/,
    )
  })

  test('options that break a rule are refused by name', async (t) => {
    const home = await tempFolder(t)
    const catalogue = createCatalogue(home)
    await refused(home, () => catalogue.import({ format: 'idx', path: '' }), /path: /)
    await refused(
      home,
      () => catalogue.import({ format: 'idx', path: 'x', name: 'two\nlines' }),
      /name: must be one line/,
    )
    await refused(
      home,
      () => catalogue.import({ format: 'csv', path: 'x', label: 0, maxCategories: 0 }),
      /maxCategories: .*received 0/,
    )
  })

  test('a damaged data set is told of, by its id, and can be imported again or removed', async (t) => {
    const home = await tempFolder(t)
    const source = join(home, 'source')
    await writeIdxFolder(source, 9, 3)
    const catalogue = createCatalogue(home)
    const { meta, folder } = await catalogue.import({ format: 'idx', path: source, name: 'mine' })
    const names = async () => (await catalogue.list()).map((entry) => entry.meta.name)
    const files = datasetFiles(folder)
    const breaks: readonly (readonly [break_: () => Promise<void>, problem: RegExp])[] = [
      [() => writeFile(files.meta, '{"version": 1, "na'), /meta\.json is not JSON/],
      [() => rm(files.meta), /meta\.json cannot be read/],
      [() => truncate(files.examples, 10), /examples\.bin has 10 bytes where meta\.json promises 240/],
      [() => rm(files.labels), /labels\.bin has no bytes where meta\.json promises 24/],
    ]
    for (const [break_, problem] of breaks) {
      await break_()
      assert.deepEqual(await names(), ['fashion-mnist-12k'])
      const damaged = await catalogue.damaged()
      assert.deepEqual(
        damaged.map((entry) => [entry.id, entry.folder]),
        [[meta.id, folder]],
      )
      assert.match(damaged[0]?.problem ?? '', problem)
      await refused(
        home,
        () => catalogue.resolve(meta.id),
        new RegExp(`the stored data set ${meta.id} is damaged; import it again\\.$`),
      )
      await refused(
        home,
        () => catalogue.resolve('mine'),
        new RegExp(`none called "mine"; .*; damaged, import again: ${meta.id}\\.$`),
      )
      await catalogue.import({ format: 'idx', path: source, name: 'mine' })
      assert.deepEqual([await names(), await catalogue.damaged()], [['fashion-mnist-12k', 'mine'], []])
    }
    await rm(files.meta)
    await catalogue.remove(meta.id)
    assert.deepEqual(await catalogue.damaged(), [])
  })

  test('a damaged embedded data set is made anew', async (t) => {
    const catalogue = createCatalogue(await tempFolder(t))
    const { folder } = await catalogue.resolve(EMBEDDED.id)
    await writeFile(datasetFiles(folder).meta, '')
    assert.deepEqual(await catalogue.damaged(), [])
    assert.equal((await openDataset(folder)).labels.length, 12_000)
  })
})
