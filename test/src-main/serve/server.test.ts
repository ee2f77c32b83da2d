import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { until } from '../../e2e/lab.ts'
import { cloudsSpec } from '../runs/lab.ts'
import { type Asked, ask, bigScript, type Door, openDoor, raw } from './door.ts'

/* The browser door over real sockets: no client stands between that would correct a request. */

let door: Door

before(async () => {
  door = await openDoor()
})
after(() => door.close())

const from = (url: string, more: Asked = {}) =>
  ask(door.port, url, { ...more, headers: { ...proof(), ...more.headers } })
/** What a page that was let in shows. */
const proof = ({ cookie, key }: Pick<Door, 'cookie' | 'key'> = door) => ({ cookie, 'x-anneal-key': key })
const origin = () => `http://127.0.0.1:${door.port}`
const call = (procedure: string, input: unknown, more: Asked = {}) =>
  from(`/trpc/${procedure}`, {
    method: 'POST',
    body: typeof input === 'string' ? input : JSON.stringify(input),
    ...more,
    headers: { 'content-type': 'application/json', origin: origin(), ...more.headers },
  })
const failure = z.object({ error: z.object({ message: z.string(), data: z.object({ code: z.string() }) }) })
const refusalOf = (body: string) => failure.parse(JSON.parse(body)).error

function assertSafe(headers: Readonly<Record<string, unknown>>, what: string): void {
  const policy = String(headers['content-security-policy'])
  for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"])
    assert.ok(policy.includes(part), `${what}: ${policy}`)
  assert.ok(!/unsafe-eval|script-src[^;]*unsafe|\*/.test(policy), policy)
  assert.equal(headers['x-content-type-options'], 'nosniff', what)
  assert.equal(headers['referrer-policy'], 'no-referrer', what)
  assert.equal(headers['cross-origin-resource-policy'], 'same-origin', what)
  assert.equal(headers['cross-origin-opener-policy'], 'same-origin', what)
  assert.equal(headers['x-frame-options'], 'DENY', what)
  assert.equal(headers['access-control-allow-origin'], undefined, what)
  assert.ok(headers['cache-control'], what)
}

test('every kind of answer carries the headers that keep it from others', async () => {
  const kinds: Readonly<Record<string, readonly [number, ReturnType<typeof ask>]>> = {
    'without a key': [403, ask(door.port, '/')],
    'a foreign name': [403, from('/', { headers: { host: 'evil.example' } })],
    'the token': [303, ask(door.port, `/?token=${door.token}`)],
    'a page': [200, from('/runs/abc')],
    'a script': [200, from('/assets/main-1a2b.js')],
    'a script compressed': [200, from('/assets/main-1a2b.js', { headers: { 'accept-encoding': 'gzip' } })],
    'nothing there': [404, from('/assets/other.js')],
    'a method': [405, from('/', { method: 'DELETE' })],
    'a procedure': [200, call('lab.about', {}, { method: 'POST' })],
    'no such procedure': [404, call('lab.nothing', {})],
    'a refused procedure': [400, call('runs.get', { id: 'zzz' })],
    'a missing file': [404, from('/data/predictions/1/test')],
    'a wrong address': [400, from('/data/predictions/x/test')],
    'a picture that cannot be': [400, from('/data/samples/clouds/0.png?count=1000')],
    'too large': [413, call('runs.plan', 'x'.repeat(5 * 2 ** 20))],
    'too deep': [400, call('runs.plan', '['.repeat(1000))],
    head: [200, from('/', { method: 'HEAD' })],
  }
  for (const [what, [status, answer]] of Object.entries(kinds)) {
    const { status: got, headers } = await answer
    assert.equal(got, status, what)
    assertSafe(headers, what)
  }
})

test('every refusal and every absence is a sentence, and says that it is plain text', async () => {
  const cookie = { cookie: door.cookie, 'x-anneal-key': '' }
  const refusals = {
    'without a cookie': ask(door.port, '/'),
    'without a key': ask(door.port, '/trpc/runs.list', { headers: cookie }),
    'a foreign host': from('/', { headers: { host: 'evil.example' } }),
    'a foreign page': from('/', { headers: { origin: 'http://127.0.0.1:3000' } }),
    'no address': from('http://evil.example/'),
    'a method': from('/', { method: 'DELETE' }),
    'nothing there': from('/assets/other.js'),
    'a wrong entry': from('/door/key', { method: 'POST', body: 'x' }),
    'a file that is written to': from('/download/runs/x/csv', { method: 'POST' }),
    'a missing file': from('/data/predictions/1/test'),
  }
  for (const [what, asked] of Object.entries(refusals)) {
    const { status, headers, body } = await asked
    assert.ok(status >= 400 && status < 500, `${what}: ${status}`)
    assert.equal(headers['content-type'], 'text/plain; charset=utf-8', what)
    assert.match(body, /^[A-Z][^\n]+\.\n$/, what)
    if (status === 405) assert.match(String(headers.allow), /^GET, HEAD/, what)
  }
})

test('the cookie alone reads nothing: no procedure, no file, no subscription', async () => {
  const stolen = { headers: { cookie: door.cookie, 'x-anneal-key': '' } }
  const reads = [
    `/trpc/datasets.browse?input=${encodeURIComponent('{"path":""}')}`,
    `/trpc/datasets.columns?input=${encodeURIComponent('{"path":"/etc/passwd","delimiter":":","header":true}')}`,
    '/trpc/runs.list?input={}',
    '/data/predictions/1/test',
    '/download/runs/x/csv',
    '/door/pass',
  ]
  for (const url of reads) {
    assert.equal((await from(url, stolen)).status, 403, url)
    const asPost = { ...stolen, method: 'POST', body: '{}' }
    assert.equal((await from(url, asPost)).status, 403, url)
  }
  assert.equal((await from('/', stolen)).status, 200, 'the empty window')
})

test('a download takes a pass in its address, which a page gets for its key', async () => {
  const { pass } = z.object({ pass: z.string() }).parse(JSON.parse((await from('/door/pass')).body))
  const withCookie = { headers: { cookie: door.cookie, 'x-anneal-key': '' } }
  const asked = await from(`/data/predictions/1/test?pass=${pass}`, withCookie)
  assert.equal(asked.status, 404, 'it is let in, and there is no such snapshot')
  assert.equal((await from(`/data/predictions/1/test?pass=${pass}x`, withCookie)).status, 403)
})

test('the cookie is for this browser alone, and the address without the token is where it goes on', async () => {
  const { status, headers, body } = await ask(door.port, `/new?a=1&token=${door.token}`)
  assert.deepEqual([status, body], [303, ''])
  assert.match(String(headers.location), /^\/new\?a=1#entry=[\w-]{32}$/)
  assert.match(String(headers['set-cookie']), /HttpOnly; SameSite=Strict; Path=\/$/)
  assert.equal(headers['cache-control'], 'no-store')
})

test('it listens on loopback alone', async () => {
  const outside = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
  for (const { address } of outside) {
    await assert.rejects(ask(door.port, '/', { address, headers: { cookie: door.cookie } }), /ECONNREFUSED/)
  }
  const inside = Object.values(networkInterfaces()).flat()
  if (inside.some((each) => each?.address === '::1'))
    assert.equal((await from('/', { address: '::1', headers: { host: `[::1]:${door.port}` } })).status, 200)
})

test('pages of other servers, names bound to this machine and strangers get nothing, whatever they ask', async () => {
  const spec = JSON.stringify({ spec: cloudsSpec(1) })
  const evil: Asked[] = [
    { headers: { origin: 'http://localhost:3000' } },
    { headers: { origin: 'null' } },
    { headers: { host: 'rebound.example', origin: 'http://rebound.example' } },
    { headers: { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' } },
    { headers: { cookie: '' } },
  ]
  for (const asked of evil) {
    const headers = { 'content-type': 'application/json', ...asked.headers }
    for (const url of [
      '/',
      '/trpc/runs.list?input={}',
      '/data/predictions/1/test',
      '/download/runs/x/csv',
      '/assets/main-1a2b.js',
    ])
      assert.equal((await from(url, asked)).status, 403, `${url} ${JSON.stringify(asked)}`)
    assert.equal((await from('/trpc/runs.launch', { method: 'POST', body: spec, headers })).status, 403)
  }
  assert.deepEqual(door.core.store.read.runs(), [])
})

test('a mutation is no GET, and a form of another site carries its Origin', async () => {
  const asGet = await from(
    `/trpc/runs.launch?input=${encodeURIComponent(JSON.stringify({ spec: cloudsSpec(1) }))}`,
  )
  assert.equal(asGet.status, 405)
  assert.deepEqual(door.core.store.read.runs(), [])
})

test('the window: pages, files with types, nothing beside them', async () => {
  const page = await from('/runs/whatever')
  assert.equal(page.body, '<!doctype html><title>Anneal</title>')
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8')
  assert.equal(page.headers['cache-control'], 'no-cache')
  const script = await from('/assets/main-1a2b.js')
  assert.equal(script.body, bigScript)
  assert.equal(script.headers['content-type'], 'text/javascript; charset=utf-8')
  assert.match(String(script.headers['cache-control']), /immutable/)
  const outside = [
    '/../package.json',
    '/assets/../../package.json',
    '/..%2f..%2fetc/passwd.txt',
    '/%2e%2e/%2e%2e/etc/hosts.txt',
    '/assets/..%5c..%5cx.js',
    '/.secret',
    '/assets/.hidden.js',
    '//etc/passwd.txt',
    '/assets/main-1a2b.js%00.png',
    '/assets/main-1a2b.js/x.js',
    '/assets',
    '/C:/windows/win.ini',
  ]
  for (const url of outside) {
    const { status, body } = await from(url)
    assert.ok(status === 404 || status === 400 || body === page.body, `${url}: ${status} ${body}`)
    assert.ok(!body.includes('root:') && !body.includes('hidden') && !body.includes('"name"'), url)
  }
})

test('HEAD tells what GET would, without a body', async () => {
  const urls = [
    '/',
    '/assets/main-1a2b.js',
    '/assets/none.js',
    '/download/runs/zzz/csv',
    '/trpc/runs.list?input={}',
    '/trpc/runs.nothing',
  ]
  for (const url of urls) {
    const [head, get] = [await from(url, { method: 'HEAD' }), await from(url)]
    assert.deepEqual([head.status, head.body], [get.status, ''], url)
    assert.equal(head.headers['content-type'], get.headers['content-type'], url)
    assert.equal(head.headers['content-length'], get.headers['content-length'], url)
  }
})

test('an answer has a length or comes in chunks, never both', async () => {
  const asked = {
    headers: { ...proof(), 'trpc-accept': 'application/jsonl', 'content-type': 'application/json' },
  }
  const body = '{"0":{"id":"x"}}'
  const {
    status,
    headers,
    body: text,
  } = await from('/trpc/runs.get?batch=1', { ...asked, method: 'POST', body })
  assert.ok(status === 200 || status === 207 || status === 405, String(status))
  assert.deepEqual([headers['content-length'], headers['transfer-encoding']], [undefined, 'chunked'])
  assert.ok(text.includes('error'))
  const single = await from('/trpc/runs.list?input={}')
  assert.deepEqual(
    [single.headers['content-length'], single.headers['transfer-encoding']],
    [String(Buffer.byteLength(single.body)), undefined],
  )
})

test('a body that is refused is taken to its end, so that its sender hears why', async () => {
  // As much as no system keeps in its buffers: a connection that was closed early would be reset under it.
  const huge = Buffer.alloc(64 * 2 ** 20, 'x')
  const cases: [number, Asked][] = [
    [413, {}],
    [413, { headers: { 'transfer-encoding': 'chunked' } }],
    [403, { headers: { 'x-anneal-key': '' } }],
    [405, { method: 'PUT' }],
  ]
  for (const [wanted, more] of cases) {
    const { status } = await from('/trpc/runs.plan', {
      method: 'POST',
      body: huge,
      ...more,
      headers: { 'content-type': 'application/json', connection: 'close', ...more.headers },
    })
    assert.equal(status, wanted, JSON.stringify(more))
  }
})

test('who asks first whether to send a body is told to only where it will be read', async () => {
  const asked = (length: number) =>
    new Promise<string>((resolve) => {
      const headers = { ...proof(), expect: '100-continue', 'content-length': String(length) }
      const sending = request({ port: door.port, path: '/trpc/runs.plan', method: 'POST', headers })
      sending.on('continue', () => {
        sending.destroy()
        resolve('go on')
      })
      sending.on('response', ({ statusCode }) => {
        sending.destroy()
        resolve(String(statusCode))
      })
      sending.on('error', () => undefined)
      sending.flushHeaders()
    })
  assert.equal(await asked(100), 'go on')
  assert.equal(await asked(5 * 2 ** 20), '413')
})

test('methods other than these are refused in a sentence', async () => {
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND']) {
    const { status, headers, body } = await from('/trpc/runs.list', { method })
    assert.deepEqual(
      [status, headers.allow, body],
      [405, 'GET, HEAD, POST', 'Anneal answers GET, HEAD, POST only.\n'],
    )
  }
  assert.equal(
    (await from('/download/runs/x/csv', { method: 'POST', headers: { origin: origin() } })).status,
    405,
  )
})

test('text is compressed where the browser takes it, short and binary answers are not', async () => {
  const zipped = await new Promise<Buffer>((resolve, reject) => {
    const headers = { cookie: door.cookie, 'accept-encoding': 'br, gzip;q=0.9' }
    request({ port: door.port, host: '127.0.0.1', path: '/assets/main-1a2b.js', headers }, async (answer) => {
      assert.equal(answer.headers['content-encoding'], 'gzip')
      assert.equal(answer.headers.vary, 'accept-encoding')
      assert.equal(answer.headers['content-length'], undefined)
      resolve(Buffer.concat(await answer.toArray()))
    })
      .on('error', reject)
      .end()
  })
  assert.equal(gunzipSync(zipped).toString(), bigScript)
  assert.ok(zipped.byteLength < bigScript.length / 20)
  const small = await from('/assets/small-1a2b.css', { headers: { 'accept-encoding': 'gzip' } })
  assert.deepEqual([small.body, small.headers['content-encoding']], ['a{}', undefined])
})

test('a body may be as large as a model needs, and no larger', async () => {
  const padded = (bytes: number) => JSON.stringify({ spec: { name: 'x'.repeat(bytes) } })
  const fits = await call('runs.plan', padded(4 * 2 ** 20 - 100))
  assert.equal(fits.status, 400)
  assert.match(refusalOf(fits.body).message, /^While reading the run spec: /)
  const over = await call('runs.plan', padded(4 * 2 ** 20))
  assert.equal(over.status, 413)
  assert.match(refusalOf(over.body).message, /larger than the 4 MiB it may have\.$/)
  // Also where its length is not told beforehand.
  const chunked = await call('runs.plan', padded(5 * 2 ** 20), {
    headers: { 'transfer-encoding': 'chunked' },
  })
  assert.equal(chunked.status, 413)
})

test('what is no JSON, or nested too deep for checking, is refused in a sentence', async () => {
  for (const body of ['{', 'undefined', '[1,', '"\\ud800', '\u0000']) {
    const { status } = await call('runs.plan', body)
    assert.equal(status, 400, body)
  }
  for (const deep of ['['.repeat(100_000), `{"spec":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`]) {
    const { status, body } = await call('runs.plan', deep)
    assert.equal(status, 400)
    assert.match(refusalOf(body).message, /nested more than 200 levels deep; write it flatter\.$/)
  }
  const inAddress = await from(`/trpc/runs.plan?input=${'['.repeat(1000)}`)
  assert.match(refusalOf(inAddress.body).message, /levels deep/)
})

test('an address may name thousands of runs', async () => {
  const ids = Array.from({ length: 10_000 }, (_, i) => String(i).padStart(12, '0'))
  const { status, body } = await from(`/download/run-table.csv?ids=${ids.join(',')}`)
  assert.equal(status, 404)
  assert.match(body, /no stored run has an id that begins so/)
  const values = await call('series.valuesAt', { runIds: ids, series: 'loss', step: 1 })
  assert.equal(values.status, 200, 'a query may be asked by POST')
})

test('malformed requests end their own connection and nothing else', async () => {
  const heads = [
    'GET / HTTP/1.1\r\n\r\n',
    'GET / HTTP/1.0\r\n\r\n',
    'nonsense\r\n\r\n',
    `GET /${'x'.repeat(300_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
    'POST /trpc/runs.plan HTTP/1.1\r\nhost: localhost\r\ncontent-length: -5\r\n\r\n',
    'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example\r\n\r\n',
    `OPTIONS * HTTP/1.1\r\nhost: localhost\r\ncookie: ${door.cookie}\r\nconnection: close\r\n\r\n`,
    `GET http://evil.example/ HTTP/1.1\r\nhost: localhost\r\ncookie: ${door.cookie}\r\nconnection: close\r\n\r\n`,
    `GET / HTTP/1.1\r\nhost: evil.example\r\nhost: localhost\r\ncookie: ${door.cookie}\r\nconnection: close\r\n\r\n`,
    'GET / HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
    `GET /trpc HTTP/1.1\r\nhost: localhost\r\ncookie: ${door.cookie}\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n`,
    `GET /trpc HTTP/1.1\r\nhost: localhost\r\ncookie: ${door.cookie}\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 99\r\nsec-websocket-key: short\r\n\r\n`,
    `GET /trpc HTTP/1.1\r\nhost: localhost\r\ncookie: ${door.cookie}\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n`,
  ]
  for (const head of heads) {
    const answer = await raw(door.port, head)
    assert.ok(
      answer === '' || /^HTTP\/1\.1 (4\d\d|303) /.test(answer),
      `${head.slice(0, 80)}: ${answer.slice(0, 200)}`,
    )
  }
  // In absolute form, as a proxy sends it, an own address is one.
  const absolute = `GET http://localhost/ HTTP/1.1\r\nhost: localhost\r\ncookie: ${door.cookie}\r\nconnection: close\r\n\r\n`
  assert.match(await raw(door.port, absolute), /^HTTP\/1\.1 200 /)
  assert.equal((await from('/')).status, 200)
  assert.deepEqual(door.log, [])
})

test('a reader that goes away in the middle of a file ends what makes it, quietly', async () => {
  const big = door.core.store.read.runs()
  assert.deepEqual(big, [])
  const socket = connect(door.port, '127.0.0.1')
  socket.write(`GET /assets/main-1a2b.js HTTP/1.1\r\nhost: localhost\r\ncookie: ${door.cookie}\r\n\r\n`)
  await once(socket, 'data')
  socket.destroy()
  assert.equal((await from('/')).status, 200)
  assert.deepEqual(door.log, [])
})

test('what fails here is told in a sentence, and in the terminal too', async (t) => {
  const other = await openDoor()
  t.after(() => other.close())
  // As if its disk had gone.
  await other.core.close()
  const { status, body } = await ask(other.port, '/trpc/ensembles.list?input={}', {
    headers: proof(other),
  })
  assert.equal(status, 500)
  const { message, data } = refusalOf(body)
  assert.equal(data.code, 'INTERNAL_SERVER_ERROR')
  assert.match(
    message,
    /^Anneal itself failed here \([^\n]*\); where it was started there is more about it\.$/,
  )
  assert.ok(!body.includes('.ts:'), 'no stack travels')
  assert.equal(other.log.length, 1)
  assert.match(other.log[0] ?? '', /^While answering ensembles.list: [^\n]+$/)
  const file = await ask(other.port, '/download/run-table.csv?ids=a', { headers: proof(other) })
  assert.deepEqual([file.status, other.log.length], [500, 2])
  assert.match(file.body, /^This failed; the terminal [^\n]*\n$/)
})

test('a subscription asked for over HTTP tells its steps as they come', async () => {
  const headers = { ...proof(), accept: 'text/event-stream' }
  const asked = request({ port: door.port, path: '/trpc/runs.changes?input={}', headers }).end()
  const [answer] = await once(asked, 'response')
  let read = ''
  for await (const piece of answer.setEncoding('utf8')) {
    read += piece
    if (read.includes('"changed":[]')) break
  }
  asked.destroy()
  assert.ok(read.includes('"changed":[]'))
})

const socketTo = (headers: Readonly<Record<string, string>>, path = '/trpc') =>
  new WebSocket(`ws://127.0.0.1:${door.port}${path}`, { headers: { ...proof(), ...headers } })

test('a WebSocket opens for the window alone', async () => {
  const own = socketTo({ origin: origin() })
  await once(own, 'open')
  own.terminate()
  const refused: [number, Readonly<Record<string, string>>, string?][] = [
    [403, { origin: 'http://localhost:3000' }],
    [403, { origin: 'https://evil.example' }],
    [403, { origin: 'null' }],
    [403, { host: 'rebound.example', origin: 'http://rebound.example' }],
    [403, { origin: origin(), cookie: 'a=b' }],
    [404, { origin: origin() }, '/other'],
    [404, { origin: origin(), cookie: '' }, `/trpc?token=${door.token}`],
  ]
  for (const [status, headers, path] of refused) {
    const socket = socketTo(headers, path)
    const [, answer] = await once(socket, 'unexpected-response')
    assert.equal(answer.statusCode, status, JSON.stringify(headers))
    assertSafe(answer.headers, 'a refused WebSocket')
    socket.on('error', () => undefined)
    socket.terminate()
  }
})

test('a refused WebSocket is closed, whether or not the other side closes it', async () => {
  const socket = connect({ port: door.port, host: '127.0.0.1', allowHalfOpen: true })
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  socket.on('error', () => undefined)
  socket.write('GET /trpc HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
  socket.resume()
  await once(socket, 'end')
  // Only a socket that is gone answers so.
  const writing = setInterval(() => socket.write('x'), 5)
  await closed
  clearInterval(writing)
})

const message = z.object({
  id: z.number().nullish(),
  error: z.object({ message: z.string(), data: z.object({ code: z.string() }) }).optional(),
  result: z
    .object({ type: z.string().optional(), id: z.string().optional(), data: z.unknown().optional() })
    .optional(),
})

test('over the WebSocket a subscription tells what it has and what it refuses; odd messages end nothing', async () => {
  const socket = socketTo({ origin: origin() })
  await once(socket, 'open')
  const came: z.infer<typeof message>[] = []
  socket.on('message', (data) => came.push(message.parse(JSON.parse(String(data)))))
  const subscribe = (id: number, path: string, input: unknown) =>
    socket.send(JSON.stringify({ id, method: 'subscription', params: { path, input } }))
  const first = (id: number) =>
    until(`an answer to ${id}`, () => came.find((each) => each.id === id && each.result?.type !== 'started'))
  for (const odd of [
    '',
    '{',
    '[]',
    'null',
    '"x"',
    '{"id":1}',
    '['.repeat(50_000),
    '{"id":9,"method":"subscription"}',
    'PONG',
  ])
    socket.send(odd)
  socket.send(Buffer.from([0xff, 0xfe, 0x00]))
  subscribe(11, 'runs.changes', {})
  subscribe(12, 'runs.watch', { id: 'zzz' })
  subscribe(13, 'runs.watch', { id: 1 })
  subscribe(14, 'runs.nothing', {})
  assert.equal((await first(11)).result?.type, 'data')
  for (const id of [12, 13]) {
    const { error } = await first(id)
    assert.equal(error?.data.code, 'BAD_REQUEST')
    assert.match(error?.message ?? '', /^While [^\n]*\.$/)
  }
  assert.equal((await first(14)).error?.data.code, 'NOT_FOUND')
  // A spec of thousands of levels cannot take the host along.
  const deep = `${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`
  socket.send(`{"id":15,"method":"query","params":{"path":"runs.plan","input":{"spec":${deep}}}}`)
  assert.ok((await first(15)).error !== undefined)
  assert.equal(socket.readyState, WebSocket.OPEN)
  // A message larger than any of the window's ends its own connection.
  const closed = once(socket, 'close')
  socket.send('x'.repeat(300_000))
  const [code] = await closed
  assert.equal(code, 1009)
  assert.equal((await from('/')).status, 200)
})

test('a page that was open finds its way back to a server that starts again', async () => {
  const first = await door.serve()
  const asked = { headers: proof() }
  assert.equal((await ask(first.port, '/', asked)).status, 200)
  const socket = new WebSocket(`ws://127.0.0.1:${first.port}/trpc`, asked)
  await once(socket, 'open')
  const closed = once(socket, 'close')
  await first.close()
  await closed
  await assert.rejects(ask(first.port, '/', asked), /ECONNREFUSED/)
  const second = await door.serve(first.port)
  assert.equal(second.port, first.port)
  assert.equal((await ask(second.port, '/', asked)).status, 200)
  assert.equal(
    (await ask(second.port, `/?token=${new URL(first.url).searchParams.get('token')}`)).status,
    403,
    'the old token is void',
  )
})

test('a server whose secret cannot be had gives its port back', async () => {
  const { port, close } = await door.serve()
  await close()
  const noSecret = () => {
    throw new Error('no secret')
  }
  await assert.rejects(door.serve(port, noSecret), /no secret/)
  await assert.rejects(ask(port, '/'), /ECONNREFUSED/)
  assert.equal((await door.serve(port)).port, port)
})
