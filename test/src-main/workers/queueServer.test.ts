import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { connect as connectPlainly, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import { connectToQueue } from '../../../src-main/workerLink/queueConnection.ts'
import { ownAccess, queueFolder, readQueueFile } from '../../../src-main/workers/queueFile.ts'
import { serveQueue } from '../../../src-main/workers/queueServer.ts'
import { invokeHere } from '../cli/testTerminal.ts'
import { freePort, noRedis, realQueue, until } from './realQueue.ts'

test('the queue speaks TLS alone, keeps its password out of sight, and comes back with what it held', {
  skip: noRedis,
}, async (t) => {
  const real = await realQueue(t)
  const { home, file, kill, start, pid } = real
  const redis = connectToQueue(ownAccess(file), 50)
  real.closeFirst(() => redis.disconnect())
  const names = ['port', 'maxmemory-policy', 'appendonly', 'appendfsync']
  const config: Record<string, unknown> = {}
  for (const name of names) {
    const [, value]: unknown[] = z.array(z.unknown()).parse(await redis.config('GET', name))
    config[name] = value
  }
  assert.deepEqual(config, {
    port: '0',
    'maxmemory-policy': 'noeviction',
    appendonly: 'yes',
    appendfsync: 'everysec',
  })
  assert.equal(statSync(path.join(queueFolder(home), 'queue.json')).mode & 0o077, 0)
  assert.equal(statSync(queueFolder(home)).mode & 0o077, 0)
  if (process.platform === 'linux')
    for (const what of ['cmdline', 'environ'])
      assert.ok(!readFileSync(`/proc/${pid()}/${what}`, 'utf8').includes(file.password))
  assert.doesNotMatch(await plainly(file.port, 'PING\r\n'), /PONG/)

  await redis.set('{anneal}:kept', '1')
  await until('the append-only file is synced', async () =>
    /aof_pending_bio_fsync:0/.test(await redis.info()),
  )
  await kill('SIGKILL')
  await start()
  assert.equal(await redis.get('{anneal}:kept'), '1', 'and the connection has found its way back')
})

test('a second queue of the same lab is refused, and so is a port that is taken', {
  skip: noRedis,
}, async (t) => {
  const { settings, kill } = await realQueue(t)
  await assert.rejects(serveQueue(settings), (error) => {
    assert.ok(error instanceof UserError)
    assert.match(error.message, /running already on port \d+, as process \d+/)
    return true
  })
  await kill('SIGTERM')
  const other = createServer((socket) => socket.destroy()).listen(settings.port, '127.0.0.1')
  t.after(() => other.close())
  await until('the port is taken', () => other.listening)
  await assert.rejects(serveQueue(settings), /Address already in use/)
})

test('anneal workers serve-queue serves it until it is told to end', { skip: noRedis }, async (t) => {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-queue-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  let interrupt: (() => void) | undefined
  const args = ['workers', 'serve-queue', '--port', String(await freePort()), '--bind', '127.0.0.1', '--json']
  const served = invokeHere(home, args, {
    env: process.env,
    onInterrupt(listener) {
      interrupt = () => listener(1)
      return () => undefined
    },
  })
  await until('it has said where it is', () => readQueueFile(home) !== undefined)
  const file = readQueueFile(home)
  assert.ok(file)
  const redis = connectToQueue(ownAccess(file), 50)
  assert.equal(await redis.ping(), 'PONG')
  redis.disconnect()
  interrupt?.()
  const { code, out } = await served
  assert.equal(code, 0)
  const { process: pid } = z.object({ process: z.number() }).parse(JSON.parse(out))
  assert.throws(() => process.kill(pid, 0), /ESRCH/)
})

test('without a server program, the command says how to come by one', async () => {
  const certificate = { certFile: '', keyFile: '', sha256: '0'.repeat(64) }
  const settings = { home: '/nowhere', certificate, port: 1, env: { PATH: '' } }
  await assert.rejects(serveQueue(settings), /apt install redis-server/)
})

test('nothing is said to a server with another certificate, not even the name of the user', {
  skip: noRedis,
}, async (t) => {
  const real = await realQueue(t)
  const { file } = real
  const own = ownAccess(file)
  const stranger = connectToQueue({ ...own, pin: '0'.repeat(64) }, 50)
  const friend = connectToQueue(own, 50)
  real.closeFirst(() => [stranger, friend].map((redis) => redis.disconnect()))
  const reasons: string[] = []
  stranger.on('error', (error) => reasons.push(error.message))
  await until('three tries', () => reasons.length >= 3)
  assert.match(reasons[0] ?? '', /another certificate/)
  const clients = String(await friend.client('LIST'))
  assert.equal(clients.trim().split('\n').length, 1, clients)
  assert.doesNotMatch(
    await friend.info('commandstats'),
    /cmdstat_auth:calls=([3-9]|\d\d)/,
    'the start looked once, the friend once',
  )
})

/** What a server without TLS would answer. */
function plainly(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connectPlainly(port, '127.0.0.1', () => socket.write(text))
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(answer))
  })
}
