import { type ChildProcess, execFile, type ForkOptions, fork } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { cudaEnvironment } from '../devices/cudaPackage.ts'
import { tensorflowEnvironment } from '../devices/tensorflow/kept.ts'
import { compileCacheEnvironment } from './compileCache.ts'

/** What the core's child processes are started with and from. */
export interface PlainNode {
  /** A Node of the pinned version. */
  readonly execPath: string
  /** The folder of src-main, as files that a plain Node can read. */
  readonly sources: string
  /** A folder of the user's own in which Node keeps what it has compiled; else one beside the packages of the checkout. */
  readonly compiled?: string
}

let plainNode: PlainNode = { execPath: process.execPath, sources: path.dirname(import.meta.dirname) }

/** For a door that is itself no plain Node, or whose code lies elsewhere than the sources: said once, before it opens the core. */
export function setPlainNode(other: PlainNode): void {
  plainNode = other
  version = undefined
}

let version: Promise<string> | undefined

/** Of the Node that trains, "24.0.0": Electron has one of its own. Asked once. */
export function plainNodeVersion(): Promise<string> {
  const { execPath } = plainNode
  if (execPath === process.execPath) return Promise.resolve(process.versions.node)
  version ??= promisify(execFile)(execPath, ['--version'], { windowsHide: true }).then(
    ({ stdout }) => stdout.trim().replace(/^v/, ''),
    // Then nothing can be measured or trained with it either, which says so itself.
    () => 'unknown',
  )
  return version
}

/** Where the packages are looked for that child processes load. */
export const sourcesFolder = (): string => path.join(plainNode.sources, path.sep)

/**
 * Starts a child process that may load tfjs, and tells it our process id.
 * @param entry its file, relative to src-main
 * @param env what its environment has besides our own
 */
export function forkPlain(
  entry: string,
  { env: more = {}, ...options }: Pick<ForkOptions, 'stdio' | 'serialization' | 'env'>,
): ChildProcess {
  const { execPath, sources, compiled } = plainNode
  // Windows would open a console beside a window.
  const hidden = { windowsHide: true }
  // Said before the process begins: on Windows a library does not see what is set later.
  const env = {
    ...compileCacheEnvironment(compiled),
    ...cudaEnvironment,
    ...process.env,
    ...tensorflowEnvironment(),
    ...more,
  }
  // The host's own flags (a test runner's, a debugger's) are not the child's.
  return fork(path.join(sources, entry), [String(process.pid)], {
    ...options,
    ...hidden,
    env,
    execPath,
    execArgv: [],
  })
}
