import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { parseOrExplain, UserError } from '../../shared/errors.ts'
import {
  type AttemptKey,
  attemptEnd,
  attemptKey,
  attendRequest,
  type JoinAnswer,
  joinRequest,
  sha256,
  startRequest,
} from '../../shared/worker/protocol.ts'
import { blobList, pushRequest } from '../workerLink/wire.ts'
import type { Gate } from './gate.ts'
import { otherProtocol, refuseOtherProtocol } from './handOut.ts'
import type { HostDeskOfWorker } from './hostDesk.ts'
import { bodyOf, Refused, unpackedBody } from './requests.ts'

/* The addresses of workerLink/wire.ts, and what is done at each. */

export interface Asked {
  readonly path: string
  readonly query: URLSearchParams
}

interface DeskRequest extends Asked {
  readonly desk: HostDeskOfWorker
  readonly incoming: IncomingMessage
  readonly signal: AbortSignal
}
type Given = { readonly value: unknown } | { readonly stream: AsyncIterable<Uint8Array> }

export type Route =
  | { readonly type: 'join'; join(incoming: IncomingMessage, gate: Gate): Promise<JoinAnswer | undefined> }
  | { readonly type: 'app' }
  | { readonly type: 'desk'; serve(request: DeskRequest): Promise<Given> }

/** Bytes of a body. Events with megabytes in them send these as blobs before. */
const limits = { join: 4_096, small: 4 * 2 ** 20, events: 128 * 2 ** 20, blob: 2 ** 30 } as const

const attempts = '/v1/attempts/([\\w-]{1,64})/(\\d{1,9})'
type Serve = (request: DeskRequest, found: readonly string[]) => Promise<Given>

const deskRoutes: readonly { readonly method: string; readonly path: RegExp; readonly serve: Serve }[] = [
  {
    method: 'POST',
    path: /^\/v1\/attend$/,
    async serve({ desk, incoming, signal }) {
      const body = await unpackedBody(incoming, limits.small)
      const protocol = protocolOf(body)
      const other = otherProtocol(protocol)
      if (other !== undefined) return { value: { type: 'refused', reason: other } }
      return { value: await desk.attend(read(attendRequest, body), signal) }
    },
  },
  {
    method: 'POST',
    path: /^\/v1\/start$/,
    async serve({ desk, incoming }) {
      const body = await unpackedBody(incoming, limits.small)
      refuseOtherProtocol(protocolOf(body))
      return { value: await desk.start(read(startRequest, body)) }
    },
  },
  {
    method: 'POST',
    path: new RegExp(`^${attempts}/missing$`),
    async serve({ desk, incoming }, found) {
      const wanted = read(blobList, await unpackedBody(incoming, limits.small))
      return { value: { sha256: await desk.missingBlobs(keyOf(found), wanted.sha256) } }
    },
  },
  {
    method: 'PUT',
    path: new RegExp(`^${attempts}/blobs/([0-9a-f]{64})$`),
    async serve({ desk, incoming }, found) {
      await desk.takeBlob(keyOf(found), read(sha256, found[2]), bodyOf(incoming, limits.blob))
      return { value: {} }
    },
  },
  {
    method: 'POST',
    path: new RegExp(`^${attempts}/events$`),
    async serve({ desk, incoming }, found) {
      const { events } = read(pushRequest, await unpackedBody(incoming, limits.events))
      return { value: await desk.push(keyOf(found), events) }
    },
  },
  {
    method: 'POST',
    path: new RegExp(`^${attempts}/end$`),
    async serve({ desk, incoming }, found) {
      const end = read(attemptEnd, await unpackedBody(incoming, limits.small))
      const { runId, attempt } = keyOf(found)
      if (end.runId !== runId || end.attempt !== attempt)
        throw new Refused(400, 'The end is of another attempt than its address says.')
      return { value: await desk.end(end) }
    },
  },
  {
    method: 'GET',
    path: /^\/v1\/datasets\/([0-9a-f]{16})$/,
    serve: async ({ desk }, [id = '']) => ({ value: await desk.datasetManifest(id) }),
  },
  {
    method: 'GET',
    path: /^\/v1\/datasets\/([0-9a-f]{16})\/([\w.]{1,40})$/,
    async serve({ desk, query }, [id = '', name = '']) {
      const from = read(z.coerce.number().pipe(z.int().min(0)), query.get('from') ?? 0)
      // Whether it is there shows before the answer begins.
      const { files } = await desk.datasetManifest(id)
      if (!files.some((file) => file.name === name))
        throw new UserError(`The data set ${id} has no file ${name}.`)
      return { stream: desk.datasetFile(id, name, from) }
    },
  },
]

/** @returns undefined where nothing is at this address */
export function findRoute(method: string, path: string): Route | undefined {
  if (method === 'POST' && path === '/v1/join') return { type: 'join', join }
  if (method === 'GET' && path === '/v1/app') return { type: 'app' }
  for (const route of deskRoutes) {
    const found = route.method === method ? route.path.exec(path) : null
    if (found !== null) return { type: 'desk', serve: (request) => route.serve(request, found.slice(1)) }
  }
  return undefined
}

async function join(incoming: IncomingMessage, gate: Gate): Promise<JoinAnswer | undefined> {
  const body = await unpackedBody(incoming, limits.join)
  // Before the code is used up.
  refuseOtherProtocol(protocolOf(body))
  return gate.join(read(joinRequest, body).code)
}

/** Of a request whose other fields another version may have. */
const protocolOf = (body: unknown): number => read(z.looseObject({ protocol: z.int() }), body).protocol

const keyOf = ([runId, attempt]: readonly string[]): AttemptKey =>
  read(attemptKey, { runId, attempt: Number(attempt) })

/** @throws Refused in words for what is outside the protocol */
function read<T>(schema: z.ZodType<T>, value: unknown): T {
  try {
    return parseOrExplain(schema, value, 'reading a request of a worker')
  } catch (error) {
    throw error instanceof UserError ? new Refused(400, error.message) : error
  }
}
