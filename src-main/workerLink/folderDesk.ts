import { createHash, randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import {
  attendAnswer,
  datasetManifest,
  pushAnswer,
  sha256,
  startAnswer,
} from '../../shared/worker/protocol.ts'
import { Away, type Desk, TurnedAway } from './desk.ts'
import {
  type Ask,
  answer,
  type Box,
  filePiece,
  namesIn,
  readLetter,
  readLetterName,
  removeLetter,
  writeLetter,
} from './folderMail.ts'

export interface FolderDeskOptions {
  /** The folder that both see. */
  readonly folder: string
  readonly token: string
  /** Of the Slurm job, or any other name of whoever asks: a-z, 0-9, - and _. */
  readonly asker: string
  /** Between two looks for answers, milliseconds. */
  readonly pollMs?: number
  /** A host that has not answered by then is away, milliseconds; for `attend` and large blobs it is more. */
  readonly answerMs?: number
}

export interface FolderDesk extends Desk {
  /** Removes its box. */
  close(): Promise<void>
}

interface Waiting {
  readonly deadline: number
  settle(read: () => Promise<unknown>): void
}

/** The worker's end of a shared folder (see folderMail.ts). */
export function createFolderDesk(options: FolderDeskOptions): FolderDesk {
  const { pollMs = 500, answerMs = 30_000 } = options
  const name = `${options.asker}-${randomBytes(6).toString('hex')}`
  const box: Box = {
    folder: path.join(options.folder, 'mail', name),
    key: createHash('sha256').update(options.token).digest('hex'),
  }
  const waiting = new Map<number, Waiting>()
  let last = 0
  let isLooking = false
  let isClosed = false

  const look = async (): Promise<void> => {
    if (isLooking) return
    isLooking = true
    while (waiting.size > 0) {
      await setTimeout(pollMs)
      const names = await namesIn(box.folder, true).catch(() => [])
      for (const letter of names.map(readLetterName)) {
        if (letter?.kind !== 'answer') continue
        const asked = waiting.get(letter.number)
        waiting.delete(letter.number)
        if (asked === undefined) await removeLetter(box, letter)
        else asked.settle(() => readLetter(box, letter).finally(() => removeLetter(box, letter)))
      }
      for (const [number, { deadline, settle }] of waiting) {
        if (performance.now() < deadline) continue
        waiting.delete(number)
        settle(() => Promise.reject(new Away('the host does not answer in the shared folder')))
      }
    }
    isLooking = false
  }

  async function send(
    what: { readonly method: Ask['method']; readonly [part: string]: unknown },
    patience: number,
    signal?: AbortSignal,
  ): Promise<unknown> {
    if (isClosed) throw new Away('this end of the shared folder is closed')
    last += 1
    const number = last
    const letter = { number, kind: 'ask' } as const
    await writeLetter(box, letter, what).catch(awayBecause)
    const answered = await new Promise<unknown>((resolve, reject) => {
      const withdraw = () => {
        waiting.delete(number)
        reject(new Away('no longer waited for'))
      }
      if (signal?.aborted) return withdraw()
      signal?.addEventListener('abort', withdraw, { once: true })
      waiting.set(number, {
        deadline: performance.now() + patience,
        settle: (read) => {
          signal?.removeEventListener('abort', withdraw)
          read().then(resolve, reject)
        },
      })
      void look()
    })
      .catch(awayBecause)
      .finally(() => removeLetter(box, letter).catch(() => undefined))
    return taken(answered)
  }

  async function* datasetFile(id: string, file: string, from: number): AsyncGenerator<Uint8Array> {
    for (let at = from; ; ) {
      const what = { method: 'datasetFile', id, name: file, from: at } as const
      const { bytes, isLast } = parsed(filePiece, await send(what, answerMs))
      if (bytes.byteLength > 0) yield bytes
      at += bytes.byteLength
      if (isLast) return
    }
  }

  return {
    attend: async (request, signal) =>
      parsed(attendAnswer, await send({ method: 'attend', request }, answerMs + 15_000, signal)),
    start: async (request) => parsed(startAnswer, await send({ method: 'start', request }, answerMs)),
    missingBlobs: async (key, blobs) =>
      parsed(z.array(sha256), await send({ method: 'missingBlobs', key, sha256: blobs }, answerMs)),
    // A slow disk takes a megabyte a second.
    putBlob: async (key, digest, bytes) => {
      await send({ method: 'putBlob', key, sha256: digest, bytes }, answerMs + bytes.byteLength / 1000)
    },
    push: async (key, events) => parsed(pushAnswer, await send({ method: 'push', key, events }, answerMs)),
    end: async (end) => parsed(pushAnswer, await send({ method: 'end', end }, answerMs)),
    datasetManifest: async (id) =>
      parsed(datasetManifest, await send({ method: 'datasetManifest', id }, answerMs)),
    datasetFile,
    async close() {
      isClosed = true
      await rm(box.folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
    },
  }
}

/** The value of an answer. @throws Away and TurnedAway, as the host says */
function taken(letter: unknown): unknown {
  const said = parsed(answer, letter)
  if (said.type === 'away') throw new Away(said.reason)
  if (said.type === 'turnedAway') throw new TurnedAway(said.reason)
  return said.value
}

function parsed<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const result = schema.safeParse(value)
  if (!result.success)
    throw new Away(`the host's answer is malformed: ${result.error.issues[0]?.message ?? ''}`)
  return result.data
}

/** A folder that is full, is not mounted now, or has a torn file in it, is a host that cannot be reached. */
function awayBecause(error: unknown): never {
  if (error instanceof Away) throw error
  throw new Away(`the shared folder: ${error instanceof Error ? error.message : String(error)}`)
}
