import { Agent } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect } from 'node:tls'

/** Milliseconds within which a connection must be up. */
const connectWithin = 10_000

/**
 * Keeps connections alive to a host that is known by its certificate alone: it is its own authority. Nothing is sent before
 * its sha256 has been compared.
 */
export function pinnedAgent(pin: string, connections: number): Agent {
  return new PinnedAgent(pin, connections)
}

type Connected = (error: Error | null, stream: Duplex) => void

class PinnedAgent extends Agent {
  readonly #pin: string

  constructor(pin: string, connections: number) {
    super({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections, keepAliveMsecs: 10_000 })
    this.#pin = pin
  }

  /** Hands the socket on through the callback alone: after the comparison. */
  override createConnection(
    { host, port }: { readonly host?: string | null; readonly port?: number | string | null },
    connected?: Connected,
  ): undefined {
    // A session is not resumed: a resumed one shows no certificate.
    const socket = connect({ host: host ?? 'localhost', port: Number(port), rejectUnauthorized: false })
    const fail = (error: Error): void => {
      socket.destroy()
      connected?.(error, socket)
    }
    socket.setTimeout(connectWithin, () => fail(new Error('no connection within 10 s')))
    socket.once('error', fail)
    socket.once('secureConnect', () => {
      const digest = (socket.getPeerCertificate().fingerprint256 ?? '').replaceAll(':', '').toLowerCase()
      socket.off('error', fail)
      if (digest !== this.#pin) {
        // Whatever becomes of a connection that is given up.
        socket.on('error', () => undefined)
        return fail(new Error('it shows another certificate than the one it is known by'))
      }
      socket.setTimeout(0)
      socket.setKeepAlive(true, 10_000)
      connected?.(null, socket)
    })
    return undefined
  }
}
