import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { TRPCError } from '@trpc/server'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { applyWSSHandler } from '@trpc/server/adapters/ws'
import { WebSocketServer } from 'ws'
import { appRouter } from '../../shared/api/router.ts'
import type { Services } from '../../shared/api/services.ts'
import { UserError } from '../../shared/errors.ts'
import { refuseDeepNesting } from '../../shared/json.ts'
import type { FileDoor } from '../api/files.ts'
import { type Access, createAccess, type Knock } from './access.ts'
import { compressed } from './compressed.ts'
import { securityHeaders } from './headers.ts'
import { largestBody, readBody, sendResponse, toRequest } from './nodeHttp.ts'
import { createWindowFiles } from './windowFiles.ts'

export interface ServerOptions {
  readonly services: Services
  readonly files: FileDoor
  /** The built window. */
  readonly windowFolder: string
  /** What browsers show as their cookie (session.ts). */
  readonly session: string
  /** 0: any free one. */
  readonly port: number
  /** An address other than this machine's own loopback; both loopback addresses when absent. */
  readonly exposedAs?: string
  /** Told of failures that are ours, one line each. */
  readonly log: (line: string) => void
}

export interface RunningServer {
  readonly port: number
  /** With the token: opening it lets a browser in. */
  readonly url: string
  /** An address that lets one browser in, once. */
  oneTimeUrl(): string
  close(): Promise<void>
}

/** The largest message of a window: it subscribes, and no more. */
const largestMessage = 2 ** 18
/** The first message of a lab of thousands of runs has megabytes, which may have to go through an SSH tunnel. */
const perMessageDeflate = {
  threshold: 2 ** 16,
  zlibDeflateOptions: { level: 1 },
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
}
/** An address may name thousands of runs. */
const largestHead = 2 ** 18
const text = 'text/plain; charset=utf-8'
const ourFault = 'This failed; the terminal that Anneal was started from says why.\n'
const pingEvery = 30_000
const pongWithin = 10_000

/** @throws Error with code EADDRINUSE, EACCES, ... when it cannot listen */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { session, exposedAs, services, log } = options
  const access = createAccess({ session, ...(exposedAs !== undefined && { exposedAs }) })
  const answer = createAnswer(options)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestMessage, perMessageDeflate })
  const wsHandler = applyWSSHandler({
    wss: sockets,
    router: appRouter,
    createContext: () => services,
    keepAlive: { enabled: true, pingMs: pingEvery, pongWaitMs: pongWithin },
    onError: ({ error, path }) => logFailure(log, path, error),
  })
  const open = (): Server =>
    createServer({ maxHeaderSize: largestHead }, (incoming, outgoing) => {
      receive(access, answer, incoming, outgoing).catch((error: unknown) => {
        // A reader that went away is no failure.
        if (!outgoing.destroyed) logFailure(log, incoming.url?.split('?')[0], error)
        if (outgoing.headersSent) outgoing.destroy()
        else outgoing.writeHead(500, { 'content-type': text }).end(ourFault)
      })
    }).on('upgrade', (incoming, socket, head) => upgrade(access, sockets, incoming, socket, head))

  const host = exposedAs ?? '127.0.0.1'
  const servers = [await listen(open(), host, options.port)]
  const port = portOf(servers[0])
  // A browser may take "localhost" for either; where this machine has no ::1, there is nothing to listen on.
  if (exposedAs === undefined) {
    const second = await listen(open(), '::1', port).catch(() => undefined)
    if (second !== undefined) servers.push(second)
  }
  const name = exposedAs === undefined ? host : nameIn(exposedAs)
  const address = (token: string): string => `http://${name}:${port}/?token=${token}`
  return {
    port,
    url: address(access.token),
    oneTimeUrl: () => address(access.ticket()),
    async close() {
      wsHandler.broadcastReconnectNotification()
      for (const socket of sockets.clients) socket.terminate()
      await Promise.all(servers.map(shut))
    },
  }
}

const methods = ['GET', 'HEAD', 'POST']

type Answer = (request: Request) => Promise<Response>

/** Everything behind the guard: procedures, files, the window. */
function createAnswer({ services, files, windowFolder, log }: ServerOptions): Answer {
  const windowFiles = createWindowFiles(windowFolder)
  return async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/trpc/')) {
      const response = await fetchRequestHandler({
        endpoint: '/trpc',
        req: request,
        router: appRouter,
        createContext: () => services,
        // What is asked for may be longer than an address.
        allowMethodOverride: true,
        onError: ({ error, path }) => logFailure(log, path, error),
      })
      // A subscription over HTTP has no end to wait for.
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
      return isStream ? response : withLength(response)
    }
    const found = (await files(request)) ?? (await windowFiles(request))
    return found ?? plain(404, 'There is nothing at this address.\n')
  }
}

/** Its length says whether compressing it pays. */
async function withLength(response: Response): Promise<Response> {
  const bytes = await response.bytes()
  const headers = new Headers(response.headers)
  headers.set('content-length', String(bytes.byteLength))
  return new Response(bytes, { status: response.status, headers })
}

async function receive(
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
  if (verdict.type === 'refuse') return sendResponse(outgoing, plain(verdict.status, verdict.reason))
  if (verdict.type === 'welcome') {
    const headers = { location: verdict.location, 'set-cookie': verdict.cookie, 'cache-control': 'no-store' }
    return sendResponse(outgoing, new Response(null, { status: 303, headers }))
  }
  const { method = 'GET' } = incoming
  if (!methods.includes(method)) {
    outgoing.setHeader('allow', methods.join(', '))
    return sendResponse(outgoing, plain(405, `Anneal answers ${methods.join(', ')} only.\n`))
  }
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort())
  const body = method === 'POST' ? await readBody(incoming) : ''
  if (body === undefined) {
    outgoing.setHeader('connection', 'close')
    return sendResponse(outgoing, tooLarge())
  }
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

function upgrade(
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
  const reason = isRefused ? verdict.reason : 'There is no WebSocket at this address.\n'
  const headers = {
    ...securityHeaders(),
    'cache-control': 'no-store',
    'content-type': text,
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

function plain(status: number, text: string): Response {
  return new Response(text, { status, headers: { 'content-type': text } })
}

function listen(server: Server, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, ipv6Only: host === '::1' }, () => {
      server.removeListener('error', reject)
      resolve(server)
    })
  })
}

function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function portOf(server: Server | undefined): number {
  const address: AddressInfo | string | null | undefined = server?.address()
  if (typeof address === 'object' && address !== null) return address.port
  throw new Error('the server listens on no port')
}

/** An address as it stands in a URL; "all of them" is reached by this machine's own name. */
function nameIn(address: string): string {
  if (address === '0.0.0.0' || address === '::') return '127.0.0.1'
  return address.includes(':') ? `[${address}]` : address
}

function logFailure(log: (line: string) => void, path: string | undefined, error: unknown): void {
  // What was asked wrongly is told to who asked.
  if (error instanceof TRPCError && error.code !== 'INTERNAL_SERVER_ERROR') return
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (cause instanceof UserError) return
  const words = cause instanceof Error ? cause.message : String(cause)
  log(`While answering ${path ?? 'a request'}: ${words.split('\n')[0]}`)
}
