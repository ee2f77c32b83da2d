import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { checkpoint, metrics, opened, temporary, whole } from './support.ts'

/** A closed spool of four events, the second with a blob. */
async function written(t: TestContext) {
  const home = await temporary(t)
  const { spool } = await opened(home)
  for (const event of [metrics(0), checkpoint(1), metrics(2), metrics(3)]) {
    spool.append(event)
    await spool.settled()
  }
  await spool.close()
  const segment = path.join(spool.folder, 'segment-000000000000.log')
  const [blob = ''] = await readdir(path.join(spool.folder, 'blobs'))
  return { home, folder: spool.folder, segment, blob: path.join(spool.folder, 'blobs', blob) }
}

async function change(file: string, edit: (bytes: Buffer) => void): Promise<void> {
  const bytes = await readFile(file)
  edit(bytes)
  await writeFile(file, bytes)
}

test('damage in the middle is told, and what stands before it is whole', async (t) => {
  const { home, segment } = await written(t)
  const third = (await readFile(segment)).indexOf('"seq":2')
  await change(segment, (bytes) => bytes.writeUInt8(bytes.readUInt8(third) ^ 1, third))
  const { spool } = await opened(home)
  assert.match(spool.damage ?? '', /^segment-000000000000\.log is damaged at byte \d+$/)
  assert.equal(spool.lastSeq, 1)
  const read = await spool.read(0, { events: 10, bytes: 1e6 })
  assert.deepEqual(await Promise.all(read.map((each) => whole(spool, each))), [metrics(0), checkpoint(1)])
})

test('damage in the last record is a torn end', async (t) => {
  const { home, segment } = await written(t)
  await change(segment, (bytes) => bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1))
  const { spool } = await opened(home)
  assert.equal(spool.damage, undefined)
  assert.equal(spool.lastSeq, 2)
})

test('a length of gigabytes is read as damage, not into memory', async (t) => {
  const { home, segment } = await written(t)
  await change(segment, (bytes) => bytes.writeUInt32LE(0xfffffff0, 4))
  const { spool } = await opened(home)
  assert.match(spool.damage ?? '', /damaged at byte 0/)
  assert.equal(spool.lastSeq, -1)
})

test('an event twice, or one that is left out, is damage', async (t) => {
  const { home, segment } = await written(t)
  const bytes = await readFile(segment)
  await writeFile(segment, Buffer.concat([bytes, bytes]))
  assert.match((await opened(home)).spool.damage ?? '', /event 0 follows event 3/)
})

test('a blob with other bytes than its name says is not handed out', async (t) => {
  const { home, blob } = await written(t)
  await change(blob, (bytes) => bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100))
  const { spool } = await opened(home)
  const [, event] = await spool.read(0, { events: 10, bytes: 1e6 })
  assert.ok(event)
  await assert.rejects(whole(spool, event), /holds other bytes than its name says/)
})

test('nothing outside is read: links for a segment, a blob, its folder and the whole spool', async (t) => {
  const outside = path.join(await temporary(t), 'secret')
  const cases: Record<string, (spool: Awaited<ReturnType<typeof written>>) => Promise<RegExp>> = {
    segment: async ({ segment }) => {
      await rename(segment, outside)
      await symlink(outside, segment)
      return /segment-000000000000\.log cannot be read/
    },
    blobs: async ({ folder }) => {
      await rename(path.join(folder, 'blobs'), `${outside}.blobs`)
      await symlink(`${outside}.blobs`, path.join(folder, 'blobs'))
      return /blobs is no folder/
    },
    spool: async ({ folder }) => {
      await rename(folder, `${outside}.spool`)
      await symlink(`${outside}.spool`, folder)
      return /is no folder/
    },
  }
  for (const make of Object.values(cases)) {
    const spool = await written(t)
    const words = await make(spool)
    const found = await opened(spool.home).then(
      (watched) => watched.spool.damage ?? 'opened',
      (error: Error) => error.message,
    )
    assert.match(found, words)
  }
  const { home, blob } = await written(t)
  await rename(blob, `${outside}.blob`)
  await symlink(`${outside}.blob`, blob)
  const { spool } = await opened(home)
  const [, event] = await spool.read(0, { events: 10, bytes: 1e6 })
  assert.ok(event)
  await assert.rejects(whole(spool, event), /ELOOP/)
})

test('a pipe in the place of a segment holds nobody up', async (t) => {
  const { home, segment } = await written(t)
  await rm(segment)
  if (spawnSync('mkfifo', [segment]).status !== 0) return t.skip('There is no mkfifo here.')
  assert.match((await opened(home)).spool.damage ?? '', /is no file/)
})

test('what a kill left beside is swept, a folder in the place of a blob is left alone', async (t) => {
  const { home, folder, blob } = await written(t)
  await writeFile(`${blob}.tmp`, 'half')
  await writeFile(path.join(folder, 'blobs', 'f'.repeat(64)), 'of no record')
  await mkdir(path.join(folder, 'blobs', '..evil'))
  await opened(home)
  assert.deepEqual((await readdir(path.join(folder, 'blobs'))).sort(), ['..evil', path.basename(blob)])
})
