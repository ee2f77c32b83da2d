import {
  callTRPCProcedure,
  getTRPCErrorFromUnknown,
  getTRPCErrorShape,
  isTrackedEnvelope,
  TRPCError,
  transformTRPCResponse,
} from '@trpc/server'
import type { TRPCResponseMessage } from '@trpc/server/rpc'
import type { MessagePortMain } from 'electron'
import { z } from 'zod'
import { appRouter } from '../../shared/api/router.ts'
import type { Services } from '../../shared/api/services.ts'
import { UserError } from '../../shared/errors.ts'
import { refuseDeepNesting } from '../../shared/json.ts'

/** What is used of a port. */
export type HostPort = Pick<MessagePortMain, 'on' | 'postMessage' | 'start' | 'close'>

const call = z.strictObject({
  id: z.int(),
  method: z.enum(['query', 'mutation', 'subscription']),
  params: z.strictObject({
    path: z.string(),
    input: z.unknown().optional(),
    /** Where a subscription that broke off goes on. */
    lastEventId: z.string().optional(),
  }),
})
const request = z.union([call, z.strictObject({ id: z.int(), method: z.literal('subscription.stop') })])
type Call = z.infer<typeof call>

type Respond = (message: TRPCResponseMessage) => void

/**
 * Answers the calls of one window in tRPC's own messages until the port closes, which ends whatever still runs for it.
 * Messages are JSON text, so that a value looks the same in the window of every door.
 * @param log told of failures that are ours, one line each
 */
export function answerPort(port: HostPort, services: Services, log: (line: string) => void): void {
  const running = new Map<number, AbortController>()
  const respond: Respond = (message) =>
    port.postMessage(JSON.stringify(transformTRPCResponse(appRouter._def._config, message)))

  const answer = async (asked: Call, text: string, abort: AbortController): Promise<void> => {
    running.set(asked.id, abort)
    try {
      refuseDeepNesting(text, 'the input', 'reading a request')
      await perform(asked, services, abort.signal, respond)
    } catch (cause) {
      if (!abort.signal.aborted) respond({ id: asked.id, error: explain(cause, asked, services, log) })
    } finally {
      running.delete(asked.id)
    }
  }

  port.on('message', ({ data }) => {
    const asked = read(data)
    if (asked === undefined) return log('the window sent a message that cannot be read')
    if (asked.method === 'subscription.stop') return running.get(asked.id)?.abort()
    if (running.has(asked.id)) return log(`the window used the number ${asked.id} twice`)
    void answer(asked, data, new AbortController())
  })
  port.on('close', () => {
    for (const abort of running.values()) abort.abort()
  })
  port.start()
}

function read(data: unknown): z.infer<typeof request> | undefined {
  if (typeof data !== 'string') return undefined
  try {
    return request.parse(JSON.parse(data))
  } catch {
    return undefined
  }
}

async function perform(
  asked: Call,
  services: Services,
  signal: AbortSignal,
  respond: Respond,
): Promise<void> {
  const { id, method: type, params } = asked
  const result: unknown = await callTRPCProcedure({
    router: appRouter,
    path: params.path,
    getRawInput: async () => inputOf(params),
    ctx: services,
    type,
    signal,
    batchIndex: 0,
  })
  if (type !== 'subscription') return respond({ id, result: { type: 'data', data: result } })
  if (!isIterable(result)) throw new Error('a subscription gives steps')
  respond({ id, result: { type: 'started' } })
  for await (const value of result) {
    if (signal.aborted) return
    if (isTrackedEnvelope(value)) {
      const [cursor, data] = value
      respond({ id, result: { type: 'data', id: cursor, data: { id: cursor, data } } })
    } else respond({ id, result: { type: 'data', data: value } })
  }
  respond({ id, result: { type: 'stopped' } })
}

/** As tRPC's other carriers do it: the place to go on from is part of the input. */
function inputOf({ input, lastEventId }: Call['params']): unknown {
  if (lastEventId === undefined) return input
  return { ...(typeof input === 'object' ? input : {}), lastEventId }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

function explain(cause: unknown, asked: Call, services: Services, log: (line: string) => void) {
  const { method: type, params } = asked
  const error =
    cause instanceof UserError
      ? new TRPCError({ code: 'BAD_REQUEST', message: cause.message, cause })
      : getTRPCErrorFromUnknown(cause)
  if (error.code === 'INTERNAL_SERVER_ERROR') log(`${params.path}: ${error.message}`)
  const { path, input } = params
  return getTRPCErrorShape({ config: appRouter._def._config, error, type, path, input, ctx: services })
}
