import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createCatalogue, openDataset } from '../../../src-main/datasets/index.ts'
import { datasetFiles } from '../../../src-main/datasets/meta.ts'
import { idx, pattern, refused, tempFolder, writeIdxFolder } from './fixtures.ts'

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
