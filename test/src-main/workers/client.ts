import assert from 'node:assert/strict'
import { type RequestOptions, request } from 'node:https'
import { pack, unpack } from '../../../src-main/workerLink/packed.ts'

/* A worker's end of the HTTPS requests, as plain as can be: the agent has one of its own. */

export interface Asker {
  readonly port: number
  /** sha256 of the host's certificate. */
  readonly pin: string
  readonly token?: string
}

export interface Answered {
  readonly status: number
  readonly bytes: Buffer
  /** Of a packed answer. */
  value(): unknown
}

export interface Ask {
  readonly method: string
  readonly path: string
  readonly body?: Uint8Array
  readonly options?: RequestOptions
}

/** One request on a connection of its own, whose certificate is compared before a byte is sent. */
export function ask({ port, pin, token }: Asker, { method, path, body, options }: Ask): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      method,
      path,
      agent: false,
      rejectUnauthorized: false,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-length': body.byteLength }),
      },
      ...options,
    })
    asked.on('socket', (socket) => {
      socket.once('secureConnect', () => {
        assert.ok('getPeerX509Certificate' in socket && typeof socket.getPeerX509Certificate === 'function')
        const found = String(socket.getPeerX509Certificate().fingerprint256)
        assert.equal(found.replaceAll(':', '').toLowerCase(), pin, 'the pinned certificate')
      })
    })
    asked.once('error', reject)
    asked.once('response', (answer) => {
      const pieces: Buffer[] = []
      answer.on('data', (piece: Buffer) => pieces.push(piece))
      answer.once('error', reject)
      answer.once('end', () => {
        const bytes = Buffer.concat(pieces)
        resolve({ status: answer.statusCode ?? 0, bytes, value: () => unpack(bytes) })
      })
    })
    asked.end(body)
  })
}

export const post = (asker: Asker, path: string, value: unknown): Promise<Answered> =>
  ask(asker, { method: 'POST', path, body: pack(value) })
