import { z } from 'zod'
import {
  attendAnswer,
  datasetManifest,
  pushAnswer,
  sha256,
  startAnswer,
} from '../../shared/worker/protocol.ts'
import { type Ask, answer, filePiece } from './asks.ts'
import { Away, type Desk, TurnedAway } from './desk.ts'

/**
 * Carries one message to the host, and its answer back. Rejects with Away where that takes longer than the patience, in
 * milliseconds, or where the signal aborts.
 */
export type Send = (
  what: { readonly method: Ask['method']; readonly [part: string]: unknown },
  patience: number,
  signal?: AbortSignal,
) => Promise<unknown>

/** The worker's end of a link of messages (asks.ts). @param answerMs a host that has not answered by then is away */
export function createAskingDesk(carry: Send, answerMs: number): Desk {
  const send: Send = async (...message) => taken(await carry(...message))

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
    // A slow link takes a megabyte a second.
    putBlob: async (key, digest, bytes) => {
      await send({ method: 'putBlob', key, sha256: digest, bytes }, answerMs + bytes.byteLength / 1000)
    },
    push: async (key, events) => parsed(pushAnswer, await send({ method: 'push', key, events }, answerMs)),
    end: async (end) => parsed(pushAnswer, await send({ method: 'end', end }, answerMs)),
    datasetManifest: async (id) =>
      parsed(datasetManifest, await send({ method: 'datasetManifest', id }, answerMs)),
    datasetFile,
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
