import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocketServer } from 'ws'
import { UserError } from '../../shared/errors.ts'
import { refuseDeepNesting } from '../../shared/json.ts'
import { plainAnswer, plainText } from '../api/plainAnswer.ts'
import type { Access, Knock } from './access.ts'
import type { Answer } from './answer.ts'
import { compressed } from './compressed.ts'
import { securityHeaders } from './headers.ts'
import { largestBody, readBody, sendResponse, toRequest } from './nodeHttp.ts'

const methods = ['GET', 'HEAD', 'POST']

/** One request on its way through the guard, and its answer back. */
export async function receive(
  access: Access,
  answer: Answer,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const host = incoming.headers.host ?? ''
  // Older browsers do not count a WebSocket of the same host as 'self'.
  for (const [name, value] of Object.entries(securityHeaders(`ws://${host}`))) outgoing.setHeader(name, value)
  // What is stored here is nobody else's: what may be kept says so itself.
  outgoing.setHeader('cache-control', 'no-store')
  const verdict = access.judge(knockOf(incoming))
  if (verdict.type === 'refuse') return sendResponse(outgoing, plainAnswer(verdict.status, verdict.reason))
  if (verdict.type === 'welcome') {
    const headers = { location: verdict.location, 'set-cookie': verdict.cookie, 'cache-control': 'no-store' }
    return sendResponse(outgoing, new Response(null, { status: 303, headers }))
  }
  const { method = 'GET' } = incoming
  if (!methods.includes(method)) {
    outgoing.setHeader('allow', methods.join(', '))
    return sendResponse(outgoing, plainAnswer(405, `Anneal answers ${methods.join(', ')} only.`))
  }
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort())
  const body = method === 'POST' ? await readBody(incoming, outgoing) : ''
  if (body === undefined) return sendResponse(outgoing, tooLarge())
  const url = new URL(incoming.url ?? '/', `http://${host}`)
  const refusal = nestingRefusal(body || (url.searchParams.get('input') ?? ''))
  if (refusal !== undefined) return sendResponse(outgoing, refusal)
  const request = toRequest(incoming, url, body, gone.signal)
  return sendResponse(outgoing, compressed(request, await answer(request)))
}

function tooLarge(): Response {
  const most = largestBody / 2 ** 20
  return refusedCall(413, `While reading a request: it is larger than the ${most} MiB it may have.`)
}

function nestingRefusal(json: string): Response | undefined {
  try {
    refuseDeepNesting(json, 'the input', 'reading a request')
    return undefined
  } catch (error) {
    if (error instanceof UserError) return refusedCall(400, error.message)
    throw error
  }
}

/** In the shape of a procedure's error, so that the window shows its sentence like any other. */
function refusedCall(status: 400 | 413, message: string): Response {
  const code = status === 413 ? 'PAYLOAD_TOO_LARGE' : 'BAD_REQUEST'
  const data = { code, httpStatus: status }
  const number = status === 413 ? -32013 : -32600
  return Response.json({ error: { message, code: number, data } }, { status })
}

/** A request to speak WebSocket from here on. */
export function upgrade(
  access: Access,
  sockets: WebSocketServer,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  socket.on('error', () => socket.destroy())
  const verdict = access.judge(knockOf(incoming))
  const isHere = (incoming.url ?? '').split('?')[0] === '/trpc'
  if (verdict.type === 'pass' && isHere) {
    sockets.handleUpgrade(incoming, socket, head, (client) => sockets.emit('connection', client, incoming))
    return
  }
  const isRefused = verdict.type === 'refuse'
  const reason = `${isRefused ? verdict.reason : 'There is no WebSocket at this address.'}\n`
  const headers = {
    ...securityHeaders(),
    'cache-control': 'no-store',
    'content-type': plainText,
    'content-length': Buffer.byteLength(reason),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const status = isRefused ? verdict.status : 404
  // Closed on both sides: no time limit of the HTTP server's holds for it any more.
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${reason}`)
}

function knockOf(incoming: IncomingMessage): Knock {
  return {
    method: incoming.method ?? 'GET',
    url: incoming.url ?? '/',
    header: (name) => {
      const value = incoming.headers[name]
      return typeof value === 'string' ? value : undefined
    },
  }
}
