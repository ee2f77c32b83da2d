import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { type RequestOptions, request } from 'node:https'
import { z } from 'zod'
import { wordsOf } from '../../shared/errors.ts'
import {
  type AttemptKey,
  attendAnswer,
  datasetManifest,
  pushAnswer,
  startAnswer,
} from '../../shared/worker/protocol.ts'
import { Away, type Desk, TurnedAway } from '../workerLink/desk.ts'
import { pack, unpack } from '../workerLink/packed.ts'
import { blobList, pushRequest, refusal } from '../workerLink/wire.ts'
import { pinnedAgent } from './pinnedAgent.ts'
import { codeOf } from './spool/durable.ts'

/** Where a host is, by which certificate it is known, and the token by which it knows the worker. */
export interface HostAddress {
  readonly host: string
  readonly port: number
  /** sha256 of the certificate in DER form, hexadecimal. */
  readonly pin: string
  readonly token: string
}

export interface HttpsDesk extends Desk {
  /** The program that the host is, for its workers: gzip. @throws Away, TurnedAway */
  app(signal: AbortSignal): Promise<Uint8Array>
  close(): void
}

/** Milliseconds for an answer, besides what its bytes take. */
const answerWithin = 20_000
/** Bytes a second that the slowest link carries which is worth its name, for each of those that share it. */
const slowest = 8 * 1024
/** Of an answer that is read whole. The state in the answer to `start` is the largest. */
const mostAnswer = 4 * 2 ** 30

interface Ask {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly body?: Uint8Array
  readonly signal?: AbortSignal
  /** Milliseconds that the host may hold the answer back. */
  readonly held?: number
}

/** A host over HTTPS. @param attendFor how long it holds an answer to `attend` at the most, milliseconds */
export function createHttpsDesk(address: HostAddress, attendFor: () => number): HttpsDesk {
  // Of its own: an answer that is held back for seconds must not stand before an event.
  const attending = pinnedAgent(address.pin, 1)
  const working = pinnedAgent(address.pin, 4)

  /** Resolves when the head of the answer is there, and it is one. */
  async function open(ask: Ask): Promise<{ answer: IncomingMessage; moved(): void }> {
    const { method, path, body, signal, held = 0 } = ask
    const options: RequestOptions = {
      host: address.host,
      port: address.port,
      agent: path === '/v1/attend' ? attending : working,
      method,
      path,
      headers: {
        authorization: `Bearer ${address.token}`,
        ...(body && { 'content-type': 'application/octet-stream', 'content-length': body.byteLength }),
      },
      ...(signal && { signal }),
    }
    const asked = request(options)
    const within = answerWithin + held + ((body?.byteLength ?? 0) / slowest) * 1000
    const late = (): void => void asked.destroy(new Error(`no answer within ${Math.round(within / 1000)} s`))
    let timer = setTimeout(late, within)
    const settled = (): void => clearTimeout(timer)
    asked.once('close', settled)
    asked.end(body)
    try {
      const [answer]: IncomingMessage[] = await once(asked, 'response')
      if (answer === undefined) throw new Error('no answer')
      clearTimeout(timer)
      timer = setTimeout(late, answerWithin)
      return { answer, moved: () => void timer.refresh() }
    } catch (error) {
      settled()
      // The host has let go of a connection that was kept alive: a new one tells whether it is there.
      if (asked.reusedSocket && codeOf(error) === 'ECONNRESET' && signal?.aborted !== true) return open(ask)
      throw away(address, error)
    }
  }

  async function* bytesOf(ask: Ask): AsyncGenerator<Uint8Array> {
    const { answer, moved } = await open(ask)
    if (answer.statusCode !== 200) throw await refused(address, answer)
    try {
      for await (const piece of answer) {
        moved()
        yield z.instanceof(Uint8Array).parse(piece)
      }
    } catch (error) {
      throw away(address, error)
    }
  }

  async function whole(ask: Ask): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    let size = 0
    for await (const piece of bytesOf(ask)) {
      size += piece.byteLength
      if (size > mostAnswer) throw new Away(`The host ${nameOf(address)} answers without end.`)
      pieces.push(piece)
    }
    return Buffer.concat(pieces)
  }

  async function answered<T>(schema: z.ZodType<T>, ask: Ask): Promise<T> {
    const bytes = await whole(ask)
    try {
      return schema.parse(unpack(bytes))
    } catch (error) {
      throw new Away(
        `The host ${nameOf(address)} answers ${ask.path} outside the protocol (${wordsOf(error)}); see that both are of the same version.`,
        { cause: error },
      )
    }
  }

  const post = <T>(path: string, value: unknown, schema: z.ZodType<T>, more: Partial<Ask> = {}): Promise<T> =>
    answered(schema, { method: 'POST', path, body: pack(value), ...more })

  return {
    attend: (asking, signal) =>
      post('/v1/attend', asking, attendAnswer, { signal, held: asking.hurry ? 0 : attendFor() }),
    start: (asking) => post('/v1/start', asking, startAnswer),
    missingBlobs: async (key, sha256) => (await post(`${pathOf(key)}/missing`, { sha256 }, blobList)).sha256,
    async putBlob(key, sha256, bytes) {
      await whole({ method: 'PUT', path: `${pathOf(key)}/blobs/${sha256}`, body: bytes })
    },
    push: (key, events) => post(`${pathOf(key)}/events`, pushRequest.parse({ events }), pushAnswer),
    end: (end) => post(`${pathOf(end)}/end`, end, pushAnswer),
    datasetManifest: (id) =>
      answered(datasetManifest, { method: 'GET', path: `/v1/datasets/${encodeURIComponent(id)}` }),
    datasetFile: (id, name, from) =>
      bytesOf({
        method: 'GET',
        path: `/v1/datasets/${encodeURIComponent(id)}/${encodeURIComponent(name)}?from=${from}`,
      }),
    app: (signal) => whole({ method: 'GET', path: '/v1/app', signal }),
    close() {
      attending.destroy()
      working.destroy()
    },
  }
}

const pathOf = ({ runId, attempt }: AttemptKey): string =>
  `/v1/attempts/${encodeURIComponent(runId)}/${attempt}`

const nameOf = ({ host, port }: HostAddress): string => `${host}:${port}`

function away(address: HostAddress, error: unknown): Error {
  if (error instanceof Away || error instanceof TurnedAway) return error
  return new Away(`The host ${nameOf(address)} cannot be reached (${wordsOf(error)}).`, { cause: error })
}

/** What another status than 200 means. */
async function refused(address: HostAddress, answer: IncomingMessage): Promise<Error> {
  const reason = await reasonIn(answer)
  const status = answer.statusCode ?? 0
  if (status === 401 || status === 403)
    return new TurnedAway(reason ?? `The host ${nameOf(address)} does not know this worker any more.`)
  return new Away(reason ?? `The host ${nameOf(address)} cannot answer now (status ${status}).`)
}

/** A refusal is short. */
async function reasonIn(answer: IncomingMessage): Promise<string | undefined> {
  try {
    const pieces: Uint8Array[] = []
    let size = 0
    for await (const piece of answer) {
      pieces.push(z.instanceof(Uint8Array).parse(piece))
      size += pieces.at(-1)?.byteLength ?? 0
      if (size > 65_536) return undefined
    }
    return refusal.parse(unpack(Buffer.concat(pieces))).reason
  } catch {
    return undefined
  }
}
