import { connect } from 'node:tls'
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis'
import type { QueueAccess } from '../../shared/worker/protocol.ts'

/** Where a queue is, and by which certificate it is known: sha256 of its DER form, 64 hexadecimal digits. */
export interface PinnedQueue extends QueueAccess {
  readonly pin: string
}

/** Milliseconds within which a connection must be up, and for which it may be silent: both ends ask more often than that. */
const connectTimeout = 10_000
const silence = 60_000

/**
 * A connection to a queue, over TLS. The certificate is its own authority, so that only its digest says whom one speaks
 * to: nothing, not even the password, is sent before it has been compared. Reconnects for ever.
 * @param retry milliseconds between two tries
 * @param whileAway whether commands wait until it is back, as BullMQ's workers want it, or fail at once
 */
export function connectToQueue(
  queue: PinnedQueue,
  retry: number,
  whileAway: 'wait' | 'fail' = 'wait',
): Redis {
  const options: RedisOptions = {
    host: queue.host,
    port: queue.port,
    username: queue.username,
    password: queue.password,
    Connector: pinnedConnector(queue),
    retryStrategy: () => retry,
    maxRetriesPerRequest: whileAway === 'wait' ? null : 0,
    enableOfflineQueue: whileAway === 'wait',
    disableClientInfo: true,
  }
  const redis = new Redis(options)
  // Whoever needs the connection asks for its state; without a listener each failed try would be printed.
  redis.on('error', () => undefined)
  return redis
}

function pinnedConnector({ host, port, pin }: PinnedQueue) {
  return class PinnedConnector extends AbstractConnector {
    constructor() {
      super(2000)
    }

    /** Resolves with a socket that was destroyed where there is no connection: ioredis then tries again. */
    override connect(): ReturnType<AbstractConnector['connect']> {
      this.connecting = true
      const socket = connect({ host, port, rejectUnauthorized: false })
      this.stream = socket
      return new Promise((resolve) => {
        const fail = (error: Error): void => {
          this.firstError = error
          socket.destroy()
        }
        const settle = (): void => {
          this.connecting = false
          socket.off('error', fail).off('close', settle)
          // A host that vanished without a word is noticed by its silence. ioredis's own timer would outlive the connection.
          socket.setTimeout(silence)
          resolve(socket)
        }
        socket.setTimeout(connectTimeout)
        socket.on('timeout', () => fail(new Error(`${host}:${port} does not answer`)))
        // After the last look nobody may be listening for a moment, and an error without a listener ends the process.
        socket.on('error', () => undefined)
        socket.on('error', fail).once('close', settle)
        socket.once('secureConnect', () => {
          if (digestOf(socket.getPeerCertificate().fingerprint256) === pin) settle()
          else fail(new Error(`${host}:${port} shows another certificate than the one that it is known by`))
        })
      })
    }

    override disconnect(): void {
      if (this.connecting) this.stream.destroy()
      super.disconnect()
    }
  }
}

const digestOf = (fingerprint: string | undefined): string =>
  (fingerprint ?? '').replaceAll(':', '').toLowerCase()
