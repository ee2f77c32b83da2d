import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openBytes } from '../../../src-main/datasets/byteSource.ts'
import { pattern, tempFolder } from './fixtures.ts'

describe('openBytes', () => {
  test('gives a file piece by piece, gzipped or not', async (t) => {
    const path = join(await tempFolder(t), 'file')
    const content = Buffer.from(pattern(3_000_001))
    for (const bytes of [content, gzipSync(content)]) {
      await writeFile(path, bytes)
      await using source = await openBytes(path)
      assert.ok(source.atMost >= content.length)
      assert.ok((await source.read(5)).equals(content.subarray(0, 5)))
      assert.equal((await source.read(0)).length, 0)
      assert.ok((await source.read(2_999_995)).equals(content.subarray(5, 3_000_000)))
      await assert.rejects(source.expectEnd(), /bytes are left over/)
      assert.equal((await source.read(1))[0], content[3_000_000])
      await source.expectEnd()
      await assert.rejects(source.read(1), /it ends 1 bytes too early/)
    }
  })

  test('damage found before anyone reads waits for the reader, and ends no process', async (t) => {
    const path = join(await tempFolder(t), 'file.gz')
    await writeFile(path, gzipSync(pattern(1000)).subarray(0, 30))
    const source = await openBytes(path)
    const unread = await openBytes(path)
    // Time for the streams to meet the end of the file.
    for (let i = 0; i < 50; i++) await readFile(path)
    await assert.rejects(source.read(1000), { name: 'UserError', message: /not a whole gzip file/ })
    await source[Symbol.asyncDispose]()
    await unread[Symbol.asyncDispose]()
  })
})
