import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { AttendRequest } from '../../../shared/worker/protocol.ts'
import { Away, type Desk, TurnedAway } from '../../../src-main/workerLink/desk.ts'
import { createFolderDesk } from '../../../src-main/workerLink/folderDesk.ts'
import { writeLetter } from '../../../src-main/workerLink/folderMail.ts'
import { openFolderDoor } from '../../../src-main/workers/folderDoor.ts'

const token = 'a token that only these two know'
const key = createHash('sha256').update(token).digest('hex')
const attempt = { runId: 'run', attempt: 1 }
const digest = 'a'.repeat(64)

const attending: AttendRequest = {
  protocol: 1,
  build: digest,
  about: {
    hostname: 'n1',
    platform: 'linux x64',
    processor: 'a processor',
    cores: 1,
    memory: 1,
    node: 'v24',
    load: null,
    diskFree: null,
    slots: [],
  },
  spooled: [],
  delivered: [],
  hurry: false,
}

/** A host of its own, that keeps what it is told and holds `attend` until it is let go. */
function memoryDesk() {
  const blobs = new Map<string, Uint8Array>()
  const pushed: number[] = []
  const attends: AbortSignal[] = []
  const file = new Uint8Array(40_000_000).map((_, at) => at % 251)
  const desk: Desk = {
    attend: (_, signal) => {
      attends.push(signal)
      return new Promise((resolve) =>
        signal.addEventListener('abort', () => resolve({ type: 'refused', reason: 'nobody waits' })),
      )
    },
    start: async ({ runId }) => {
      if (runId === 'revoked') throw new TurnedAway('The worker was removed.')
      if (runId === 'broken') throw new Error('the disk is broken')
      return { type: 'later', afterMs: 5, reason: runId }
    },
    missingBlobs: async (_, wanted) => wanted.filter((sha256) => !blobs.has(sha256)),
    putBlob: async (_, sha256, bytes) => void blobs.set(sha256, bytes),
    push: async (_, events) => {
      pushed.push(...events.map(({ seq }) => seq))
      return { type: 'stored', lastSeq: events.at(-1)?.seq ?? -1 }
    },
    end: async ({ lastSeq }) => ({ type: 'stored', lastSeq }),
    datasetManifest: async (id) => ({
      id,
      files: (['meta.json', 'examples.bin', 'labels.bin'] as const).map((name) => ({
        name,
        bytes: 1,
        sha256: digest,
      })),
    }),
    async *datasetFile(_, __, from) {
      for (let at = from; at < file.length; at += 9_000_000) yield file.subarray(at, at + 9_000_000)
    },
  }
  return { desk, blobs, pushed, attends, file }
}

function sharedFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'anneal-folder-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Besides what a look leaves for a moment. */
const lasting = (folder: string): string[] => readdirSync(folder).filter((name) => !name.startsWith('.'))
const boxesIn = (folder: string): string[] => lasting(path.join(folder, 'mail'))

const start = (runId: string) => ({ protocol: 1, runId, slot: 0 })

async function until(isSo: () => boolean, what: string): Promise<void> {
  for (const deadline = performance.now() + 5000; !isSo(); await setTimeout(5))
    assert.ok(performance.now() < deadline, what)
}

test('a desk over a folder says what the host says', async (t) => {
  const folder = sharedFolder(t)
  const { desk, blobs, pushed, attends, file } = memoryDesk()
  const worker = createFolderDesk({ folder, token, asker: '12_3', pollMs: 5, answerMs: 5000 })
  const door = openFolderDoor({ folder, key, deskFor: () => desk, pollMs: 5 })
  t.after(door.close)

  const leave = new AbortController()
  const attend = worker.attend(attending, leave.signal)
  assert.deepEqual(await worker.start(start('other')), { type: 'later', afterMs: 5, reason: 'other' })
  await assert.rejects(worker.start(start('revoked')), new TurnedAway('The worker was removed.'))
  await assert.rejects(worker.start(start('broken')), new Away('the disk is broken'))
  const bytes = new Uint8Array([1, 2, 3])
  assert.deepEqual(await worker.missingBlobs(attempt, [digest]), [digest])
  await worker.putBlob(attempt, digest, bytes)
  assert.deepEqual(await worker.missingBlobs(attempt, [digest]), [])
  assert.deepEqual(blobs.get(digest), bytes)
  const events = [3, 4].map((seq) => ({ seq, text: '{}', parts: [{ bytes }, { sha256: digest, length: 3 }] }))
  assert.deepEqual(await worker.push(attempt, events), { type: 'stored', lastSeq: 4 })
  assert.deepEqual(pushed, [3, 4])
  const end = { ...attempt, how: 'died', reason: 'killed', lastSeq: 4 } as const
  assert.deepEqual(await worker.end(end), { type: 'stored', lastSeq: 4 })
  assert.equal((await worker.datasetManifest('0'.repeat(16))).files.length, 3)
  const pieces = []
  for await (const piece of worker.datasetFile('0'.repeat(16), 'examples.bin', 7)) pieces.push(piece)
  assert.ok(Buffer.concat(pieces).equals(file.subarray(7)))

  // A request that is taken back ends what the host holds for it.
  await until(() => attends.length === 1, 'the host holds the request')
  leave.abort()
  await assert.rejects(attend, Away)
  await until(() => attends[0]?.aborted === true, 'the host lets go')
  await worker.close()
  assert.deepEqual(boxesIn(folder), [])
})

test('a host that is away is said so, and a request waits for one that comes in time', async (t) => {
  const folder = sharedFolder(t)
  const worker = createFolderDesk({ folder, token, asker: '1', pollMs: 5, answerMs: 60 })
  await assert.rejects(worker.start(start('run')), Away)
  const patient = createFolderDesk({ folder, token, asker: '1', pollMs: 5, answerMs: 5000 })
  const asked = patient.start(start('run'))
  const { desk } = memoryDesk()
  const door = openFolderDoor({ folder, key, deskFor: () => desk, pollMs: 5 })
  assert.equal((await asked).type, 'later')

  // A host that closes leaves what it holds to the next.
  const held = patient.attend(attending, new AbortController().signal)
  await until(() => boxesIn(folder).length === 2, 'both have a box')
  await door.close()
  const answering: Desk = { ...desk, attend: async () => ({ type: 'refused', reason: 'of the next host' }) }
  const next = openFolderDoor({ folder, key, deskFor: () => answering, pollMs: 5, idleMs: 30 })
  t.after(next.close)
  assert.deepEqual(await held, { type: 'refused', reason: 'of the next host' })
  // Boxes of workers that were killed go, and one whose worker lives comes again.
  await until(() => boxesIn(folder).length === 0, 'idle boxes are cleared away')
  assert.equal((await patient.start(start('again'))).type, 'later')
})

test('torn, foreign and hostile files are passed over', async (t) => {
  const folder = sharedFolder(t)
  const { desk, pushed } = memoryDesk()
  const logged: string[] = []
  const mail = path.join(folder, 'mail')
  const box = path.join(mail, 'hostile')
  mkdirSync(path.join(box, '5.ask'), { recursive: true })
  writeFileSync(path.join(box, '1.ask'), 'torn')
  writeFileSync(path.join(box, '2.ask'), Buffer.alloc(100_000, 7))
  symlinkSync('/etc/passwd', path.join(box, '3.ask'))
  writeFileSync(path.join(mail, 'stray'), 'a file among boxes')
  symlinkSync('/', path.join(mail, 'link'))
  const push = { method: 'push', key: attempt, events: [{ seq: 0, text: '{}', parts: [] }] }
  // Of somebody who has another token; and of one who has it, but says what no worker says.
  await writeLetter({ folder: box, key: 'f'.repeat(64) }, { number: 4, kind: 'ask' }, push)
  await writeLetter({ folder: box, key }, { number: 6, kind: 'ask' }, { ...push, more: 1 })
  const door = openFolderDoor({
    folder,
    key,
    deskFor: () => desk,
    pollMs: 2,
    log: (line) => logged.push(line),
  })
  t.after(door.close)
  const worker = createFolderDesk({ folder, token, asker: '1', pollMs: 5, answerMs: 5000 })
  assert.equal((await worker.start(start('run'))).type, 'later')
  await until(() => logged.length === 6, 'all are dropped')
  assert.deepEqual(pushed, [])
  assert.deepEqual(lasting(box), [])
  // An answer of another hand is none.
  const doubted = createFolderDesk({ folder, token: 'another token', asker: '2', pollMs: 5, answerMs: 300 })
  await assert.rejects(doubted.start(start('run')), Away)
})
