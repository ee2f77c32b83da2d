import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createCatalogue, detectFormat, openDataset } from '../../../../src-main/datasets/index.ts'
import { idx, refused, tempFolder } from '../fixtures.ts'

/*
 * Written by NumPy 2 (save, savez, savez_compressed): 12 images of 5 × 6 with labels 0, 1, 2, 0, ... and, in `keras` and
 * `med`, 4 of a test part; the same as fractions of float32 and float16, as float64, with an axis of one channel before or
 * after, in Fortran order; 4 × 6 pixels in colour, planes first or last; a table of 3 float32 columns.
 */
const file = (name: string): string => join(import.meta.dirname, 'files', name)
const labels = Uint8Array.from({ length: 12 }, (_, i) => i % 3)

async function setUp(t: Parameters<typeof tempFolder>[0]) {
  const home = await tempFolder(t)
  const load = (name: string, options = {}) =>
    createCatalogue(home).import({ format: 'numpy', path: file(name), ...options })
  const refuse = (name: string, words: RegExp, options = {}) =>
    refused(home, () => load(name, options), words)
  return { home, load, refuse }
}

describe('NumPy arrays', () => {
  test('of images are the very data set of the same images in IDX files', async (t) => {
    const { home, load } = await setUp(t)
    for (const name of ['keras.npz', 'x.npy']) assert.equal(await detectFormat(file(name)), 'numpy')
    const { meta, folder, notes } = await load('keras.npz')
    assert.deepEqual(
      [meta.shape, meta.classes, meta.trainCount, meta.testCount],
      [[5, 6, 1], ['0', '1', '2'], 12, 4],
    )
    assert.deepEqual(notes, [])
    const { examples } = await openDataset(folder)
    assert.ok(examples instanceof Uint8Array)
    const source = join(home, 'idx')
    await mkdir(source)
    const write = (name: string, sizes: readonly number[], values: Uint8Array) =>
      writeFile(join(source, name), idx(sizes, values))
    await write('train-images-idx3-ubyte', [12, 5, 6], examples.subarray(0, 360))
    await write('train-labels-idx1-ubyte', [12], labels)
    const train = await createCatalogue(home).import({ format: 'idx', path: source })
    await write('t10k-images-idx3-ubyte', [4, 5, 6], examples.subarray(360))
    await write('t10k-labels-idx1-ubyte', [4], labels.subarray(0, 4))
    assert.equal((await createCatalogue(home).import({ format: 'idx', path: source })).meta.id, meta.id)
    const med = await load('med.npz')
    assert.equal(med.meta.id, meta.id)
    assert.deepEqual(med.notes, ['Arrays of med.npz that are not used: val_images, val_labels.'])
    for (const name of ['float', 'half', 'levels', 'first', 'last', 'arr'])
      assert.equal((await load(`${name}.npz`)).meta.id, train.meta.id, name)
    assert.match((await load('float.npz')).notes.join(), /lie from 0 to 1; they are kept as whole levels/)
    assert.equal((await load('odd.npz', { arrays: ['a', 'b'] })).meta.id, train.meta.id)
    for (const name of ['x.npy', 'fortran.npy'])
      assert.equal((await load(name, { labels: file('y.npy') })).meta.id, train.meta.id)
    const pair = { labels: file('y.npy'), testImages: file('fortran.npy'), testLabels: file('y.npy') }
    assert.equal((await load('x.npy', pair)).meta.testCount, 12)
  })

  test('in colour are the same whichever axis holds the colours, and asked about where both may', async (t) => {
    const { load, refuse } = await setUp(t)
    const last = await load('colour-last.npz')
    assert.deepEqual(last.meta.shape, [4, 6, 3])
    assert.equal((await load('colour-first.npz')).meta.id, last.meta.id)
    await refuse('both.npz', /may be 3 planes of 5 × 3 pixels or 3 × 5 pixels of 3; say the layout/)
    assert.deepEqual((await load('both.npz', { layout: 'planar' })).meta.shape, [5, 3, 3])
    assert.deepEqual((await load('both.npz', { layout: 'interleaved' })).meta.shape, [3, 5, 3])
    await refuse('colour-last.npz', /cannot lie in the layout planar/, { layout: 'planar' })
  })

  test('of two axes are the table that CSV and Parquet give', async (t) => {
    const { home, load } = await setUp(t)
    const { meta } = await load('table.npz')
    for (const format of ['csv', 'parquet'] as const) {
      const path = file(`table.${format}`)
      assert.equal((await createCatalogue(home).import({ format, path, label: 'label' })).meta.id, meta.id)
    }
    const flat = await load('keras.npz', { as: 'table' })
    assert.deepEqual([flat.meta.kind, flat.meta.shape], ['table', [30]])
  })

  test('are refused where they do not fit together, with the remedy', async (t) => {
    const { refuse } = await setUp(t)
    await refuse('odd.npz', /names \(a, b, names\) do not tell which/)
    await refuse('odd.npz', /no array "namse" \(did you mean names\?\); it has a, b, names/, {
      arrays: ['namse', 'b'],
    })
    await refuse('odd.npz', /pickled Python objects/, { arrays: ['a', 'names'] })
    await refuse('odd.npz', /must be 2 names, or 4/, { arrays: ['a'] })
    await refuse('keras.npz', /an archive \(\.npz\) has them itself/, { labels: file('y.npy') })
    await refuse('keras.npz', /12 examples, but .*"y_test"\) has 4 labels/, { arrays: ['x_train', 'y_test'] })
    await refuse('x.npy', /path of the labels file is missing/)
    await refuse('x.npy', /12 × 3, and labels are one number a row; save y\.argmax\(1\)/, {
      labels: file('onehot.npy'),
    })
    await refuse('std.npz', /example 0 .*"0\.70866.*" is no level of a pixel/)
    await refuse('long.npz', /example 0 .*an integer of about 1152921504606847000/)
    const pair = { labels: file('y.npy'), testImages: file('x.npy') }
    await refuse('x.npy', /examples but no labels/, pair)
    await refuse('long.npz', /2 columns beside the label are no square image/, { as: 'images' })
  })
})
