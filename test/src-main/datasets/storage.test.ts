import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { UserError } from '../../../shared/errors.ts'
import { createCatalogue, EMBEDDED } from '../../../src-main/datasets/index.ts'
import { storageTrouble } from '../../../src-main/datasets/storageTrouble.ts'
import { assertSentence, refused, tempFolder, tree, writeIdxFolder } from './fixtures.ts'

describe('the folder of the data sets', () => {
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

  test('an interrupted program leaves nothing', async (t) => {
    const home = await tempFolder(t)
    const source = join(home, 'source')
    await writeIdxFolder(source, 9, 3)
    const ended = spawnSync(process.execPath, [
      '--input-type=module',
      '--eval',
      `const { createCatalogue } = await import(${JSON.stringify(new URL('../../../src-main/datasets/index.ts', import.meta.url).href)})
       await createCatalogue(${JSON.stringify(home)}).import({ format: 'idx', path: ${JSON.stringify(source)} },
         () => process.exit(130))`,
    ])
    assert.equal(ended.status, 130)
    assert.deepEqual(await tree(join(home, 'datasets')), [])
  })

  test('trouble with the data folder is told in words, and what is stored stays in use', async (t) => {
    const home = await tempFolder(t)
    await writeIdxFolder(join(home, 'source'), 9, 3)
    await writeFile(join(home, 'datasets'), 'no folder')
    const catalogue = createCatalogue(home)
    const again = () => catalogue.import({ format: 'idx', path: join(home, 'source') })
    await refused(
      home,
      again,
      /^While importing source: .*datasets cannot be used \(a part of its path is not a folder\)/,
    )
    await refused(home, () => catalogue.resolve(EMBEDDED.name), /cannot be used \(a part of its path/)
    const [damaged] = await catalogue.damaged()
    assert.deepEqual([damaged?.id, await catalogue.list()], [EMBEDDED.id, []])
    assert.match(damaged?.problem ?? '', /fashion-mnist-12k: .* cannot be used/)
    const causes: readonly (readonly [code: string, words: RegExp])[] = [
      ['ENOSPC', /^While importing x: \/lab\/datasets cannot be used \(the disk is full\); make room/],
      ['EACCES', /\(permission is denied\); change who may use it/],
      ['EROFS', /\(the disk is read-only\)/],
      ['ENOENT', /\(there is no such file or folder\)/],
      ['EIO', /\(the disk failed\)/],
      ['EODD', /\(EODD: odd\); check the data folder/],
    ]
    for (const [code, words] of causes) {
      const cause = Object.assign(new Error(`${code}: odd`), {
        code,
        syscall: 'write',
        path: '/lab/datasets/.temp-1/x',
      })
      const told = storageTrouble('While importing x', '/lab/datasets', cause)
      assert.ok(told instanceof UserError)
      assertSentence(told.message)
      assert.match(told.message, words)
    }
    const other = new Error('a fault of ours')
    assert.equal(storageTrouble('While importing x', '/lab', other), other)
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
