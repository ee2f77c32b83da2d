import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { detectFormat } from '../../../../src-main/datasets/index.ts'
import { cyclic, idx, pattern, refused, tar, tempFolder, writeIdxFolder } from '../fixtures.ts'

describe('detectFormat', () => {
  test('tells files by their content', async (t) => {
    const home = await tempFolder(t)
    const archive = tar([{ path: 'a/data_batch_1.bin', content: pattern(3073) }])
    for (const [name, bytes, format] of [
      ['images', idx([3, 4, 5], pattern(60)), 'idx'],
      ['labels.gz', gzipSync(idx([3], cyclic(3, 3))), 'idx'],
      ['plain', archive, 'cifar'],
      ['packed', gzipSync(archive), 'cifar'],
      ['table', Buffer.from('x,y\n1,2\n'), 'csv'],
    ] as const) {
      await writeFile(join(home, name), bytes)
      assert.equal(await detectFormat(join(home, name)), format)
    }
  })

  test('tells folders by the names in them', async (t) => {
    const home = await tempFolder(t)
    await writeIdxFolder(join(home, 'idx'), 9, 3)
    await mkdir(join(home, 'images/cat'), { recursive: true })
    await mkdir(join(home, 'cifar'))
    await writeFile(join(home, 'cifar/train.bin'), '')
    for (const format of ['idx', 'images', 'cifar'])
      assert.equal(await detectFormat(join(home, format)), format)
  })

  test('refuses what is none of them', async (t) => {
    const home = await tempFolder(t)
    await mkdir(join(home, 'empty'))
    await writeFile(join(home, 'nothing'), '')
    await writeFile(join(home, 'binary'), Uint8Array.of(1, 0, 2, 0))
    await writeFile(join(home, 'packed'), gzipSync('x,y\n1,2\n'))
    await refused(home, () => detectFormat(join(home, 'empty')), /neither IDX files/)
    for (const name of ['nothing', 'binary', 'packed'])
      await refused(
        home,
        () => detectFormat(join(home, name)),
        /neither IDX, nor a CIFAR archive, nor a CSV table/,
      )
    await refused(home, () => detectFormat(join(home, 'missing')), /no such file/)
  })
})
