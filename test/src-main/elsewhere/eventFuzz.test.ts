import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { crc32c } from '@aws-crypto/crc32c'
import { UserError } from '../../../shared/errors.ts'
import { random } from '../../../shared/random.ts'
import { decodeEvent } from '../../../src-main/elsewhere/events.ts'
import { importTensorboard } from '../../../src-main/elsewhere/tensorboard.ts'
import { tempFolder, tempStore } from '../store/fixtures.ts'

/* Event files that were valid once, broken in many ways: a tolerated rest, or one sentence; never a crash, never much memory. */

const fixtures = new URL('../../fixtures/tensorboard/', import.meta.url).pathname
const valid = ['restart', 'kinds', 'keras/train'].flatMap((folder) =>
  readdirSync(join(fixtures, folder))
    .filter((name) => name.includes('tfevents'))
    .map((name) => readFileSync(join(fixtures, folder, name))),
)

const masked = (data: Uint8Array): number => {
  const sum = crc32c(data)
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0
}
/** A record whose sums are right, whatever is in it. @param told its length as its header says it */
function record(data: Uint8Array, told = BigInt(data.length)): Buffer {
  const head = Buffer.alloc(12)
  head.writeBigUInt64LE(told)
  head.writeUInt32LE(masked(head.subarray(0, 8)), 8)
  const foot = Buffer.alloc(4)
  foot.writeUInt32LE(masked(data))
  return Buffer.concat([head, data, foot])
}
/** The data of a file's records. */
function* dataOf(file: Buffer): Generator<Buffer> {
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at))
    yield file.subarray(at + 12, at + 12 + length)
    at += 16 + length
  }
}

const rng = random(11, 'event files')
const pick = <T>(list: readonly T[]): T => {
  const one = list[rng.below(list.length)]
  if (one === undefined) throw new Error('Nothing to pick from.')
  return one
}
const flipped = (bytes: Uint8Array): Buffer => {
  const copy = Buffer.from(bytes)
  for (let i = 0; i <= rng.below(4); i++) copy[rng.below(copy.length)] = rng.below(256)
  return copy
}

const ways: Readonly<Record<string, (file: Buffer) => Buffer>> = {
  cut: (file) => file.subarray(0, rng.below(file.length)),
  flipped,
  repeated: (file) => Buffer.concat([file, file.subarray(0, rng.below(file.length)), file]),
  'hostile length': (file) =>
    Buffer.concat([file, record(Buffer.alloc(3), pick([2n ** 63n, 2n ** 64n - 1n, 2n ** 40n, 4n]))]),
  'a record of other bytes': (file) => Buffer.concat([file, record(flipped(pick([...dataOf(file)]))), file]),
  'a record that is cut': (file) => {
    const data = pick([...dataOf(file)])
    return Buffer.concat([file, record(data.subarray(0, rng.below(data.length))), file])
  },
  'noise in a record': (file) =>
    Buffer.concat([file, record(Buffer.from(Array.from({ length: rng.below(300) }, () => rng.below(256))))]),
}

test('broken event files give a tolerated rest, or one sentence', { timeout: 60_000 }, async (t) => {
  const store = tempStore(t)
  const root = tempFolder(t)
  let read = 0
  for (const [how, change] of Object.entries(ways)) {
    for (let i = 0; i < 7; i++) {
      const folder = join(root, `${how} ${i}`)
      mkdirSync(folder)
      writeFileSync(join(folder, 'events.out.tfevents.1800000000.host.1.0'), change(pick(valid)))
      const runs = store.read.runs().length
      try {
        const [run] = await importTensorboard(store, { path: folder, tagRoles: {} })
        assert.ok(run)
        read += 1
        for (const name of store.read.seriesNames(run.id)) {
          const { steps } = store.read.series({ runId: run.id, series: name })
          assert.ok([...steps].every((step, at) => at === 0 || step > (steps[at - 1] ?? 0)))
        }
        assert.ok(store.read.summary(run.id).elsewhere?.notes.every((note) => note.length < 300))
      } catch (error) {
        assert.ok(error instanceof UserError, `${how} ${i}: ${String(error)}`)
        assert.equal(store.read.runs().length, runs, 'nothing is half imported')
      }
    }
  }
  assert.ok(read > 25)
})

test('a record of very many or very deep fields is read or stepped over within bounded time and memory', async (t) => {
  const store = tempStore(t)
  const folder = tempFolder(t)
  // summary { value {} value {} … }: two bytes each, of a hundred thousand, and of four million.
  const values = (count: number): Buffer => {
    const inner = Buffer.alloc(2 * count)
    for (let i = 0; i < count; i++) inner.set([0x0a, 0x00], 2 * i)
    const length: number[] = []
    for (let rest = inner.length; ; rest >>>= 7) {
      length.push(rest > 127 ? (rest & 127) | 128 : rest)
      if (rest <= 127) break
    }
    return Buffer.concat([Buffer.from([0x2a, ...length]), inner])
  }
  const groups = Buffer.alloc(200_000, 0x0b)
  writeFileSync(
    join(folder, 'a.tfevents.1'),
    Buffer.concat([
      ...valid.slice(0, 1),
      ...[values(120_000), values(4_000_000), groups].map((data) => record(data)),
    ]),
  )
  const before = process.memoryUsage.rss()
  const [run] = await importTensorboard(store, { path: folder, tagRoles: {} })
  assert.ok((run?.stepsDone ?? 0) > 0)
  assert.ok(process.memoryUsage.rss() - before < 600 * 2 ** 20)
})

test('a step that is none, and a time that is none, take nothing else with them', () => {
  // Event { wall_time: NaN, step: -1, summary { value { tag: "a", simple_value: 1 } } }
  const value = Buffer.from([0x0a, 0x01, 0x61, 0x15, 0, 0, 0x80, 0x3f])
  const summary = Buffer.concat([Buffer.from([0x0a, value.length]), value])
  const bytes = Buffer.concat([
    Buffer.from([0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f]),
    Buffer.from([0x10, ...Array.from({ length: 9 }, () => 0xff), 0x01]),
    Buffer.from([0x2a, summary.length]),
    summary,
  ])
  const event = decodeEvent(bytes)
  assert.equal(event?.step, -1)
  assert.ok(Number.isNaN(event?.wallTime))
  assert.deepEqual(event?.scalars, [{ tag: 'a', value: 1 }])
})
