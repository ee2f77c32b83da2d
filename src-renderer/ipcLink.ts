import { TRPCClientError, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import type { TRPCClientIncomingMessage } from '@trpc/server/rpc'
import type { AppRouter } from '../shared/api/router.ts'

/** What is used of a MessagePort. */
export interface WindowPort {
  postMessage(message: string): void
  addEventListener(type: 'message', listener: (event: { readonly data: string }) => void): void
  addEventListener(type: 'close', listener: () => void): void
  start(): void
}

interface Call {
  readonly method: 'query' | 'mutation' | 'subscription'
  readonly path: string
  readonly input: unknown
  /** Where a subscription goes on after a break. */
  lastEventId?: string
  receive(message: Incoming): void
  /** connecting: it waits for a port, because of the error where there was one. pending: it has gone out over one. */
  tell(state: 'connecting' | 'pending', error?: Error): void
  fail(error: Error): void
}

type Incoming = Extract<
  TRPCClientIncomingMessage,
  { id: unknown } & ({ result: unknown } | { error: unknown })
>

/** Milliseconds before a lost port is asked for again, if that failed at once. */
const retryAfter = 1000

/**
 * Carries calls over a port to the host. When the port closes, calls that wait fail, and subscriptions are told and go on
 * over the next port from the last step they saw.
 * @param connect gives a new port each time
 */
export function ipcLink(connect: () => Promise<WindowPort>): TRPCLink<AppRouter> {
  return () => {
    const carrier = createCarrier(connect)
    return ({ op }) =>
      observable((observer) => {
        const { type: method, path, input, context } = op
        return carrier.begin({
          method,
          path,
          input,
          receive(message) {
            if ('error' in message) return observer.error(TRPCClientError.from(message))
            const { result } = message
            if (result.type === 'started' || result.type === 'stopped') {
              observer.next({ result: { type: result.type }, context })
            } else observer.next({ result, context })
            if (method !== 'subscription' || result.type === 'stopped') observer.complete()
          },
          tell(state, error) {
            // As over a WebSocket, only what lasts is told how its connection is.
            if (method !== 'subscription') return
            const cause = error === undefined ? null : TRPCClientError.from(error)
            const result =
              state === 'connecting'
                ? ({ type: 'state', state, error: cause } as const)
                : ({ type: 'state', state, error: null } as const)
            observer.next({ result, context })
          },
          fail: (error) => observer.error(TRPCClientError.from(error)),
        })
      })
  }
}

function createCarrier(connect: () => Promise<WindowPort>) {
  const calls = new Map<number, Call>()
  let lastId = 0
  let port: WindowPort | undefined
  let opening = false

  const send = (id: number, call: Call): void => {
    const { method, path, input, lastEventId } = call
    port?.postMessage(JSON.stringify({ id, method, params: { path, input, lastEventId } }))
    call.tell('pending')
  }

  const receive = (data: string): void => {
    const message: Incoming = JSON.parse(data)
    const call = typeof message.id === 'number' ? calls.get(message.id) : undefined
    if (call === undefined || typeof message.id !== 'number') return
    const isOver = 'error' in message || message.result.type === 'stopped' || call.method !== 'subscription'
    if (isOver) calls.delete(message.id)
    else if ('id' in message.result && message.result.id !== undefined) call.lastEventId = message.result.id
    call.receive(message)
  }

  const lose = (): void => {
    port = undefined
    for (const [id, call] of calls) {
      if (call.method === 'subscription') {
        call.tell('connecting', new Error('The connection to Anneal was lost.'))
        continue
      }
      calls.delete(id)
      call.fail(new Error('The connection to Anneal was lost before it answered; try again.'))
    }
    if (calls.size > 0) void open()
  }

  const open = async (): Promise<void> => {
    if (opening) return
    opening = true
    try {
      const opened = await connect()
      opened.addEventListener('message', ({ data }) => receive(data))
      opened.addEventListener('close', lose)
      opened.start()
      port = opened
      for (const [id, call] of calls) send(id, call)
    } catch {
      setTimeout(() => void open(), retryAfter)
    } finally {
      opening = false
    }
  }

  return {
    /** @returns ends it */
    begin(call: Call): () => void {
      const id = ++lastId
      calls.set(id, call)
      if (port === undefined) {
        call.tell('connecting')
        void open()
      } else send(id, call)
      return () => {
        if (calls.delete(id)) port?.postMessage(JSON.stringify({ id, method: 'subscription.stop' }))
      }
    },
  }
}
