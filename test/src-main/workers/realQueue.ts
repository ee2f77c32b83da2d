import { execFileSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { generate } from 'selfsigned'
import type { QueueFile } from '../../../src-main/workers/queueFile.ts'
import { type QueueSettings, type RunningQueue, serveQueue } from '../../../src-main/workers/queueServer.ts'

/** Why tests of the queue are skipped here; undefined where they run. */
export const noRedis: string | undefined =
  isHere('redis-server') || isHere('valkey-server')
    ? undefined
    : 'neither redis-server nor valkey-server is installed here'

function isHere(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A queue of a lab of its own, served as `anneal workers serve-queue` does it. */
export interface RealQueue {
  readonly home: string
  readonly file: QueueFile
  readonly settings: QueueSettings
  /** Of the program. */
  pid(): number | undefined
  /** Closed at the end of the test, before the program ends. */
  closeFirst(close: () => unknown): void
  /** Ends the program, with the signal. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** On the same port, with what its folder has. */
  start(): Promise<void>
}

export async function realQueue(t: { after(close: () => Promise<void>): unknown }): Promise<RealQueue> {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-queue-'))
  const settings: QueueSettings = {
    home,
    certificate: await certificateIn(home),
    port: await freePort(),
    bind: '127.0.0.1',
    env: process.env,
  }
  let running: RunningQueue | undefined
  const start = async (): Promise<void> => {
    running = await serveQueue(settings)
  }
  const kill = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (running === undefined) return
    if (signal === 'SIGKILL') process.kill(running.process, signal)
    await running.close()
    running = undefined
  }
  await start()
  const first: (() => unknown)[] = []
  t.after(async () => {
    for (const close of first) await close()
    await kill('SIGTERM')
    rmSync(home, { recursive: true, force: true })
  })
  if (running === undefined) throw new Error('the queue has not started')
  return {
    home,
    file: running.queue,
    settings,
    pid: () => running?.process,
    closeFirst: (close) => first.push(close),
    kill,
    start,
  }
}

async function certificateIn(home: string) {
  const made = await generate([{ name: 'commonName', value: 'anneal' }], { keyType: 'ec' })
  const [certFile, keyFile] = [path.join(home, 'cert.pem'), path.join(home, 'key.pem')]
  writeFileSync(certFile, made.cert)
  writeFileSync(keyFile, made.private, { mode: 0o600 })
  const sha256 = createHash('sha256').update(new X509Certificate(made.cert).raw).digest('hex')
  return { certFile, keyFile, sha256 }
}

export function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** Until it holds. @throws after 20 s, with what was waited for */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`)
    await delay(10)
  }
}
