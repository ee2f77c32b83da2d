import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { connect } from 'node:tls'
import {
  attendAnswer,
  joinAnswer,
  pushAnswer,
  startAnswer,
  workerProtocol,
} from '../../../shared/worker/protocol.ts'
import { pack } from '../../../src-main/workerLink/packed.ts'
import { refusal } from '../../../src-main/workerLink/wire.ts'
import { type Asker, ask, post } from './client.ts'
import { asked, attending, build, openWorkersLab, spool, trainingOf, type WorkersLab } from './lab.ts'

/* The HTTPS server of the workers, with real sockets. */

let lab: WorkersLab
let host: Asker
before(async () => {
  lab = await openWorkersLab()
  await lab.service.add({ name: 'first' })
  await lab.service.listen(0)
  const { address } = await lab.service.info()
  const certificate = new X509Certificate(
    readFileSync(path.join(lab.home, 'workers', 'tls', 'certificate.pem')),
  )
  host = {
    port: Number(new URL(address ?? '').port),
    pin: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
  }
})
after(() => lab.close())

const reasonOf = (value: unknown): string => refusal.parse(value).reason
const codeIn = (command: string): string => String(JSON.parse(command).code)

test('a worker joins by its code, once, and is known by its token from then on', async () => {
  const { worker, command, validUntil } = await lab.service.add({ name: 'box', address: '10.1.2.3:99' })
  assert.deepEqual(
    { ...JSON.parse(command), code: '' },
    { host: '10.1.2.3', port: 99, pin: host.pin, code: '', name: 'box' },
  )
  assert.ok(Math.abs(validUntil - Date.now() - 15 * 60_000) < 60_000)
  const code = codeIn(command)
  const app = await ask({ ...host, token: code }, { method: 'GET', path: '/v1/app' })
  assert.equal(app.bytes.toString(), 'the program')
  const other = await post(host, '/v1/join', { code, protocol: 99 })
  assert.equal(other.status, 403)
  assert.match(
    reasonOf(other.value()),
    /speaks protocol 99 and its host protocol 1; update Anneal on the host/,
  )
  const joined = joinAnswer.parse((await post(host, '/v1/join', { code, protocol: workerProtocol })).value())
  assert.deepEqual({ ...joined, token: '' }, { workerId: worker.id, name: 'box', token: '', build })
  const twice = await post(host, '/v1/join', { code, protocol: workerProtocol })
  assert.equal(twice.status, 401)
  assert.match(reasonOf(twice.value()), /used already, or is older than 15 minutes/)
  assert.equal((await ask({ ...host, token: code }, { method: 'GET', path: '/v1/app' })).status, 401)
  const mine = { ...host, token: joined.token }
  assert.equal((await ask(mine, { method: 'GET', path: '/v1/app' })).status, 200)
  const answer = attendAnswer.parse((await post(mine, '/v1/attend', attending())).value())
  assert.ok(answer.type === 'orders')
  assert.equal(answer.build, build)
  const info = (await lab.service.info()).workers.find(({ id }) => id === worker.id)
  assert.equal(info?.state, 'joined')
  assert.equal(info?.isOfThisBuild, true)

  await lab.service.command({ id: worker.id, command: 'remove' })
  const removed = await post(mine, '/v1/attend', attending())
  assert.equal(removed.status, 401)
  assert.match(reasonOf(removed.value()), /does not know this worker any more/)
  const database =
    readFileSync(lab.core.store.path, 'latin1') + readFileSync(`${lab.core.store.path}-wal`, 'latin1')
  for (const secret of [code, joined.token])
    assert.ok(!database.includes(secret), 'secrets are stored hashed')
})

test('a run is trained over HTTPS: start, blobs, events, its end', async () => {
  const { token } = lab.joined()
  const mine = { ...host, token }
  const run = lab.placed()
  const answer = startAnswer.parse((await post(mine, '/v1/start', asked(run.id))).value())
  assert.ok(answer.type === 'start')
  assert.deepEqual(answer.start.spec, lab.original.spec)
  const key = { runId: run.id, attempt: answer.start.attempt }
  const at = `/v1/attempts/${run.id}/${key.attempt}`
  const held = spool(key, lab.events)
  const blobs = new Map(held.flatMap((each) => [...each.blobs]))
  const { sha256 } = await missing()
  assert.deepEqual(new Set(sha256), new Set(blobs.keys()))
  for (const [name, bytes] of blobs) {
    const damaged = await ask(mine, { method: 'PUT', path: `${at}/blobs/${name}`, body: bytes.slice(1) })
    assert.equal(damaged.status, 503)
    assert.match(reasonOf(damaged.value()), /arrived damaged/)
    assert.equal((await ask(mine, { method: 'PUT', path: `${at}/blobs/${name}`, body: bytes })).status, 200)
  }
  assert.deepEqual(await missing(), { sha256: [] })
  const events = held.map(({ event }) => event)
  const stored = pushAnswer.parse((await post(mine, `${at}/events`, { events })).value())
  assert.deepEqual(stored, { type: 'stored', lastSeq: events.length - 1 })
  assert.deepEqual(trainingOf(lab.core, run.id), trainingOf(lab.core, lab.original.id))
  const end = { ...key, how: 'died', reason: 'late', lastSeq: 0 }
  assert.equal(pushAnswer.parse((await post(mine, `${at}/end`, end)).value()).type, 'fenced')
  const foreign = await post(mine, `${at}/end`, { ...end, runId: 'other' })
  assert.equal(foreign.status, 400)

  async function missing(): Promise<{ sha256: string[] }> {
    const { status, value } = await post(mine, `${at}/missing`, { sha256: [...blobs.keys()] })
    assert.equal(status, 200)
    const found = value()
    assert.ok(typeof found === 'object' && found !== null && 'sha256' in found && Array.isArray(found.sha256))
    return { sha256: found.sha256.map(String) }
  }
})

test('a data set is fetched from any byte on', async () => {
  const mine = { ...host, token: lab.joined().token }
  const at = `/v1/datasets/${lab.original.datasetId}`
  const all = await ask(mine, { method: 'GET', path: `${at}/labels.bin` })
  const rest = await ask(mine, { method: 'GET', path: `${at}/labels.bin?from=7` })
  assert.equal(all.status, 200)
  assert.deepEqual(rest.bytes, all.bytes.subarray(7))
  for (const wrong of [`${at}/labels.bin?from=-1`, `${at}/labels.bin?from=x`])
    assert.equal((await ask(mine, { method: 'GET', path: wrong })).status, 400)
  for (const wrong of [`${at}/anneal.db`, '/v1/datasets/0123456789abcdef', `${at}/..%2f..%2fanneal.db`])
    assert.equal((await ask(mine, { method: 'GET', path: wrong })).status, 404)
})

test('nobody gets in without a token, whatever is asked', async () => {
  const tokens = [undefined, 'x', '0'.repeat(64)]
  const paths = ['/v1/attend', '/v1/start', '/v1/attempts/r/1/events', '/v1/attempts/r/1/end']
  for (const token of tokens)
    for (const at of paths) {
      const answer = await post({ ...host, ...(token !== undefined && { token }) }, at, {})
      assert.equal(answer.status, 401, at)
    }
})

test('what is malformed is refused in words, and ends no host', async () => {
  const mine = { ...host, token: lab.joined('strict').token }
  const bodies: [Uint8Array, RegExp][] = [
    [new Uint8Array(), /cannot be read/],
    [Buffer.from('hello there'), /cannot be read/],
    [pack({}), /protocol/],
    [pack({ ...attending(), about: 1 }), /about/],
    [pack({ ...attending(), x: 1 }), /x/],
    [Buffer.alloc(5 * 2 ** 20), /larger than the 4194304 bytes/],
  ]
  for (const [body, words] of bodies) {
    const answer = await ask(mine, { method: 'POST', path: '/v1/attend', body })
    assert.ok(answer.status === 400 || answer.status === 413, String(answer.status))
    assert.match(reasonOf(answer.value()), words)
  }
  const older = attendAnswer.parse((await post(mine, '/v1/attend', { protocol: 0 })).value())
  assert.ok(older.type === 'refused')
  assert.match(older.reason, /start the worker again/)
  for (const at of ['/', '/v1', '/v1/attempts/../../x/1/end', '/v1/attempts/r/0x1/end'])
    assert.equal((await post(mine, at, {})).status, 404, at)
  assert.equal((await post(mine, '//', {})).status, 400)
  await new Promise<void>((resolve) => {
    const socket = connectPlain(host.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\n\r\n'))
    socket.once('close', () => resolve())
    socket.once('error', () => resolve())
  })
  await new Promise<void>((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: host.port, rejectUnauthorized: false }, () =>
      socket.write('no http at all\r\n\r\n'),
    )
    socket.once('close', () => resolve())
    socket.once('error', () => resolve())
    socket.resume()
  })
  assert.equal((await post(mine, '/v1/attend', attending())).status, 200)
})

test('TLS below 1.2 is refused, and the key is its owner’s alone', async () => {
  const error = await new Promise((resolve) => {
    const socket = connect({
      host: '127.0.0.1',
      port: host.port,
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    socket.once('secureConnect', () => resolve(undefined))
    socket.once('error', resolve)
  })
  assert.match(String(error instanceof Error && 'code' in error && error.code), /PROTOCOL_VERSION/)
  const tls = path.join(lab.home, 'workers', 'tls')
  assert.equal(statSync(path.join(tls, 'key.pem')).mode & 0o777, 0o600)
  const certificate = new X509Certificate(readFileSync(path.join(tls, 'certificate.pem')))
  assert.ok(Date.parse(certificate.validTo) > Date.now() + 10 * 365 * 86_400_000)
  assert.match(certificate.subjectAltName ?? '', /localhost/)
})

test('who guesses is not listened to for a minute; a worker that is known goes on', async () => {
  const mine = { ...host, token: lab.joined().token }
  const before = await post(mine, '/v1/attend', attending())
  assert.equal(before.status, 200)
  const statuses = new Set<number>()
  for (let i = 0; i < 25; i++)
    statuses.add((await post(host, '/v1/join', { code: `guess ${i}`, protocol: workerProtocol })).status)
  assert.deepEqual([...statuses].sort(), [401, 503])
  const { command } = await lab.service.add({ name: 'late' })
  const late = await post(host, '/v1/join', { code: codeIn(command), protocol: workerProtocol })
  assert.equal(late.status, 503)
  assert.match(reasonOf(late.value()), /try again in a minute/)
  assert.equal((await post(mine, '/v1/attend', attending())).status, 200)
})
