import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { chooseBalanced, makeEmbedded } from '../../.ci/makeEmbedded.ts'
import { cyclic, pattern, tempFolder, tree, writeIdxFolder } from '../src-main/datasets/fixtures.ts'

describe('makeEmbedded', () => {
  test('is deterministic, balanced, and copies whole images', async (t) => {
    const home = await tempFolder(t)
    const source = join(home, 'source')
    await writeIdxFolder(source, 30, 12, { extension: '.gz', bytes: (raw) => gzipSync(raw) })
    for (const target of ['one', 'two'])
      await makeEmbedded(source, join(home, target), { train: 4, test: 2 }, 9)
    const names = await tree(join(home, 'one'))
    assert.equal(names.length, 4)
    for (const name of names)
      assert.deepEqual(await readFile(join(home, 'one', name)), await readFile(join(home, 'two', name)))

    const labels = gunzipSync(await readFile(join(home, 'one', 'train-labels-idx1-ubyte.gz')))
    const images = gunzipSync(await readFile(join(home, 'one', 'train-images-idx3-ubyte.gz')))
    const chosen = chooseBalanced(cyclic(30, 3), 4, 9, 'train')
    assert.deepEqual(
      [...labels.subarray(8)],
      [...chosen].map((i) => i % 3),
    )
    assert.deepEqual(
      [0, 1, 2].map((c) => labels.subarray(8).filter((l) => l === c).length),
      [4, 4, 4],
    )
    const original = pattern(30 * 20, 5)
    for (const [k, i] of chosen.entries())
      assert.deepEqual(
        [...images.subarray(16 + k * 20, 36 + k * 20)],
        [...original.subarray(i * 20, i * 20 + 20)],
      )
  })

  test('another seed chooses others; a class that is too small is an error', () => {
    const labels = cyclic(300, 3)
    assert.notDeepEqual(chooseBalanced(labels, 10, 1, 'train'), chooseBalanced(labels, 10, 2, 'train'))
    assert.throws(() => chooseBalanced(labels, 101, 1, 'train'), /has 100 examples, not 101/)
  })
})
