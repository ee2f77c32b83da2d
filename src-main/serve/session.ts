import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../shared/errors.ts'

/**
 * The secret that browsers of this home folder hold as their cookie, readable by its owner alone. It outlives the server,
 * so that a page left open finds its way back after a restart; deleting the file locks all of them out.
 * @throws UserError where it cannot be kept
 */
export function sessionOf(home: string): string {
  const file = path.join(home, 'browser-session')
  try {
    return kept(file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    throw new UserError(
      `While starting the server: ${file} cannot be read and written (${error.code}), where the key of the browsers is kept; make it so, or set ANNEAL_HOME to another folder.`,
      { cause: error },
    )
  }
}

function kept(file: string): string {
  mkdirSync(path.dirname(file), { recursive: true })
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const session = readFileSync(file, 'utf8').trim()
  if (/^[\w-]{43}$/.test(session)) return session
  // Cut short by a full disk, or edited: no such secret may open the door.
  const fresh = randomBytes(32).toString('base64url')
  writeFileSync(file, fresh, { mode: 0o600 })
  return fresh
}
