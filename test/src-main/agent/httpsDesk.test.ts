import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { type TestContext, test } from 'node:test'
import { generate } from 'selfsigned'
import { createHttpsDesk, type HttpsDesk } from '../../../src-main/agent/httpsDesk.ts'
import { Away, TurnedAway } from '../../../src-main/workerLink/desk.ts'
import { pack, unpack } from '../../../src-main/workerLink/packed.ts'

const key = { runId: 'run1', attempt: 1 }

interface Host {
  readonly desk: HttpsDesk
  readonly connections: () => number
  readonly asked: { method: string; url: string; body: Uint8Array; token: string }[]
  readonly otherwise: (pin: string) => HttpsDesk
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void

async function host(t: TestContext, answer: Answer): Promise<Host> {
  const { private: secret, cert } = await generate([{ name: 'commonName', value: 'host' }], { keySize: 2048 })
  const asked: Host['asked'] = []
  let connections = 0
  const server = createServer({ key: secret, cert }, (request, response) => {
    const pieces: Uint8Array[] = []
    request.on('data', (piece) => pieces.push(piece))
    request.on('end', () => {
      asked.push({
        method: request.method ?? '',
        url: request.url ?? '',
        body: Buffer.concat(pieces),
        token: request.headers.authorization ?? '',
      })
      answer(request, response)
    })
  })
  server.on('secureConnection', () => connections++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const pin = new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase()
  const open = (pin: string): HttpsDesk => {
    const desk = createHttpsDesk({ host: '127.0.0.1', port, pin, token: 'secret' }, () => 1000)
    t.after(() => desk.close())
    return desk
  }
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { desk: open(pin), asked, connections: () => connections, otherwise: open }
}

test('events, blobs and questions go over one connection, each with the token', async (t) => {
  const { desk, asked, connections } = await host(t, (request, response) => {
    const answer = request.url?.endsWith('/missing') ? { sha256: [] } : { type: 'stored', lastSeq: 4 }
    response.end(pack(request.method === 'PUT' ? {} : answer))
  })
  const sha256 = 'ab'.repeat(32)
  assert.deepEqual(await desk.missingBlobs(key, [sha256]), [])
  await desk.putBlob(key, sha256, Uint8Array.of(1, 2, 3))
  const events = [{ seq: 4, text: '{}', parts: [{ bytes: Uint8Array.of(9) }, { sha256, length: 5000 }] }]
  assert.deepEqual(await desk.push(key, events), { type: 'stored', lastSeq: 4 })
  await desk.end({ ...key, how: 'died', reason: 'x', lastSeq: 4 })
  assert.deepEqual(
    asked.map(({ method, url }) => `${method} ${url}`),
    [
      'POST /v1/attempts/run1/1/missing',
      `PUT /v1/attempts/run1/1/blobs/${sha256}`,
      'POST /v1/attempts/run1/1/events',
      'POST /v1/attempts/run1/1/end',
    ],
  )
  assert.deepEqual(new Set(asked.map(({ token }) => token)), new Set(['Bearer secret']))
  assert.deepEqual(unpack(asked[2]?.body ?? new Uint8Array()), { events })
  assert.equal(connections(), 1)
})

test('a host with another certificate gets not a byte', async (t) => {
  const { asked, otherwise } = await host(t, (_, response) => void response.end())
  await assert.rejects(otherwise('0'.repeat(64)).missingBlobs(key, []), (error) => {
    assert.ok(error instanceof Away)
    assert.match(error.message, /shows another certificate than the one it is known by/)
    return true
  })
  assert.deepEqual(asked, [])
})

test('no token any more is for good, everything else is for now', async (t) => {
  let next: Answer = () => undefined
  const { desk } = await host(t, (request, response) => next(request, response))
  next = (_, response) => void response.writeHead(403).end(pack({ reason: 'Removed by its lab.' }))
  await assert.rejects(
    desk.push(key, []),
    (error) => error instanceof TurnedAway && error.message === 'Removed by its lab.',
  )
  const away: Answer[] = [
    (_, response) => void response.writeHead(500).end('<html>'),
    (_, response) => void response.end(pack({ type: 'dance' })),
    (_, response) => void response.end(Buffer.from('no message')),
    (_, response) => void response.destroy(),
    (_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half', () => response.destroy())
    },
  ]
  for (const each of away) {
    next = each
    await assert.rejects(desk.push(key, []), Away)
  }
})

test('a file of a data set begins at any byte; one that is cut off says so', async (t) => {
  const bytes = Buffer.from('0123456789')
  let cut = true
  const { desk } = await host(t, (request, response) => {
    const from = Number(new URL(request.url ?? '', 'https://host').searchParams.get('from'))
    if (!cut) return void response.end(bytes.subarray(from))
    response.writeHead(200, { 'content-length': '10' })
    response.write(bytes.subarray(0, 4), () => response.destroy())
  })
  const read = async (from: number): Promise<string> => {
    let text = ''
    for await (const piece of desk.datasetFile('a'.repeat(16), 'labels.bin', from)) text += Buffer.from(piece)
    return text
  }
  await assert.rejects(read(0), Away)
  cut = false
  assert.equal(await read(4), '456789')
})

test('an answer to attend is waited for until somebody wants it no more', async (t) => {
  const { desk, asked } = await host(t, () => undefined)
  const leave = new AbortController()
  const waiting = desk.attend(
    {
      protocol: 1,
      build: '0'.repeat(64),
      about: {
        hostname: 'h',
        platform: 'p',
        processor: 'p',
        cores: 1,
        memory: 1,
        node: '24',
        load: null,
        diskFree: null,
        slots: [],
      },
      spooled: [],
      delivered: [],
      hurry: false,
    },
    leave.signal,
  )
  const settled = assert.rejects(waiting)
  while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve))
  leave.abort()
  await settled
})
