import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { z } from 'zod'
import { processExists } from '../process/processes.ts'

/*
 * A worker's folder and the programs in it; join.mjs, which made the folder, and install.mjs know its form too.
 *
 *   worker             the launcher
 *   current            which build it starts
 *   app/<build>/       sources and packages; .users/<pid> for each process that runs from there
 *   app/<build>.part-<pid>/   one that is being installed
 */

const buildName = /^[0-9a-f]{64}$/
const bundle = z.array(
  z.tuple([
    z
      .string()
      .regex(/^(?:(?:src-main|shared)\/[\w./-]+|package(?:-lock)?\.json)$/)
      .refine((name) => !name.split('/').includes('..')),
    z.union([z.string(), z.strictObject({ base64: z.base64() })]),
  ]),
)
/** Bytes that no bundle has. */
const mostBytes = 2 ** 28

/** The build that this program is, where it was installed for a worker; undefined in a checkout. */
export function installedBuild(root = path.join(import.meta.dirname, '../..')): string | undefined {
  const name = path.basename(root)
  return buildName.test(name) && path.basename(path.dirname(root)) === 'app' ? name : undefined
}

export const builtFrom = (json: Uint8Array): string => createHash('sha256').update(json).digest('hex')

/** @throws Error for what is no gzip */
export const unzipped = (gzip: Uint8Array): Promise<Buffer> =>
  promisify(gunzip)(gzip, { maxOutputLength: mostBytes })

/**
 * Installs a build beside those that are there, and makes it the one that the launcher starts.
 * @param json of the bundle, whose sha256 names the build
 * @throws Error in words a user reads; then nothing has changed
 */
export async function install(folder: string, json: Uint8Array, signal: AbortSignal): Promise<void> {
  const installed = path.join(folder, 'app', builtFrom(json))
  const app = existsSync(installed) ? installed : `${installed}.part-${process.pid}`
  try {
    if (app !== installed) await unpackTo(app, json)
    await runInstaller(path.join(app, 'src-main', 'agent', 'install.mjs'), folder, signal)
  } catch (error) {
    if (app !== installed) await rm(app, { recursive: true, force: true })
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
      throw new Error(`The disk of ${folder} is full: free 1 GB.`, { cause: error })
    throw error
  }
}

async function unpackTo(app: string, json: Uint8Array): Promise<void> {
  await rm(app, { recursive: true, force: true })
  for (const [name, content] of bundle.parse(JSON.parse(Buffer.from(json).toString('utf8')))) {
    const file = path.join(app, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, typeof content === 'string' ? content : Buffer.from(content.base64, 'base64'))
  }
}

/** The build's own: it knows what it needs. */
async function runInstaller(file: string, folder: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  // A group of its own, so that what npm starts ends with it.
  const child = spawn(process.execPath, [file, folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-16_384)
  })
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended already.
    }
  }
  signal.addEventListener('abort', end, { once: true })
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject).on('close', (code) => resolve(code))
    })
    signal.throwIfAborted()
    if (status !== 0) throw new Error(said.trim() || `the installer ended with status ${status}`)
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/** Says that this process runs from a build, and from no other: one that was updated is the same process. */
export async function useBuild(folder: string, build: string): Promise<void> {
  const markIn = (name: string): string => path.join(folder, 'app', name, '.users', String(process.pid))
  await mkdir(path.dirname(markIn(build)), { recursive: true })
  await writeFile(markIn(build), '')
  for (const name of await readdir(path.join(folder, 'app')))
    if (name !== build) await rm(markIn(name), { force: true })
}

/** Removes builds that nobody starts any more and no living process runs from. @returns which */
export async function removeOldBuilds(folder: string): Promise<string[]> {
  const app = path.join(folder, 'app')
  const current = (await readFile(path.join(folder, 'current'), 'utf8').catch(() => '')).trim()
  if (!buildName.test(current)) return []
  const removed: string[] = []
  for (const name of await readdir(app).catch(() => [])) {
    if (name === current || (await isUsed(path.join(app, name)))) continue
    await rm(path.join(app, name), { recursive: true, force: true })
    removed.push(name)
  }
  return removed
}

async function isUsed(app: string): Promise<boolean> {
  const installing = /\.part-(\d+)$/.exec(app)?.[1]
  const users =
    installing === undefined ? await readdir(path.join(app, '.users')).catch(() => []) : [installing]
  return users.some((pid) => processExists(Number(pid)))
}
