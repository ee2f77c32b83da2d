import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { random } from '../../shared/random.ts'
import { openStore } from '../../src-main/store/index.ts'
import type { Store } from '../../src-main/store/types.ts'

/** A home folder of its own, with a small table to train on. */
export interface Lab {
  readonly home: string
  readonly database: string
  /** Starts the command line as a process of its own. */
  start(...args: readonly string[]): Invocation
  /** Runs it to its end. */
  run(...args: readonly string[]): Promise<Result>
  write(name: string, content: string): string
  /** Opens the database as another program would, for one look. */
  look<T>(use: (store: Store) => T): T
  /** Looks until `find` gives something. */
  watch<T>(what: string, find: (store: Store) => T | undefined): Promise<T>
  remove(): void
}

export interface Result {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Invocation {
  readonly process: ChildProcess
  readonly result: Promise<Result>
  /** What it has written to its standard error so far. */
  stderr(): string
}

const main = fileURLToPath(new URL('../../src-main/cli/main.ts', import.meta.url))

export function makeLab(): Lab {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-e2e-'))
  const database = path.join(home, 'anneal.db')
  const start = (...args: readonly string[]): Invocation => begin(home, args)
  return {
    home,
    database,
    start,
    run: (...args) => start(...args).result,
    write(name, content) {
      const file = path.join(home, name)
      writeFileSync(file, content)
      return file
    },
    look(use) {
      const store = openStore(database)
      try {
        return use(store)
      } finally {
        store.close()
      }
    },
    async watch(what, find) {
      const store = openStore(database)
      try {
        return await until(what, () => find(store))
      } finally {
        store.close()
      }
    },
    remove: () => rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }),
  }
}

function begin(home: string, args: readonly string[]): Invocation {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: home,
    env: { ...process.env, ANNEAL_HOME: home, NO_COLOR: '1', npm_lifecycle_event: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  // 'exit', not 'close': a trainer that outlives its killed host for a moment may hold the pipes.
  const result = once(child, 'exit').then(async ([code, signal]): Promise<Result> => {
    if (signal === null) await Promise.all([ended(child.stdout), ended(child.stderr)])
    return { code, signal, stdout, stderr }
  })
  return { process: child, result, stderr: () => stderr }
}

async function ended(stream: NodeJS.ReadableStream & { readableEnded?: boolean }): Promise<void> {
  if (stream.readableEnded !== true) await once(stream, 'end')
}

/** Looks again and again until `find` gives something. @throws Error after half a minute */
export async function until<T>(what: string, find: () => T | undefined): Promise<T> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const found = find()
    if (found !== undefined) return found
    if (Date.now() > deadline) throw new Error(`waited half a minute for ${what}`)
    await delay(2)
  }
}

/** A table of three overlapping clouds in four dimensions. */
export function cloudsCsv(rows: number, seed = 1): string {
  const rng = random(seed, 'clouds')
  const lines = Array.from({ length: rows }, (_, i) => {
    const label = i % 3
    const features = Array.from({ length: 4 }, (_, k) => (k === label ? 2 : 0) + rng.normal())
    return `${features.map((x) => x.toFixed(4)).join(',')},${'abc'[label]}`
  })
  return `w,x,y,z,cloud\n${lines.join('\n')}\n`
}
