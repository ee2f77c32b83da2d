import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import type { HostCertificate } from './certificate.ts'
import type { Gate } from './gate.ts'
import type { HostDeskOfWorker } from './hostDesk.ts'
import { answer, answerBytes, answerError, Refused } from './requests.ts'
import { type Asked, findRoute } from './routes.ts'
import type { Guesses } from './secrets.ts'

export interface WorkerServerOptions {
  readonly certificate: HostCertificate
  /** 0: any free one. */
  readonly port: number
  readonly gate: Gate
  readonly guesses: Guesses
  /** Gzip of the program that workers run. */
  app(): Promise<Uint8Array>
  /** @param via by which name or address the worker reaches this machine */
  deskFor(workerId: string, via: string | undefined): HostDeskOfWorker
  readonly log: (line: string) => void
}

export interface WorkerServer {
  readonly port: number
  close(): Promise<void>
}

/** Milliseconds in which not one byte moves either way: a slow link is no dead one, and orders are waited for. */
const longestSilence = 120_000
/** The same for who has shown no token yet. */
const longestSilenceOfStrangers = 15_000
const handshake = 30_000
const mostConnections = 4_000

/** @throws Error with code EADDRINUSE, EACCES, ... when it cannot listen */
export async function startWorkerServer(options: WorkerServerOptions): Promise<WorkerServer> {
  const { certificate, port, log } = options
  const server = createServer(
    {
      cert: certificate.cert,
      key: certificate.key,
      minVersion: 'TLSv1.2',
      handshakeTimeout: handshake,
      // However long a body takes over a slow link: silence is what ends a request.
      requestTimeout: 0,
      keepAliveTimeout: longestSilence,
    },
    (incoming, outgoing) => void receive(options, incoming, outgoing),
  )
  server.maxConnections = mostConnections
  server.on('secureConnection', (socket) => limitSilence(socket, longestSilenceOfStrangers))
  // Whoever speaks no TLS, or no HTTP, is no worker of ours.
  server.on('clientError', (_error, socket) => socket.destroy())
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  await listening(server, port)
  server.on('error', (error) => log(`The server of the workers failed: ${error.message}`))
  return {
    port: portOf(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function receive(
  options: WorkerServerOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort())
  try {
    await respond(options, { incoming, outgoing, signal: gone.signal })
  } catch (error) {
    if (gone.signal.aborted) return
    const ours = answerError(incoming, outgoing, error)
    if (ours !== undefined)
      options.log(
        `While answering a worker: ${ours instanceof Error ? (ours.stack ?? ours.message) : String(ours)}`,
      )
  }
}

interface Exchange {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  /** Aborted when the answer is sent, or the worker has gone. */
  readonly signal: AbortSignal
}

async function respond(
  options: WorkerServerOptions,
  { incoming, outgoing, signal }: Exchange,
): Promise<void> {
  // With every request: Node takes the limit away when one follows another on the same connection.
  limitSilence(incoming.socket, longestSilenceOfStrangers)
  const asked = askedIn(incoming)
  const route = findRoute(incoming.method ?? '', asked.path)
  if (route === undefined) throw new Refused(404, 'The host knows no such request.')
  const secret = secretIn(incoming)
  switch (route.type) {
    case 'join': {
      refuseGuessing(options, incoming)
      const joined = await route.join(incoming, options.gate)
      if (joined === undefined) throw wrongSecret(options, incoming, usedCode)
      options.log(`Worker ${joined.name} has joined from ${addressOf(incoming)}.`)
      return answer(outgoing, 200, joined)
    }
    case 'app': {
      const isKnown =
        secret !== undefined &&
        (options.gate.byToken(secret) !== undefined || isCode(options, incoming, secret))
      if (!isKnown) throw wrongSecret(options, incoming, usedCode)
      return answerBytes(outgoing, 200, await options.app())
    }
    case 'desk': {
      const worker = secret === undefined ? undefined : options.gate.byToken(secret)
      if (worker === undefined) throw wrongSecret(options, incoming, voidToken)
      limitSilence(incoming.socket, longestSilence)
      const given = await route.serve({
        desk: options.deskFor(worker, nameIn(incoming)),
        incoming,
        signal,
        ...asked,
      })
      if (!('stream' in given)) return answer(outgoing, 200, given.value)
      outgoing.writeHead(200, { 'content-type': 'application/octet-stream' })
      return pipeline(given.stream, outgoing)
    }
  }
}

const usedCode =
  'This command was used already, or is older than 15 minutes: ask for a new one on the machine of the lab.'
const voidToken = 'The lab does not know this worker any more: add it again there if it is to train more.'

const isCode = (options: WorkerServerOptions, incoming: IncomingMessage, secret: string): boolean => {
  refuseGuessing(options, incoming)
  return options.gate.isCode(secret)
}

function refuseGuessing({ guesses }: WorkerServerOptions, incoming: IncomingMessage): void {
  if (guesses.isTooMany(addressOf(incoming)))
    throw new Refused(503, 'Too many wrong codes or tokens came from this address; try again in a minute.')
}

function wrongSecret(
  { guesses, log }: WorkerServerOptions,
  incoming: IncomingMessage,
  reason: string,
): Refused {
  const address = addressOf(incoming)
  guesses.wrong(address)
  if (guesses.isTooMany(address)) log(`Many wrong codes or tokens of workers came from ${address}.`)
  return new Refused(401, reason)
}

/** @throws Refused for an address that is none */
function askedIn({ url = '/' }: IncomingMessage): Pick<Asked, 'path' | 'query'> {
  const parsed = URL.parse(url, 'https://host')
  if (parsed === null) throw new Refused(400, 'The address of the request cannot be read.')
  return { path: parsed.pathname, query: parsed.searchParams }
}

const secretIn = ({ headers: { authorization } }: IncomingMessage): string | undefined =>
  /^Bearer ([\w-]{1,200})$/.exec(authorization ?? '')?.[1]

/** What the worker calls this machine. */
const nameIn = ({ headers: { host } }: IncomingMessage): string | undefined =>
  URL.parse(`https://${host ?? ''}`)?.hostname.replace(/^\[|\]$/g, '') || undefined

const addressOf = ({ socket }: IncomingMessage): string => socket.remoteAddress ?? 'an unknown address'

/** Set again, it takes the place of the time set before. */
function limitSilence(socket: Socket, milliseconds: number): void {
  socket.removeAllListeners('timeout')
  socket.setTimeout(milliseconds, () => socket.destroy())
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address()
  if (typeof address === 'object' && address !== null) return address.port
  throw new Error('the server of the workers listens on no port')
}
