import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createCatalogue, openDataset } from '../../../../src-main/datasets/index.ts'
import { cifarRecords, pattern, refused, tar, tempFolder, tree } from '../fixtures.ts'

const range = (n: number) => Array.from({ length: n }, (_, i) => i)
const tenNames = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ')

/** All ten classes in batch 1, one more image in batch 2, two tests. */
const ten = {
  'data_batch_1.bin': cifarRecords(range(10).map((label) => [label])),
  'data_batch_2.bin': cifarRecords([[4]]),
  'test_batch.bin': cifarRecords([[9], [1]]),
  'batches.meta.txt': Buffer.from(`${tenNames.join('\n')}\n\n`),
}

const fineNames = range(100).map((i) => `fine ${i}`)
const hundred = {
  'train.bin': cifarRecords(range(100).map((fine) => [fine % 20, fine])),
  'test.bin': cifarRecords([[3, 83]]),
  'fine_label_names.txt': Buffer.from(fineNames.join('\r\n')),
}

async function writeFolder(folder: string, files: Record<string, Uint8Array>): Promise<string> {
  await mkdir(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return folder
}

const entries = (files: Record<string, Uint8Array>, folder = 'cifar-10-batches-bin') =>
  Object.entries(files).map(([name, content]) => ({ path: `${folder}/${name}`, content }))

describe('importCifar', () => {
  test('reads CIFAR-10: planes become pixels, batches keep their order, tests come last', async (t) => {
    const home = await tempFolder(t)
    const path = await writeFolder(join(home, 'cifar'), ten)
    const { folder } = await createCatalogue(home).import({ format: 'cifar', path })
    const { meta, examples, labels } = await openDataset(folder)
    assert.deepEqual(meta.classes, tenNames)
    assert.deepEqual([meta.shape, meta.trainCount, meta.testCount], [[32, 32, 3], 11, 2])
    assert.deepEqual([...labels], [...range(10), 4, 9, 1])
    for (const [example, record] of [
      [3, 3],
      [10, 0],
      [12, 1],
    ] as const) {
      const planes = pattern(3072, record)
      for (const [p, c] of [
        [0, 0],
        [33, 1],
        [1023, 2],
      ] as const)
        assert.equal(examples[example * 3072 + 3 * p + c], planes[1024 * c + p])
    }
  })

  test('an archive, gzipped or not and in any order, gives the same data set as the folder', async (t) => {
    const home = await tempFolder(t)
    const catalogue = createCatalogue(home)
    const path = await writeFolder(join(home, 'cifar'), ten)
    const { meta } = await catalogue.import({ format: 'cifar', path })
    const archive = tar([
      { path: 'cifar-10-batches-bin/', type: '5' },
      ...entries(ten).reverse(),
      { path: 'cifar-10-batches-bin/readme.html', content: pattern(700) },
    ])
    for (const [name, bytes] of [
      ['a.tar', archive],
      ['a.tar.gz', gzipSync(archive)],
    ] as const) {
      await writeFile(join(home, name), bytes)
      const again = await catalogue.import({ format: 'cifar', path: join(home, name) })
      assert.deepEqual([again.meta.id, again.alreadyStored], [meta.id, true])
    }
    assert.deepEqual(
      (await tree(join(home, 'datasets'))).filter((at) => at.startsWith('.')),
      [],
    )
  })

  test('reads CIFAR-100 by fine labels, or by coarse ones', async (t) => {
    const home = await tempFolder(t)
    const path = await writeFolder(join(home, 'cifar'), hundred)
    const catalogue = createCatalogue(home)
    const fine = await openDataset((await catalogue.import({ format: 'cifar', path })).folder)
    assert.deepEqual(fine.meta.classes, fineNames)
    assert.equal(fine.labels[100], 83)
    const coarse = await openDataset(
      (await catalogue.import({ format: 'cifar', path, labels: 'coarse' })).folder,
    )
    assert.deepEqual(coarse.meta.classes, range(20).map(String))
    assert.deepEqual([coarse.labels[21], coarse.labels[100]], [1, 3])
    assert.deepEqual(coarse.examples, fine.examples)
  })

  test('a cut-down set keeps the classes that it has examples of', async (t) => {
    const home = await tempFolder(t)
    const names = ten['batches.meta.txt']
    const path = await writeFolder(join(home, 'few'), {
      'data_batch_1.bin': cifarRecords([[3], [5], [3]]),
      'batches.meta.txt': names,
    })
    const { folder, notes } = await createCatalogue(home).import({ format: 'cifar', path })
    const { meta, labels } = await openDataset(folder)
    assert.deepEqual(meta.classes, ['cat', 'dog'])
    assert.deepEqual([...labels], [0, 1, 0])
    assert.match(notes.join(), /^No training example has the label of "airplane", .*: left out\.$/)
  })

  test('refuses folders that are neither, or both, and files that are cut, empty or wrong', async (t) => {
    const home = await tempFolder(t)
    const catalogue = createCatalogue(home)
    let n = 0
    const refuse = async (files: Record<string, Uint8Array>, words: RegExp) => {
      const path = await writeFolder(join(home, `case ${n++}`), files)
      await refused(home, () => catalogue.import({ format: 'cifar', path }), words)
    }
    const batch = ten['data_batch_1.bin']
    await refuse({}, /neither data_batch_1\.bin \(CIFAR-10\) nor train\.bin/)
    await refuse({ ...ten, ...hundred }, /both data_batch files/)
    await refuse(
      { ...ten, 'data_batch_1.bin': batch.subarray(1) },
      /its 30729 bytes are not 1 to .* of 3073 bytes/,
    )
    await refuse({ ...ten, 'test_batch.bin': Buffer.alloc(0) }, /its 0 bytes/)
    await refuse({ ...ten, 'data_batch_2.bin': cifarRecords([[10]]) }, /train example 10 .*has label 10/)
    await refuse({ ...ten, 'test_batch.bin': cifarRecords([[1], [255]]) }, /test example 1 .*has label 255/)
    await refuse(
      { ...ten, 'batches.meta.txt': Buffer.from('cat\ndog\ncat\n') },
      /must name 10 different classes.*names 2/,
    )
    await refuse({ ...ten, 'batches.meta.txt': Buffer.alloc(1 << 17, 'a\n') }, /must name 10/)
    await refused(home, () => catalogue.import({ format: 'cifar', path: join(home, 'no') }), /no such file/)
  })

  test('refuses archives that reach outside, hold links or devices, repeat a name, or lie', async (t) => {
    const home = await tempFolder(t)
    const catalogue = createCatalogue(home)
    const refuse = async (bytes: Buffer, words: RegExp) => {
      const path = join(home, 'bad.tar.gz')
      await writeFile(path, bytes)
      await refused(home, () => catalogue.import({ format: 'cifar', path }), words)
    }
    const good = entries(ten)
    const content = ten['data_batch_1.bin']
    for (const path of [
      '../data_batch_1.bin',
      'a/../../data_batch_1.bin',
      '/data_batch_1.bin',
      '..\\data_batch_1.bin',
      'C:\\train.bin',
      '../x',
    ])
      await refuse(gzipSync(tar([...good, { path, content }])), /points outside its folder/)
    await refuse(
      tar([...good, { path: 'a/data_batch_3.bin', type: '2', link: '/etc/passwd' }]),
      /type SymbolicLink/,
    )
    await refuse(
      tar([...good, { path: 'a/x', type: '1', link: 'cifar-10-batches-bin/test_batch.bin' }]),
      /type Link/,
    )
    await refuse(tar([...good, { path: 'a/x', type: '3' }]), /type CharacterDevice/)
    await refuse(tar([...good, ...entries(ten, 'again')]), /holds data_batch_1\.bin twice/)
    await refuse(
      tar([{ path: 'a/data_batch_1.bin', content, size: 400_000_000 }]),
      /400000000 bytes, more than/,
    )
    await refuse(
      tar([{ path: 'a/data_batch_1.bin', content, size: 40_000 }]).subarray(0, 32_000),
      /not a whole tar/,
    )
    await refuse(tar(good).subarray(0, 20_000), /not a whole tar/)
    await refuse(tar(good).subarray(0, -1024), /not a whole tar/)
    await refuse(gzipSync(tar(good)).subarray(0, 500), /not a whole gzip/)
    await refuse(gzipSync(gzipSync(tar(good))), /not a whole tar/)
    await refuse(Buffer.from('PK\x03\x04 this is a zip'), /not a whole tar/)
    await refuse(Buffer.alloc(0), /not a whole tar/)
    await refuse(tar([]), /not a whole tar/)
    await refuse(tar([{ path: 'notes.txt', content: pattern(10) }]), /neither data_batch_1/)
    const wrongSum = tar(good)
    wrongSum[3] = 65
    await refuse(wrongSum, /not a whole tar/)
  })

  test('an archive that unpacks to ever more is refused in little memory', async (t) => {
    const home = await tempFolder(t)
    // Members of one gzip file follow each other: 2.25 GiB of zeros after the header of one large unknown file.
    const header = tar([{ path: 'filler', size: 2.25 * 2 ** 30 }]).subarray(0, 512)
    const zeros = gzipSync(Buffer.alloc(2 ** 28), { level: 1 })
    await writeFile(join(home, 'bomb.tar.gz'), Buffer.concat([gzipSync(header), ...Array(9).fill(zeros)]))
    const before = process.memoryUsage.rss()
    await refused(
      home,
      () => createCatalogue(home).import({ format: 'cifar', path: join(home, 'bomb.tar.gz') }),
      /unpacks to more than 2 GiB/,
    )
    assert.ok(process.memoryUsage.rss() - before < 2 ** 28)
  })
})
