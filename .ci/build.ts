import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/*
 * Bundles the window, and Electron's main process and preload, unless what lies in out/ was made of the very sources that
 * are there now.
 */

const checkout = path.join(import.meta.dirname, '..')
const sources = [
  'src-renderer/**',
  'shared/**',
  'src-main/**',
  'electron.config.ts',
  'package.json',
  'package-lock.json',
]
/** Milliseconds to wait for a build that another process is at. */
const patience = 120_000

/** @returns whether out/ is of the present sources now */
export function build(root = checkout): boolean {
  const out = path.join(root, 'out')
  const stamp = path.join(out, '.built-from')
  const isFresh = (): boolean => read(stamp) === fingerprint(root)
  if (isFresh()) return true
  mkdirSync(out, { recursive: true })
  const unlock = lock(path.join(out, '.building'))
  try {
    // Another process may just have done it.
    if (isFresh()) return true
    const from = fingerprint(root)
    console.error('Building the window (once for these sources)...')
    rmSync(stamp, { force: true })
    if (!bundle(root)) return false
    writeFileSync(stamp, from)
    return true
  } finally {
    unlock()
  }
}

function bundle(root: string): boolean {
  const tool = path.join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [tool, 'build', '--config', 'electron.config.ts', '--logLevel', 'warn'],
    { cwd: root, encoding: 'utf8' },
  )
  if (status !== 0) console.error(`${stdout}${stderr}\nWhile building the window: see above.`)
  return status === 0
}

/** Of everything that goes into the bundles, names included. */
function fingerprint(root: string): string {
  const hash = createHash('sha256')
  const files = globSync(sources, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
  for (const file of files) {
    hash
      .update(`${path.relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0')
  }
  return hash.digest('hex')
}

/** Waits for whoever holds it. A holder that died holds nothing. @returns unlocks */
function lock(file: string): () => void {
  for (const deadline = Date.now() + patience; ; ) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    // One that has just made the file has not said its number yet.
    const holder = Number(read(file) || process.pid)
    if (!isAlive(holder) || Date.now() > deadline) rmSync(file, { force: true })
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function read(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

if (import.meta.main) process.exitCode = build() ? 0 : 1
