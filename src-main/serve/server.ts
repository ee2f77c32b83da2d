import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { applyWSSHandler } from '@trpc/server/adapters/ws'
import { WebSocketServer } from 'ws'
import { appRouter } from '../../shared/api/router.ts'
import { plainText } from '../api/plainAnswer.ts'
import { createAccess } from './access.ts'
import { type AnswerOptions, createAnswer, logFailure, proofFor } from './answer.ts'
import { receive, upgrade } from './receive.ts'

export interface ServerOptions extends AnswerOptions {
  /** What cookies and keys of browsers are made from (secret.ts). Asked for once the server listens. */
  readonly secret: () => string
  /** 0: any free one. */
  readonly port: number
  /** An address other than this machine's own loopback; both loopback addresses when absent. */
  readonly exposedAs?: string
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
const ourFault = 'This failed; the terminal that Anneal was started from says why.\n'
const pingEvery = 30_000
const pongWithin = 10_000

/** @throws Error with code EADDRINUSE, EACCES, ... when it cannot listen; what `secret` throws, with the port free again */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { secret, exposedAs, services, log } = options
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestMessage, perMessageDeflate })
  const wsHandler = applyWSSHandler({
    wss: sockets,
    router: appRouter,
    createContext: () => services,
    keepAlive: { enabled: true, pingMs: pingEvery, pongWaitMs: pongWithin },
    onError: ({ error, path }) => logFailure(log, path, error),
  })
  const answerOne = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    receive(access, answer, incoming, outgoing).catch((error: unknown) => {
      // A reader that went away is no failure.
      if (!outgoing.destroyed) logFailure(log, incoming.url?.split('?')[0], error)
      if (outgoing.headersSent) outgoing.destroy()
      else outgoing.writeHead(500, { 'content-type': plainText }).end(ourFault)
    })
  }
  const open = (): Server =>
    createServer({ maxHeaderSize: largestHead }, answerOne)
      // A client that asks before it sends a body is told to go on only if the body will be read.
      .on('checkContinue', answerOne)
      .on('upgrade', (incoming, socket, head) => upgrade(access, sockets, incoming, socket, head))

  const host = exposedAs ?? '127.0.0.1'
  const servers = [await listen(open(), host, options.port)]
  // No request comes between these two: one that finds its port taken has changed nothing.
  const access = createAccess({
    secret: await orShut(servers, secret),
    proofFor,
    ...(exposedAs !== undefined && { exposedAs }),
  })
  const answer = createAnswer(options, access)
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

function listen(server: Server, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, ipv6Only: host === '::1' }, () => {
      server.removeListener('error', reject)
      resolve(server)
    })
  })
}

/** A server that cannot be completed gives its port back: it would answer nothing, and keep the process alive. */
async function orShut<T>(servers: readonly Server[], make: () => T): Promise<T> {
  try {
    return make()
  } catch (error) {
    await Promise.all(servers.map(shut))
    throw error
  }
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
