import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'

/** The largest body a request may have: a spec with a model of the user's own fits many times over. */
export const largestBody = 4 * 2 ** 20

/** Milliseconds for which the rest of a refused body is taken, and thrown away. */
const drainTime = 10_000

/** Undefined when it is larger than `largestBody`; the rest of it is then still to come. */
export async function readBody(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<string | undefined> {
  if (Number(incoming.headers['content-length'] ?? 0) > largestBody) return undefined
  if (waitsForContinue(incoming)) outgoing.writeContinue()
  const pieces: Buffer[] = []
  let bytes = 0
  // To stop reading must not end the connection, over which the refusal is to go.
  for await (const piece of incoming.iterator({ destroyOnReturn: false })) {
    bytes += piece.byteLength
    if (bytes > largestBody) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

/** @param body empty where there is none  @throws TypeError for a method that fetch does not know */
export function toRequest(incoming: IncomingMessage, url: URL, body: string, signal: AbortSignal): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const each of [value ?? []].flat()) headers.append(name, each)
  }
  return new Request(url, {
    method: incoming.method ?? 'GET',
    headers,
    signal,
    // An empty body would be given a content type that nobody sent.
    ...(body !== '' && { body }),
  })
}

/** Writes the answer out as fast as the other side takes it; when that goes away, what made the answer is ended. */
export async function sendResponse(outgoing: ServerResponse, response: Response): Promise<void> {
  outgoing.statusCode = response.status
  for (const [name, value] of response.headers) {
    // How the bytes travel is for the server to say: with a length, or in chunks.
    if (name !== 'transfer-encoding') outgoing.setHeader(name, value)
  }
  const isHead = outgoing.req.method === 'HEAD'
  if (isSending(outgoing.req)) return sendWhileReceiving(outgoing, response)
  if (response.body === null || isHead) {
    outgoing.end()
    await response.body?.cancel()
    return
  }
  await pipeline(Readable.fromWeb(response.body), outgoing)
}

/**
 * An answer before all was asked. A connection that is closed while the other side still sends is reset, and the answer
 * may be lost with it: what still comes is read first, and dropped.
 */
async function sendWhileReceiving(outgoing: ServerResponse, response: Response): Promise<void> {
  const { req: incoming } = outgoing
  const bytes = await response.bytes()
  outgoing.setHeader('content-length', bytes.byteLength)
  outgoing.setHeader('connection', 'close')
  outgoing.write(bytes)
  incoming.resume()
  await finished(incoming, { signal: AbortSignal.timeout(drainTime) }).catch(() => undefined)
  outgoing.end()
}

function isSending(incoming: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = incoming.headers
  const hasBody = Number(length ?? 0) > 0 || coding !== undefined
  return hasBody && !incoming.complete && !waitsForContinue(incoming)
}

/** It sends its body only once it is told to go on. */
const waitsForContinue = ({ headers }: IncomingMessage): boolean =>
  headers.expect?.toLowerCase() === '100-continue'
