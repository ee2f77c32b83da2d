import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../shared/errors.ts'

/** Milliseconds after which a start makes a new secret. */
const longestLife = 30 * 24 * 3600 * 1000

/**
 * The secret that the cookies and keys of this home folder's browsers are made from, readable by its owner alone. It
 * outlives the server, so that a page left open finds its way back after a restart. A start makes a new one when it is a
 * month old or when it is asked for; every browser then needs the printed address again. Where no new one can be written,
 * as on a full disk, whose user needs the window to make room, `tell` gets a line that says what is used instead.
 * @throws UserError where it cannot be read
 */
export function secretOf(
  home: string,
  isNew = false,
  tell: (line: string) => void = () => undefined,
): string {
  const file = path.join(home, 'browser-secret')
  // Earlier versions gave browsers the secret itself as their cookie: it may be known to any program of this machine.
  removeIfPossible(path.join(home, 'browser-session'))
  const old = readKept(file)
  if (old !== undefined && !isNew && !isOld(file)) return old
  try {
    return old === undefined ? firstOf(file) : replaced(file)
  } catch (error) {
    if (!hasCode(error)) throw error
    const what = `${file} cannot be written (${error.code})`
    if (old !== undefined && !isNew) {
      tell(`${what}: the secret of the browsers' keys stays the one of over a month ago.`)
      return old
    }
    const next =
      old === undefined
        ? 'after the next start, every browser needs the printed address again'
        : 'the next start takes the old one again; once there is room, start with --new-key'
    tell(`${what}: a new secret of the browsers' keys is used until this server ends; ${next}.`)
    return newSecret()
  }
}

function isOld(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false })
  return found !== undefined && Date.now() - found.mtimeMs > longestLife
}

/**
 * Undefined without a file, and for one cut short by a full disk, or edited: no such secret may open the door.
 * @throws UserError where it cannot be read
 */
function readKept(file: string): string | undefined {
  try {
    const secret = readFileSync(file, 'utf8').trim()
    return /^[\w-]{43}$/.test(secret) ? secret : undefined
  } catch (error) {
    if (!hasCode(error)) throw error
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw new UserError(
      `While starting the server: ${file} cannot be read and written (${error.code}), where the secret of the browsers' keys is kept; make it so, or set ANNEAL_HOME to another folder.`,
      { cause: error },
    )
  }
}

/** Of two servers that start at once, both get the secret of the one that wrote first. */
function firstOf(file: string): string {
  mkdirSync(path.dirname(file), { recursive: true })
  const fresh = newSecret()
  try {
    writeFileSync(file, fresh, { mode: 0o600, flag: 'wx' })
    return fresh
  } catch (error) {
    if (!hasCode(error) || error.code !== 'EEXIST') throw error
    return readKept(file) ?? replaced(file)
  }
}

/** Written beside first: the old one is dropped only once the new one is whole on the disk. */
function replaced(file: string): string {
  const beside = `${file}.${process.pid}`
  const fresh = newSecret()
  try {
    // One left behind by a process of the same number, which was ended while it wrote.
    rmSync(beside, { force: true })
    writeFileSync(beside, fresh, { mode: 0o600, flag: 'wx', flush: true })
    renameSync(beside, file)
    return fresh
  } catch (error) {
    removeIfPossible(beside)
    throw error
  }
}

function removeIfPossible(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {
    // Nothing reads it.
  }
}

const newSecret = (): string => randomBytes(32).toString('base64url')

const hasCode = (error: unknown): error is Error & { readonly code: unknown } =>
  error instanceof Error && 'code' in error
