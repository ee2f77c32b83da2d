import type { IncomingMessage, ServerResponse } from 'node:http'
import { UserError, wordsOf } from '../../shared/errors.ts'
import { Away, TurnedAway } from '../workerLink/desk.ts'
import { pack, unpack } from '../workerLink/packed.ts'

/* Reading the requests of workers, and answering them. */

/** An answer other than what was asked for: a status of HTTP, and words for the user. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number, reason: string) {
    super(reason)
    this.status = status
  }
}

/** The pieces of a body. @throws Refused once there are more bytes than the limit */
export async function* bodyOf(incoming: IncomingMessage, limit: number): AsyncGenerator<Uint8Array> {
  const tooLarge = () => new Refused(413, `The request is larger than the ${limit} bytes that it may have.`)
  if (Number(incoming.headers['content-length'] ?? 0) > limit) throw tooLarge()
  let size = 0
  for await (const piece of incoming) {
    if (!(piece instanceof Uint8Array)) throw new TypeError('a body did not come as bytes')
    size += piece.byteLength
    if (size > limit) throw tooLarge()
    yield piece
  }
}

/** Bytes of bodies that are read whole at once, of all workers: beyond, a worker comes again later. */
const mostAtOnce = 2 ** 29
let atOnce = 0

/** @throws Refused for what is no packed message, and while too much is read already */
export async function unpackedBody(incoming: IncomingMessage, limit: number): Promise<unknown> {
  const pieces: Uint8Array[] = []
  let size = 0
  try {
    for await (const piece of bodyOf(incoming, limit)) {
      size += piece.byteLength
      atOnce += piece.byteLength
      if (atOnce > mostAtOnce)
        throw new Refused(503, 'Many workers send much at once just now; it is taken later.')
      pieces.push(piece)
    }
    return unpackedOf(pieces)
  } finally {
    atOnce -= size
  }
}

function unpackedOf(pieces: readonly Uint8Array[]): unknown {
  try {
    return unpack(Buffer.concat(pieces))
  } catch (error) {
    throw new Refused(400, `The request cannot be read (${wordsOf(error)}).`)
  }
}

export function answer(outgoing: ServerResponse, status: number, value: unknown): void {
  answerBytes(outgoing, status, pack(value))
}

export function answerBytes(outgoing: ServerResponse, status: number, bytes: Uint8Array): void {
  outgoing
    .writeHead(status, { 'content-type': 'application/octet-stream', 'content-length': bytes.byteLength })
    .end(bytes)
}

/** Answers what went wrong in words. @returns the error where it is none that a worker can be told */
export function answerError(incoming: IncomingMessage, outgoing: ServerResponse, error: unknown): unknown {
  if (outgoing.headersSent || outgoing.destroyed) {
    outgoing.destroy()
    return undefined
  }
  const status = statusOf(error)
  const reason =
    status === 500 ? 'The host failed at this; what it prints says why.' : wordsOf(error).slice(0, 2000)
  // Of a body that was not read to its end, the rest would be taken for the next request.
  if (!incoming.complete) outgoing.setHeader('connection', 'close')
  answer(outgoing, status, { reason })
  return status === 500 ? error : undefined
}

function statusOf(error: unknown): number {
  if (error instanceof Refused) return error.status
  if (error instanceof TurnedAway) return 403
  if (error instanceof Away) return 503
  // What the lab has not got, or cannot give now.
  return error instanceof UserError ? 404 : 500
}
