import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { connect } from 'node:tls'
import { z } from 'zod'
import { wordsOf } from '../../shared/errors.ts'
import { processStart, stillLives } from '../process/processes.ts'
import { replaceFile } from '../replaceFile.ts'
import type { WorkerServer } from './server.ts'

/*
 * One program of a lab listens for workers: the one that has the port. The others look now and then whether it is free.
 */

const listening = z.object({
  pid: z.int().min(1),
  startedAt: z.string(),
  port: z.int().min(1).max(65_535),
  database: z.string(),
})
export type ListeningProgram = z.infer<typeof listening>

export interface ListenerOptions {
  /** `<home>/workers`: where the program that listens says so. */
  readonly folder: string
  readonly database: string
  /** sha256 of the lab's certificate. */
  pin(): Promise<string>
  /** Whether there is anybody to listen to. */
  isWanted(): boolean
  start(port: number): Promise<WorkerServer>
  /** After it has begun. */
  onListening(): void
  /** Milliseconds between two tries. */
  retry(): number
}

export interface Listener {
  /** Listens from now on as soon as it is wanted and can be had. Resolves after the first try. */
  begin(port: number): Promise<void>
  /** Tries at once. */
  poke(): Promise<void>
  /** Of this program; undefined while it does not listen. */
  port(): number | undefined
  /** Why it does not, in words. */
  problem(): string | null
  close(): Promise<void>
}

export function createListener(options: ListenerOptions): Listener {
  let server: WorkerServer | undefined
  let asked: number | undefined
  let problem: string | null = null
  let trying: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const attempt = async (port: number): Promise<void> => {
    try {
      if (server !== undefined || !options.isWanted()) return
      const other = await listensElsewhere(options, port)
      if (other !== undefined) {
        problem = takenBy(other)
        return
      }
      const started = await options.start(port)
      if (asked === undefined) return await started.close()
      server = started
      problem = null
      sayListening(options, server.port)
      options.onListening()
    } catch (error) {
      problem = await explain(options, port, error)
    }
  }
  const look = async (): Promise<void> => {
    if (asked === undefined) return
    trying ??= attempt(asked).finally(() => {
      trying = undefined
    })
    await trying
  }
  const lookLater = (): void => {
    if (asked === undefined) return
    timer = setTimeout(() => void look().finally(lookLater), options.retry()).unref()
  }
  return {
    async begin(port) {
      if (asked !== undefined) return
      asked = port
      await look()
      lookLater()
    },
    poke: look,
    port: () => server?.port,
    problem: () => problem,
    async close() {
      asked = undefined
      clearTimeout(timer)
      await trying
      if (server === undefined) return
      rmSync(fileIn(options.folder), { force: true })
      await server.close()
      server = undefined
    },
  }
}

const fileIn = (folder: string): string => path.join(folder, 'listening.json')

function sayListening({ folder, database }: ListenerOptions, port: number): void {
  mkdirSync(folder, { recursive: true })
  const startedAt = processStart(process.pid) ?? ''
  const said = { pid: process.pid, startedAt, port, database } satisfies ListeningProgram
  replaceFile(fileIn(folder), JSON.stringify(said))
}

/** The program that listens for workers of this home folder; undefined where none that lives has said so. */
export function listeningProgram(folder: string): ListeningProgram | undefined {
  try {
    const found = listening.parse(JSON.parse(readFileSync(fileIn(folder), 'utf8')))
    return stillLives(found.pid, found.startedAt) ? found : undefined
  } catch {
    return undefined
  }
}

/** Two that listen at different ports would take each other's offers and users out of the one queue of this home folder. */
async function listensElsewhere(
  { folder, pin }: ListenerOptions,
  port: number,
): Promise<ListeningProgram | undefined> {
  const other = listeningProgram(folder)
  if (other === undefined || other.pid === process.pid || other.port === port) return undefined
  // Its process may have ended long ago, and another one have its number.
  return (await pinAt(other.port)) === (await pin()) ? other : undefined
}

const takenBy = (other: ListeningProgram | undefined): string => {
  const who = other === undefined ? '' : ` (process ${other.pid}, of ${other.database})`
  return `Another program of this lab listens for workers${who}; this one takes over when that has ended.`
}

async function explain({ folder, pin }: ListenerOptions, port: number, error: unknown): Promise<string> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE' && (await pinAt(port)) === (await pin())) return takenBy(listeningProgram(folder))
  const why =
    code === 'EADDRINUSE'
      ? `port ${port} is taken by another program`
      : `port ${port} is not to be had (${wordsOf(error)})`
  return `Workers cannot reach this lab, for ${why}; end that program, or give this lab another port with ANNEAL_WORKERS_PORT.`
}

/** The sha256 of the certificate of whoever has that port on this machine. */
function pinAt(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, timeout: 2_000 })
    const done = (found?: string): void => {
      socket.destroy()
      resolve(found)
    }
    socket.once('secureConnect', () => {
      done(socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase())
    })
    socket.once('timeout', () => done())
    socket.once('error', () => done())
  })
}
