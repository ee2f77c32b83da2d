import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createCatalogue, EMBEDDED, openDataset } from '../../../src-main/datasets/index.ts'
import { cyclic, idx, pattern, tempFolder, tree } from './fixtures.ts'

const COUNT = 20_000
const IMAGE = 28 * 28

/** Starts an import in a process of its own, and kills it once `share` of the examples have been taken. */
async function killAt(home: string, source: string, share: number): Promise<void> {
  const script = fileURLToPath(new URL('importChild.ts', import.meta.url))
  const child: ChildProcess = fork(script, [home, source, String(share)])
  const exited = once(child, 'exit')
  assert.deepEqual(await Promise.race([once(child, 'message'), exited]), ['there', undefined])
  child.kill('SIGKILL')
  const [code, signal] = await exited
  assert.ok(signal === 'SIGKILL' || code !== 0, `${code} ${signal}`)
}

test('an import that is killed leaves no data set, and the next one sweeps its files', async (t) => {
  const home = await tempFolder(t)
  const source = join(home, 'images')
  await writeFile(source, idx([COUNT, 28, 28], pattern(COUNT * IMAGE)))
  await writeFile(`${source}-labels`, idx([COUNT], cyclic(COUNT, 3)))
  const catalogue = createCatalogue(home)
  // The embedded data set is there before, for storing it sweeps too.
  await catalogue.list()
  const datasets = join(home, 'datasets')
  const temps = async () => (await tree(datasets)).filter((path) => /^\.temp-[^/\\]+$/.test(path))
  for (const share of [0.01, 0.5, 1]) {
    await killAt(home, source, share)
    const [left = '', ...more] = await temps()
    assert.deepEqual(more, [], 'the temp folder of the import before was swept by this one')
    const { size } = await stat(join(datasets, left, 'content', 'examples.bin'))
    assert.ok(size <= COUNT * IMAGE && size >= share * COUNT * IMAGE - 2 * 2 ** 20, `${size} at ${share}`)
    assert.deepEqual(
      (await catalogue.list()).map(({ meta }) => meta.id),
      [EMBEDDED.id],
    )
    assert.deepEqual(await catalogue.damaged(), [])
  }
  const options = { format: 'idx', path: source, labels: `${source}-labels` } as const
  const { folder, alreadyStored } = await catalogue.import(options)
  assert.equal(alreadyStored, false)
  assert.deepEqual(await temps(), [])
  assert.equal((await openDataset(folder)).labels.length, COUNT)
})
