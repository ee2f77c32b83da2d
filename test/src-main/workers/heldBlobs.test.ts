import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { Away } from '../../../src-main/workerLink/desk.ts'
import { createHeldBlobs } from '../../../src-main/workers/heldBlobs.ts'
import { tempFolder } from '../store/fixtures.ts'
import { digestOf } from './lab.ts'

const first = { runId: 'first', attempt: 1 }
const second = { runId: 'second', attempt: 3 }
const bytes = (size: number, fill: number): Uint8Array => new Uint8Array(size).fill(fill)

test('what waits for its events has a bound, for one and for all, and room comes back', async (t) => {
  const folder = tempFolder(t)
  const blobs = createHeldBlobs(folder, { one: 100, attempt: 250, all: 250 })
  const put = (key: typeof first, blob: Uint8Array) => blobs.put(key, digestOf(blob), [blob])
  await assert.rejects(put(first, bytes(101, 1)), Away)
  await put(first, bytes(100, 2))
  await put(first, bytes(100, 2))
  await put(second, bytes(100, 3))
  await assert.rejects(put(second, bytes(60, 4)), /no room for more than 50 bytes/)
  await blobs.drop(first, [digestOf(bytes(100, 2))])
  await put(second, bytes(60, 4))
  await blobs.dropAll(second)
  await put(first, bytes(100, 5))
  await put(first, bytes(100, 6))
  // Another program begins with what lies there.
  const next = createHeldBlobs(folder, { one: 100, attempt: 250, all: 250 })
  await assert.rejects(next.put(first, digestOf(bytes(60, 7)), [bytes(60, 7)]), Away)
  await next.sweep([second])
  assert.deepEqual(readdirSync(folder), [])
  await next.put(first, digestOf(bytes(60, 7)), [bytes(60, 7)])
})

test('many that come at once have no more room together than one after another, and one attempt leaves room to others', async (t) => {
  const folder = tempFolder(t)
  const limits = { one: 100, attempt: 150, all: 250 }
  const blobs = createHeldBlobs(folder, limits)
  async function* slowly(blob: Uint8Array) {
    for (let at = 0; at < blob.length; at += 10) {
      await new Promise(setImmediate)
      yield blob.subarray(at, at + 10)
    }
  }
  const put = (key: typeof first, fill: number) =>
    blobs.put(key, digestOf(bytes(100, fill)), slowly(bytes(100, fill)))
  const all = await Promise.allSettled([1, 2, 3, 4].map((fill) => put(first, fill)))
  assert.ok(all.filter(({ status }) => status === 'fulfilled').length <= 1)
  await blobs.dropAll(first)
  await put(first, 5)
  await assert.rejects(put(first, 6), /no room for more than 50 bytes/)
  await put(second, 7)
  // What was refused left nothing that counts.
  await blobs.dropAll(second)
  await put(second, 8)
})

test('a blob that ends too soon, or fails on its way, leaves nothing', async (t) => {
  const folder = tempFolder(t)
  const blobs = createHeldBlobs(folder)
  const whole = bytes(1000, 1)
  async function* cut() {
    yield whole.subarray(0, 500)
    throw new Error('the connection broke')
  }
  await assert.rejects(blobs.put(first, digestOf(whole), cut()), /the connection broke/)
  await assert.rejects(blobs.put(first, digestOf(whole), [whole.subarray(0, 999)]), /arrived damaged/)
  assert.deepEqual(readdirSync(`${folder}/first-1`), [])
  await assert.rejects(blobs.read(first, digestOf(whole)), Away)
})
