import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, chmodSync, constants, mkdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../../shared/errors.ts'
import { connectToQueue } from '../workerLink/queueConnection.ts'
import { ownAccess, type QueueFile, queueFolder, readQueueFile, writeQueueFile } from './queueFile.ts'

/*
 * A Redis or Valkey of this machine's own, run for one lab with the settings that its queue needs. It is a child of the
 * program that serves it and ends with it; what it holds can be lost without harm, since the lab's database has it all.
 */

export interface QueueSettings {
  readonly home: string
  /** The host's own, in PEM files; `sha256` is what workers know it by. */
  readonly certificate: { readonly certFile: string; readonly keyFile: string; readonly sha256: string }
  readonly port: number
  /** An address of this machine, besides 127.0.0.1; all of them when absent. */
  readonly bind?: string
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface RunningQueue {
  readonly program: string
  /** Its process id. */
  readonly process: number
  readonly queue: QueueFile
  /** Resolves, with what its program said last, when it has ended. */
  readonly ended: Promise<string>
  close(): Promise<void>
}

/** Milliseconds to read back what it holds and answer. */
const startTimeout = 60_000

/** @throws UserError where no such program is here, where the port is another's, and where it ends at once */
export async function serveQueue(settings: QueueSettings): Promise<RunningQueue> {
  const program = queueProgram(settings.env)
  await refuseSecond(settings.home)
  const queue = writeQueueFile(settings.home, {
    host: '127.0.0.1',
    port: settings.port,
    pin: settings.certificate.sha256,
  })
  const folder = queueFolder(settings.home)
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o700)
  const child = spawn(program, ['-'], { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] })
  const lines = lastLines(child)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', () => resolve(lines()))
  })
  // A program that ends before it has read everything is told of by `ended`.
  child.stdin.on('error', () => undefined)
  child.stdin.end(configuration(settings, queue, folder))
  const problem = await Promise.race([ended, answers(queue, ended)])
  const running = { program, queue, ended, close: () => stopped(child, ended) }
  if (problem === null && child.pid !== undefined) return { ...running, process: child.pid }
  await stopped(child, ended)
  throw new UserError(`While starting the queue with ${program}: it ended at once: ${problem}`)
}

/** @throws UserError that says how to come by one */
function queueProgram(env: QueueSettings['env']): string {
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '')
  for (const name of ['valkey-server', 'redis-server'])
    for (const folder of folders) if (isProgram(path.join(folder, name))) return path.join(folder, name)
  throw new UserError(
    'While starting the queue: neither valkey-server nor redis-server is on the PATH; install one with "apt install redis-server", "dnf install valkey" or "brew install valkey" (version 6.2 or later, built with TLS) and start this again.',
  )
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Two over one folder would write into each other's files. */
async function refuseSecond(home: string): Promise<void> {
  const before = readQueueFile(home)
  if (before === undefined) return
  const redis = connectToQueue(ownAccess(before), 100)
  try {
    const none = new Promise<undefined>((resolve) => redis.once('close', () => resolve(undefined)))
    const info = await Promise.race([redis.info('server'), none, delay(3000, undefined, { ref: false })])
    if (info === undefined) return
    const process = /^process_id:(\d+)/m.exec(info)?.[1]
    throw new UserError(
      `While starting the queue: this lab's queue is running already on port ${before.port}, as process ${process}; let it run, or end it first (kill ${process}).`,
    )
  } catch (error) {
    if (error instanceof UserError) throw error
  } finally {
    redis.disconnect()
  }
}

/** On standard input of the server, so that no list of processes shows the password. */
function configuration({ certificate, port, bind }: QueueSettings, queue: QueueFile, folder: string): string {
  const all = bind === undefined || bind === '0.0.0.0' || bind === '::'
  const addresses = bind?.startsWith('127.') ? bind : `127.0.0.1 ${bind}`
  return [
    // TLS alone, and clients are known by their passwords.
    'port 0',
    `tls-port ${port}`,
    `tls-cert-file ${quoted(certificate.certFile)}`,
    `tls-key-file ${quoted(certificate.keyFile)}`,
    'tls-auth-clients no',
    `bind ${all ? '* -::*' : addresses}`,
    // Never "user default off": with an append-only file, a restart would come up empty.
    `requirepass ${queue.password}`,
    `dir ${quoted(folder)}`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    // What BullMQ wants: a full memory refuses offers, and never drops one.
    'maxmemory-policy noeviction',
    'daemonize no',
    '',
  ].join('\n')
}

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`

/** null once it does */
async function answers(queue: QueueFile, ended: Promise<string>): Promise<string | null> {
  const redis = connectToQueue(ownAccess(queue), 50)
  try {
    const late = delay(startTimeout, 'late', { ref: false })
    const answer = await Promise.race([redis.ping(), late, ended])
    return answer === 'late' ? `it did not answer within ${startTimeout / 1000} s` : null
  } finally {
    redis.disconnect()
  }
}

function lastLines(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (more: string) => {
      text = `${text}${more}`.slice(-4000)
    })
  return () => reasonIn(text)
}

/** Of Redis's lines ("123:M 30 Nov 2026 11:00:00.000 # Failed listening"), the last warnings. */
function reasonIn(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const warnings = lines.filter((line) => line.includes(' # ')).map((line) => line.replace(/^.*? # /, ''))
  return (warnings.length > 0 ? warnings : lines).slice(-2).join(' ') || 'it said nothing'
}

async function stopped(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
  await ended
}
