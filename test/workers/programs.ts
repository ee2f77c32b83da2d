import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** A program that a test kills, and starts again as it was. */
export interface Program {
  readonly pid: number
  /** Resolves when it has ended. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
  start(): Promise<void>
  /** What it has written so far. */
  said(): string
}

export type Begin = (args: readonly string[], env: Readonly<Record<string, string>>) => ChildProcess

const main = fileURLToPath(new URL('../../src-main/cli/main.ts', import.meta.url))

/** The command line as a process of this machine. */
export const beginHere: Begin = (args, env) =>
  spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })

/** @param ready in what it writes, when it has begun */
export async function startProgram(begin: () => ChildProcess, ready: RegExp): Promise<Program> {
  let said = ''
  let running: ChildProcess | undefined
  const start = async (): Promise<void> => {
    const child = begin()
    running = child
    const before = said.length
    const isReady = Promise.withResolvers<void>()
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text
        if (ready.test(said.slice(before))) isReady.resolve()
      })
    child.once('exit', (code, signal) =>
      isReady.reject(new Error(`it ended before it was ready (${code ?? signal}): ${said.slice(before)}`)),
    )
    await isReady.promise
  }
  await start()
  return {
    get pid() {
      return running?.pid ?? 0
    },
    start,
    said: () => said,
    async kill(signal) {
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
      const gone = once(running, 'exit')
      running.kill(signal)
      await gone
    },
  }
}

/** A page to serve: a host needs one, and nobody looks at it here. */
export function emptyWindow(folder: string): string {
  const window = path.join(folder, 'window')
  mkdirSync(window)
  writeFileSync(path.join(window, 'index.html'), '<!doctype html><title>Anneal</title>')
  return window
}
