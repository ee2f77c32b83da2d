import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createCatalogue, EMBEDDED, openDataset } from '../../../src-main/datasets/index.ts'
import { datasetFiles } from '../../../src-main/datasets/meta.ts'
import { idx, pattern, refused, tempFolder, tree, writeIdxFolder } from './fixtures.ts'

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

  test('what a killed import leaves is swept by the next, not what a living one writes', async (t) => {
    const home = await tempFolder(t)
    const source = join(home, 'source')
    await writeIdxFolder(source, 9, 3)
    const killed = spawnSync(process.execPath, [
      '--input-type=module',
      '--eval',
      `const { createCatalogue } = await import(${JSON.stringify(new URL('../../../src-main/datasets/index.ts', import.meta.url).href)})
       await createCatalogue(${JSON.stringify(home)}).import({ format: 'idx', path: ${JSON.stringify(source)} },
         () => process.kill(process.pid, 'SIGKILL'))`,
    ])
    assert.notEqual(killed.status, 0)
    const datasets = join(home, 'datasets')
    const left = await tree(datasets)
    assert.ok(left.length > 0 && left.every((path) => path.startsWith('.temp-')), left.join())
    // The parent of this test lives; so do its imports, unless nothing was written for a day.
    const living = `.temp-${process.ppid}-00`
    const forgotten = `.temp-${process.ppid}-01`
    for (const name of [living, forgotten]) {
      await mkdir(join(datasets, name, 'content'), { recursive: true })
      await writeFile(join(datasets, name, 'content', 'examples.bin'), 'x')
    }
    const longAgo = new Date(Date.now() - 2 * 24 * 3600 * 1000)
    for (const path of ['content/examples.bin', 'content', ''])
      await utimes(join(datasets, forgotten, path), longAgo, longAgo)

    const { meta } = await createCatalogue(home).import({ format: 'idx', path: source })
    const after = (await tree(datasets)).filter((path) => !path.includes('/') && !path.includes('\\'))
    assert.deepEqual(after, [living, meta.id])
  })

  test('an error in the middle, from the progress callback too, leaves nothing', async (t) => {
    const home = await tempFolder(t)
    const source = join(home, 'source')
    await writeIdxFolder(source, 9, 3)
    const stop = () => {
      throw new Error('stopped')
    }
    await assert.rejects(createCatalogue(home).import({ format: 'idx', path: source }, stop), /stopped/)
    assert.deepEqual(await tree(join(home, 'datasets')), [])
  })
})

describe('openDataset', () => {
  test('one flipped bit anywhere is damage, told with the name, and mended by an import', async (t) => {
    const home = await tempFolder(t)
    const source = join(home, 'source')
    await writeIdxFolder(source, 9, 3)
    const catalogue = createCatalogue(home)
    const { folder } = await catalogue.import({ format: 'idx', path: source, name: 'mine' })
    const files = datasetFiles(folder)
    for (const file of [files.examples, files.labels]) {
      const bytes = await readFile(file)
      // Label 0 becomes 1, which is a label too.
      bytes[6] = (bytes[6] ?? 0) ^ 1
      await writeFile(file, bytes)
      await refused(
        home,
        () => openDataset(folder),
        /opening the data set mine .*: it is damaged, .*import it again/,
      )
      assert.equal(
        (await catalogue.import({ format: 'idx', path: source, name: 'mine' })).alreadyStored,
        false,
      )
      assert.equal((await openDataset(folder)).examples.length, 240)
    }
    const meta = await readFile(files.meta, 'utf8')
    await writeFile(files.meta, meta.replace('"1"', '"7"'))
    await refused(home, () => openDataset(folder), /it is damaged/)
  })

  test('refuses what does not fit together', async (t) => {
    const home = await tempFolder(t)
    const source = join(home, 'source')
    await writeIdxFolder(source, 9, 3)
    const { folder } = await createCatalogue(home).import({ format: 'idx', path: source })
    const files = datasetFiles(folder)
    const meta = await readFile(files.meta, 'utf8')
    const refuse = async (text: string, words: RegExp) => {
      await writeFile(files.meta, text)
      await refused(home, () => openDataset(folder), words)
    }
    await refuse(meta.slice(0, 50), /meta\.json is not JSON/)
    await refuse(meta.replace('"trainCount": 9', '"trainCount": -9'), /trainCount: .*received -9/)
    await refuse(meta.replace('"version": 1', '"version": 2'), /version: .*received 2/)
    await refuse(
      meta.replace('"trainCount": 9', '"trainCount": 8'),
      /has 240 bytes where meta\.json promises 220/,
    )
    await refuse(meta.replace('"trainCount": 9', '"trainCount": 900000000'), /need .* GiB.*at most 2\.00 GiB/)
    await refuse(meta.replace('"image"', '"table"'), /shape: must be .*\[features\]/)
    await writeFile(files.meta, meta)
    await writeFile(
      files.labels,
      Uint16Array.from({ length: 12 }, (_, i) => (i === 5 ? 3 : 0)),
    )
    await refused(home, () => openDataset(folder), /example 5 has label 3, but there are 3 classes/)
    await refused(home, () => openDataset(join(home, 'nowhere')), /meta\.json cannot be read/)
  })

  test('gives back what was imported', async (t) => {
    const home = await tempFolder(t)
    await writeFile(join(home, 'images'), idx([4, 2, 3], pattern(24)))
    await writeFile(join(home, 'labels'), idx([4], Uint8Array.of(2, 0, 1, 0)))
    const { folder } = await createCatalogue(home).import({
      format: 'idx',
      path: join(home, 'images'),
      labels: join(home, 'labels'),
    })
    const dataset = await openDataset(folder)
    assert.deepEqual(dataset.examples, pattern(24))
    assert.deepEqual(dataset.labels, Uint16Array.of(2, 0, 1, 0))
    assert.deepEqual(dataset.meta.shape, [2, 3, 1])
  })
})
