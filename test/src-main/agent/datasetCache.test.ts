import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { appendFile, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import type { DatasetManifest } from '../../../shared/worker/protocol.ts'
import { timingsOf } from '../../../shared/worker/timings.ts'
import { createDatasetCache, type DatasetCache } from '../../../src-main/agent/datasetCache.ts'
import { openDataset, readMeta } from '../../../src-main/datasets/open.ts'
import { ownerText } from '../../../src-main/process/owner.ts'
import { Away, type Desk } from '../../../src-main/workerLink/desk.ts'
import { tinyDatasetIn } from '../trainer/support.ts'
import { temporary } from './spool/support.ts'

type Serving = Pick<Desk, 'datasetManifest' | 'datasetFile'> & {
  /** Bytes handed out, by file. */
  readonly sent: Record<string, number>
  /** May change a piece, or cut the file off. */
  pass: (name: string, at: number, piece: Uint8Array) => Uint8Array
}

const names = ['meta.json', 'examples.bin', 'labels.bin'] as const

async function serving(t: TestContext): Promise<{ id: string; desk: Serving }> {
  const folder = await temporary(t)
  await tinyDatasetIn(folder)
  const { id } = await readMeta(folder)
  const files = await Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(path.join(folder, name))
      return { name, bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') }
    }),
  )
  const desk: Serving = {
    sent: {},
    pass: (_, __, piece) => piece,
    datasetManifest: async (id): Promise<DatasetManifest> => ({ id, files }),
    async *datasetFile(_, name, from) {
      const bytes = await readFile(path.join(folder, name))
      for (let at = from; at < bytes.byteLength; at += 100) {
        const piece = desk.pass(name, at, bytes.subarray(at, at + 100))
        desk.sent[name] = (desk.sent[name] ?? 0) + piece.byteLength
        yield piece
      }
    },
  }
  return { id, desk }
}

const cacheOn = (folder: string, desk: Serving, most = 1e9): DatasetCache =>
  createDatasetCache({ folder, desk, most, timings: () => timingsOf(undefined, 0.001) })

const forever = new AbortController().signal
const nothing = (): void => undefined

test('a data set comes once, whole, for all slots and agents, and is the one of its id', async (t) => {
  const { id, desk } = await serving(t)
  const folder = await temporary(t)
  const caches = [cacheOn(folder, desk), cacheOn(folder, desk)]
  const used = await Promise.all([...caches, ...caches].map((cache) => cache.use(id, forever, nothing)))
  assert.deepEqual(new Set(used.map((each) => each.folder)), new Set([path.join(folder, id)]))
  assert.equal((await openDataset(path.join(folder, id))).meta.id, id)
  assert.equal(desk.sent['examples.bin'], 120 * 64, 'each byte once')
  for (const each of used) await each.release()
  assert.deepEqual(await readdir(folder), [id])
})

test('a file that is cut off goes on where it ended', async (t) => {
  const { id, desk } = await serving(t)
  let pieces = 0
  desk.pass = (_, __, piece) => {
    if (++pieces % 7 === 0) throw new Away('cut')
    return piece
  }
  const words: (string | undefined)[] = []
  const used = await cacheOn(await temporary(t), desk).use(id, forever, (reason) => words.push(reason))
  assert.equal((await openDataset(used.folder)).meta.id, id)
  assert.equal(desk.sent['examples.bin'], 120 * 64, 'each byte once')
  assert.ok(words.includes('cut'))
  assert.equal(words.at(-1), undefined)
})

test('a byte that changed on the way is fetched again; one that the host has wrong is told', async (t) => {
  const { id, desk } = await serving(t)
  const flip = (piece: Uint8Array): Uint8Array => piece.map((byte, i) => (i === 5 ? byte ^ 1 : byte))
  let times = 0
  desk.pass = (name, at, piece) => (name === 'labels.bin' && at === 0 && times++ === 0 ? flip(piece) : piece)
  const used = await cacheOn(await temporary(t), desk).use(id, forever, nothing)
  assert.equal((await openDataset(used.folder)).meta.id, id)

  desk.pass = (_, at, piece) => (at === 0 ? flip(piece) : piece)
  const folder = await temporary(t)
  await assert.rejects(cacheOn(folder, desk).use(id, forever, nothing), /arrived damaged 3 times/)
  await assert.rejects(cacheOn(folder, desk).use('../../../etc', forever, nothing), /is no id of a data set/)
})

test('a host that hands out another data set under the id is not believed', async (t) => {
  const { desk } = await serving(t)
  const folder = await temporary(t)
  await assert.rejects(cacheOn(folder, desk).use('0'.repeat(16), forever, nothing), /is another/)
  assert.deepEqual(await readdir(folder), [])
})

test('one that was damaged on this disk comes again', async (t) => {
  const { id, desk } = await serving(t)
  const folder = await temporary(t)
  await (await cacheOn(folder, desk).use(id, forever, nothing)).release()
  await appendFile(path.join(folder, id, 'labels.bin'), 'x')
  const used = await cacheOn(folder, desk).use(id, forever, nothing)
  assert.equal((await openDataset(used.folder)).meta.id, id)
})

test('those used least recently make room, none in use', async (t) => {
  const { id, desk } = await serving(t)
  const folder = await temporary(t)
  const others = ['a', 'b', 'c'].map((letter) => letter.repeat(16))
  for (const [age, other] of others.entries()) {
    await mkdir(path.join(folder, other))
    await writeFile(path.join(folder, other, 'examples.bin'), new Uint8Array(10_000))
    await utimes(path.join(folder, other), age + 1, age + 1)
  }
  const host = `.use-${others[0]}.x.lock`
  await writeFile(path.join(folder, host), ownerText())
  await (await cacheOn(folder, desk, 30_000).use(id, forever, nothing)).release()
  assert.deepEqual((await readdir(folder)).sort(), [host, id, others[0], others[2]].sort())
  await assert.rejects(
    cacheOn(await temporary(t), desk, 5000).use(id, forever, nothing),
    /start the worker with a larger --cache-gb/,
  )
})

test('two that do not fit together follow one another', async (t) => {
  const { id, desk } = await serving(t)
  const folder = await temporary(t)
  const other = 'a'.repeat(16)
  await mkdir(path.join(folder, other))
  await writeFile(path.join(folder, other, 'examples.bin'), new Uint8Array(10_000))
  const mark = path.join(folder, `.use-${other}.x.lock`)
  await writeFile(mark, ownerText())
  const words: (string | undefined)[] = []
  const using = cacheOn(folder, desk, 15_000).use(id, forever, (reason) => words.push(reason))
  while (words.length === 0) await new Promise(setImmediate)
  assert.match(words[0] ?? '', /are in use now/)
  await rm(mark)
  await using
  assert.equal(words.at(-1), undefined)
})

test('a disk that is full of other things: a data set that nobody uses makes room', async (t) => {
  const { id, desk } = await serving(t)
  const folder = await temporary(t)
  const other = 'a'.repeat(16)
  await mkdir(path.join(folder, other))
  desk.pass = (_, __, piece) => {
    if (existsSync(path.join(folder, other)))
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    return piece
  }
  const used = await cacheOn(folder, desk).use(id, forever, nothing)
  assert.equal((await openDataset(used.folder)).meta.id, id)
})

test('what was left of other downloads goes, unless somebody waits for it', async (t) => {
  const { id, desk } = await serving(t)
  const folder = await temporary(t)
  const [left, wanted] = ['a'.repeat(16), 'b'.repeat(16)]
  for (const name of [`.fetch-${left}`, `.drop-${left}`, `.fetch-${wanted}`]) {
    await mkdir(path.join(folder, name))
    await writeFile(path.join(folder, name, 'examples.bin'), 'some of it')
  }
  const mark = `.use-${wanted}.x.lock`
  await writeFile(path.join(folder, mark), ownerText())
  await (await cacheOn(folder, desk).use(id, forever, nothing)).release()
  assert.deepEqual((await readdir(folder)).sort(), [mark, `.fetch-${wanted}`, id].sort())
})
