import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** The largest body a request may have: a spec with a model of the user's own fits many times over. */
export const largestBody = 4 * 2 ** 20

/** Undefined when it is larger than `largestBody`. */
export async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  if (Number(incoming.headers['content-length'] ?? 0) > largestBody) return undefined
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of incoming) {
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
  for (const [name, value] of response.headers) outgoing.setHeader(name, value)
  const isHead = outgoing.req.method === 'HEAD'
  if (response.body === null || isHead) {
    outgoing.end()
    await response.body?.cancel()
    return
  }
  await pipeline(Readable.fromWeb(response.body), outgoing)
}
