import path from 'node:path'
import { wordsOf } from '../../shared/errors.ts'
import { builtFrom, install, unzipped } from './builds.ts'

export interface SelfUpdateOptions {
  /** Of the agent. */
  readonly folder: string
  /** The build that this agent runs. */
  readonly running: string
  /** The host's program, as it serves it: gzip. */
  readonly fetchApp: (signal: AbortSignal) => Promise<Uint8Array>
  /** Takes a line for the log. */
  readonly say: (line: string) => void
  /** Milliseconds until one that could not be installed is tried again. */
  readonly retryAfter?: number
}

/** An agent becomes its host's build when nothing trains on it. */
export interface SelfUpdate {
  /**
   * Told what the host is, each time it says so, and whether nothing trains here. undefined: it did not say, since it refused this
   * agent's protocol. Begins to install in the background.
   * @returns whether another build is installed and nothing trains: the agent is to close and `restart`
   */
  heard(build: string | undefined, isIdle: boolean): boolean
  /** Whether the host is another build, and this agent is to take no more runs until it has become that. */
  readonly isDue: boolean
  /** Ends what is being installed. */
  close(): Promise<void>
}

export function createSelfUpdate({
  folder,
  running,
  fetchApp,
  say,
  retryAfter = 10 * 60_000,
}: SelfUpdateOptions): SelfUpdate {
  const closing = new AbortController()
  let installed: string | undefined
  let underWay: Promise<void> | undefined
  let notBefore = 0
  let isOther = false
  /** One that could not be installed is tried again later; meanwhile the worker is of use. */
  const isHeldBack = (): boolean =>
    installed === undefined && underWay === undefined && Date.now() < notBefore

  const update = async (wanted: string | undefined): Promise<void> => {
    try {
      const json = await unzipped(await fetchApp(closing.signal))
      const build = builtFrom(json)
      if (build === running) {
        if (wanted !== undefined) throw new Error('the host serves the program that runs here already')
        return
      }
      say(`Installing the version of the host (${build.slice(0, 12)}) beside this one.`)
      await install(folder, json, closing.signal)
      installed = build
      say('It is installed; this worker goes on with it as soon as nothing trains, and takes no runs before.')
    } catch (error) {
      if (closing.signal.aborted) return
      const why = wordsOf(error)
      say(`The version of the host could not be installed, and is tried again later: ${why}`)
    } finally {
      notBefore = Date.now() + retryAfter
      underWay = undefined
    }
  }

  return {
    heard(build, isIdle) {
      isOther = build !== running
      if (!isIdle || !isOther) return false
      if (installed !== undefined && (build === undefined || build === installed)) return true
      if (
        underWay === undefined &&
        (Date.now() >= notBefore || (installed !== undefined && build !== installed))
      )
        underWay = update(build)
      return false
    },
    get isDue() {
      return isOther && !isHeldBack()
    },
    async close() {
      closing.abort()
      await underWay
    },
  }
}

/**
 * Becomes the launcher, which becomes the build that is current now: the process stays the same one for whoever sends it
 * signals. @param rest what the launcher was given
 */
export function restart(folder: string, rest: readonly string[]): never {
  if (process.execve === undefined)
    throw new Error('this system cannot replace a process: start the worker again')
  return process.execve('/bin/sh', ['sh', path.join(folder, 'worker'), ...rest], process.env)
}
