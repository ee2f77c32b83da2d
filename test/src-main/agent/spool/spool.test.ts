import assert from 'node:assert/strict'
import { appendFile, cp, readdir, stat, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { TrainerEvent } from '../../../../shared/run/messages.ts'
import { encodeEvent } from '../../../../src-main/agent/spool/record.ts'
import { checkpoint, ended, metrics, opened, superseded, temporary, type Watched, whole } from './support.ts'

type Kind = 'small' | 'large' | 'checkpoint' | 'same checkpoint'
const kind = fc.constantFrom<Kind>('small', 'large', 'checkpoint', 'same checkpoint')
const part = fc.double({ min: 0, max: 1, noNaN: true })
const kinds = fc.array(kind, { minLength: 1, maxLength: 6 })
const command = fc.oneof(
  fc.record({ do: fc.constant('append' as const), kinds }),
  fc.record({ do: fc.constant('acknowledge' as const), part }),
  fc.record({ do: fc.constant('reopen' as const) }),
  /** Killed while it writes: that part of its bytes is on the disk, and perhaps more that was never written so. */
  fc.record({ do: fc.constant('kill' as const), kinds, part, junk: fc.uint8Array({ maxLength: 40 }) }),
)

/** The spool as a plain array would do it. */
interface Model {
  events: TrainerEvent[]
  acknowledged: number
  /** Checkpoints below it have their note on the disk. */
  notedBelow: number
}

function made(seq: number, kind: Kind): TrainerEvent {
  if (kind === 'small') return metrics(seq)
  if (kind === 'large') return metrics(seq, 40_000)
  return kind === 'checkpoint' ? checkpoint(seq) : checkpoint(seq, 2000, 1)
}

const lastCheckpoint = ({ events }: Model): number =>
  events.findLastIndex((event) => event.type === 'checkpoint')

/**
 * What each event may read as: a checkpoint below the last one is not sent any more; where a kill came between the two
 * and the note of it, it may be sent still.
 */
function expected(model: Model): unknown[][] {
  const last = lastCheckpoint(model)
  return model.events
    .map((event, seq) => {
      if (event.type !== 'checkpoint' || seq >= last) return [event]
      return seq < model.notedBelow ? [superseded(seq)] : [superseded(seq), event]
    })
    .slice(model.acknowledged + 1)
}

async function compare({ spool }: Watched, model: Model): Promise<void> {
  assert.equal(spool.damage, undefined)
  assert.equal(spool.lastSeq, model.events.length - 1)
  const read = await spool.read(model.acknowledged + 1, { events: 1e6, bytes: 1e9 })
  const actual = await Promise.all(read.map((each) => whole(spool, each)))
  const wanted = expected(model)
  // The difference of events of 40,000 numbers in words would take minutes.
  const wrong = wanted.findIndex((may, at) => !may.some((each) => isDeepStrictEqual(actual[at], each)))
  assert.equal(actual.length, wanted.length)
  assert.equal(wrong, -1, `event ${model.acknowledged + 1 + wrong} is not what was appended`)
}

test('it holds what a plain array would hold, whatever is appended, acknowledged, closed and killed', async (t) => {
  let torn = 0
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 2, maxLength: 12 }), async (commands) => {
      const folder = await temporary(t)
      const model: Model = { events: [], acknowledged: -1, notedBelow: 0 }
      let watched = await opened(folder)
      for (const each of commands) {
        switch (each.do) {
          case 'append':
            await append(watched, model, each.kinds)
            if (each.kinds.some((kind) => kind.endsWith('checkpoint')))
              model.notedBelow = lastCheckpoint(model)
            assert.equal(watched.stored.at(-1), model.events.length - 1)
            break
          case 'acknowledge':
            model.acknowledged = Math.max(model.acknowledged, Math.floor(each.part * model.events.length) - 1)
            await watched.spool.acknowledge(model.acknowledged)
            break
          case 'reopen':
            await watched.spool.close()
            watched = await opened(folder)
            break
          case 'kill': {
            const before = model.events.length
            const copy = await temporary(t)
            await cp(watched.spool.folder, copy, { recursive: true })
            await append(watched, model, each.kinds)
            await watched.spool.close()
            await tear(watched.spool.folder, copy, each)
            // They are dropped after the flush, which the kill came before.
            for (const { ref, bytes } of model.events
              .slice(before)
              .flatMap((event) => encodeEvent(event).blobs))
              await writeFile(path.join(watched.spool.folder, 'blobs', ref.sha256), bytes)
            watched = await opened(folder)
            const left = watched.spool.lastSeq + 1
            assert.ok(left >= before, `${left} of ${before} flushed events are left`)
            if (left < model.events.length) torn++
            model.events.length = left
          }
        }
        await compare(watched, model)
      }
      await watched.spool.acknowledge(model.events.length - 1)
      assert.deepEqual(await readdir(path.join(watched.spool.folder, 'blobs')), [], 'no blob is left')
      await watched.spool.clear()
      assert.deepEqual(await readdir(folder), [])
    }),
    { numRuns: 40 },
  )
  assert.ok(torn > 5, 'kills tore something off')
})

async function append({ spool }: Watched, { events }: Model, kinds: readonly Kind[]): Promise<void> {
  for (const kind of kinds) {
    const event = made(events.length, kind)
    events.push(event)
    spool.append(event)
  }
  await spool.settled()
}

/** What a kill leaves: all blobs of before, and a part of what was written to the last segment since. */
async function tear(
  folder: string,
  before: string,
  { part, junk }: { readonly part: number; readonly junk: Uint8Array },
): Promise<void> {
  const blobs = path.join(before, 'blobs')
  await cp(blobs, path.join(folder, 'blobs'), { recursive: true })
  const last = await lastSegment(folder)
  if (last === undefined) return
  const flushed = await stat(path.join(before, path.basename(last.file))).catch(() => ({ size: 0 }))
  await truncate(last.file, flushed.size + Math.floor(part * (last.size - flushed.size)))
  if (part < 1) await appendFile(last.file, junk)
}

async function lastSegment(folder: string): Promise<{ file: string; size: number } | undefined> {
  const name = (await readdir(folder))
    .filter((each) => each.startsWith('segment-'))
    .sort()
    .at(-1)
  if (name === undefined) return undefined
  const file = path.join(folder, name)
  return { file, size: (await stat(file)).size }
}

test('a megabyte fills a segment, and those that the host has go from the disk', async (t) => {
  const { spool } = await opened(await temporary(t))
  for (let seq = 0; seq < 2500; seq++) {
    spool.append(metrics(seq, 120))
    if (seq % 100 === 99) await spool.settled()
  }
  const segments = async () => (await readdir(spool.folder)).filter((name) => name.startsWith('segment-'))
  const before = (await segments()).length
  assert.ok(before >= 3, `${before} segments`)
  await spool.acknowledge(2499)
  assert.equal((await segments()).length, 1)
  assert.equal(spool.firstSeq, 2500)
})

test('events that come at once are flushed together', async (t) => {
  const { spool, stored } = await opened(await temporary(t))
  for (let seq = 0; seq < 100; seq++) spool.append(metrics(seq))
  await spool.settled()
  assert.equal(stored.at(-1), 99)
  assert.ok(stored.length <= 2, `${stored.length} flushes`)
})

test('the last word of the trainer is known again after a restart', async (t) => {
  const folder = await temporary(t)
  const { spool } = await opened(folder)
  spool.append(metrics(0))
  spool.append(ended(1))
  await spool.settled()
  await spool.acknowledge(1)
  await spool.close()
  const again = (await opened(folder)).spool
  assert.equal(again.hasEnded, true)
  assert.equal(again.lastSeq, 1)
})
