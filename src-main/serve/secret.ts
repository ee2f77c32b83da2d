import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../shared/errors.ts'

/** Milliseconds after which a start makes a new secret. */
const longestLife = 30 * 24 * 3600 * 1000

/**
 * The secret that the cookies and keys of this home folder's browsers are made from, readable by its owner alone. It
 * outlives the server, so that a page left open finds its way back after a restart. A start makes a new one when it is a
 * month old or when it is asked for; every browser then needs the printed address again.
 * @throws UserError where it cannot be kept
 */
export function secretOf(home: string, isNew = false): string {
  const file = path.join(home, 'browser-secret')
  try {
    // Earlier versions gave browsers this very secret as their cookie: it may be known to any program of this machine.
    rmSync(path.join(home, 'browser-session'), { force: true })
    if (isNew || isOld(file)) rmSync(file, { force: true })
    return kept(file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    throw new UserError(
      `While starting the server: ${file} cannot be read and written (${error.code}), where the secret of the browsers' keys is kept; make it so, or set ANNEAL_HOME to another folder.`,
      { cause: error },
    )
  }
}

function isOld(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false })
  return found !== undefined && Date.now() - found.mtimeMs > longestLife
}

function kept(file: string): string {
  mkdirSync(path.dirname(file), { recursive: true })
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const secret = readFileSync(file, 'utf8').trim()
  if (/^[\w-]{43}$/.test(secret)) return secret
  // Cut short by a full disk, or edited: no such secret may open the door.
  const fresh = randomBytes(32).toString('base64url')
  writeFileSync(file, fresh, { mode: 0o600 })
  return fresh
}
