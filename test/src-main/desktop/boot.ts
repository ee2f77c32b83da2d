import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import './standIn.ts'
import { app, BrowserWindow } from './electron.ts'

export interface Desktop {
  readonly home: string
  readonly database: string
  readonly log: () => string
  readonly window: () => BrowserWindow
  remove(): void
}

let boots = 0

/** Runs main.ts as Electron would, on a home folder of its own; as in Electron, one such program per process. */
export async function bootDesktop(
  home = mkdtempSync(path.join(tmpdir(), 'anneal-desktop-')),
): Promise<Desktop> {
  process.env.ANNEAL_HOME = home
  boots++
  await import(new URL(`../../../src-main/main.ts?boot=${boots}`, import.meta.url).href)
  const logFile = path.join(home, 'desktop', 'anneal.log')
  return {
    home,
    database: path.join(home, 'anneal.db'),
    log: () => readFileSync(logFile, 'utf8'),
    window() {
      const [window] = BrowserWindow.open
      if (window === undefined) throw new Error('there is no window')
      return window
    },
    remove: () => rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }),
  }
}

/** Quits, and waits until it has happened. */
export async function quit(): Promise<void> {
  const done = once(app, 'quit')
  app.quit()
  await done
}

/** Looks again and again. @throws Error after half a minute */
export async function until<T>(what: string, find: () => T | undefined): Promise<T> {
  for (const deadline = Date.now() + 30_000; ; ) {
    const found = find()
    if (found !== undefined) return found
    if (Date.now() > deadline) throw new Error(`waited half a minute for ${what}`)
    await setTimeout(5)
  }
}
