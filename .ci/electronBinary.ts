import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Electron's own program, or in a clause why there is none. */
export type Found = { readonly program: string } | { readonly missing: string }

/** Milliseconds in which a download that is under way grows. */
const usualPatience = 20_000
const lookEvery = 250

/** Where the package "electron" keeps its program, if it has fetched it. */
export function findElectron(root: string, env: Environment): string | undefined {
  const home = path.join(root, 'node_modules', 'electron')
  const named = path.join(home, 'path.txt')
  const name = existsSync(named) ? readFileSync(named, 'utf8') : usualName()
  const program = path.join(env.ELECTRON_OVERRIDE_DIST_PATH ?? path.join(home, 'dist'), name)
  return existsSync(program) ? program : undefined
}

/** @param patience milliseconds without a byte after which a download is given up */
export async function findOrFetchElectron(
  root: string,
  env: Environment,
  patience = usualPatience,
): Promise<Found> {
  const there = findElectron(root, env)
  if (there !== undefined) return { program: there }
  if (env.ELECTRON_OVERRIDE_DIST_PATH)
    return { missing: `ELECTRON_OVERRIDE_DIST_PATH names a folder without ${usualName()}` }
  if (env.ELECTRON_SKIP_BINARY_DOWNLOAD)
    return { missing: 'ELECTRON_SKIP_BINARY_DOWNLOAD forbids to fetch Electron' }
  const problem = await fetchElectron(root, env, patience)
  const fetched = findElectron(root, env)
  if (problem === undefined && fetched !== undefined) return { program: fetched }
  return { missing: problem ?? 'the fetched Electron has no program' }
}

/**
 * Runs the package's own installer, with a temporary folder of its own: that nothing grows there or in the package tells a
 * download that hangs from one that is slow. @returns what went wrong
 */
async function fetchElectron(root: string, env: Environment, patience: number): Promise<string | undefined> {
  const home = path.join(root, 'node_modules', 'electron')
  const cache = path.join(root, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  const temporary = mkdtempSync(path.join(cache, 'electron-'))
  try {
    const child = spawn(process.execPath, [path.join(home, 'install.js')], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...env, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    })
    return await outcome(child, [temporary, path.join(home, 'dist')], patience)
  } finally {
    rmSync(temporary, { recursive: true, force: true, maxRetries: 5 })
  }
}

function outcome(
  child: ChildProcess,
  growing: readonly string[],
  patience: number,
): Promise<string | undefined> {
  let words = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words += text
  })
  return new Promise((resolve) => {
    let bytes = -1
    let since = Date.now()
    const timer = setInterval(() => {
      const now = growing.reduce((sum, folder) => sum + size(folder), 0)
      if (now !== bytes) since = Date.now()
      bytes = now
      if (Date.now() - since <= patience) return
      child.kill('SIGKILL')
      end(`Electron cannot be fetched: nothing came for ${Math.round(patience / 1000)} s`)
    }, lookEvery)
    const end = (problem: string | undefined): void => {
      clearInterval(timer)
      resolve(problem)
    }
    child.on('error', ({ message }) => end(`Electron cannot be fetched: ${message}`))
    child.on('close', (code) =>
      end(code === 0 ? undefined : `Electron cannot be fetched: ${lastCause(words)}`),
    )
  })
}

/** The deepest cause of a stack is what a user can do something about. */
function lastCause(stack: string): string {
  const lines = stack.split('\n').filter((line) => /(Error|error): /.test(line))
  const line = lines.at(-1) ?? stack.trim().split('\n')[0] ?? ''
  const words = line.replace(/^.*?Error: /, '').replace(/[ {]+$/, '')
  if (words === 'fetch failed') return 'where it is published cannot be reached'
  return words || 'its installer failed'
}

function size(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, { parentPath, name }) => sum + statSync(path.join(parentPath, name)).size, 0)
  } catch {
    // A file that has just been moved away: the next look counts it.
    return 0
  }
}

function usualName(): string {
  switch (process.platform) {
    case 'darwin':
      return 'Electron.app/Contents/MacOS/Electron'
    case 'win32':
      return 'electron.exe'
    default:
      return 'electron'
  }
}
