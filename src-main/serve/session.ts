import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/**
 * The secret that browsers of this home folder hold as their cookie, readable by its owner alone. It outlives the server,
 * so that a page left open finds its way back after a restart; deleting the file locks all of them out.
 */
export function sessionOf(home: string): string {
  const file = path.join(home, 'browser-session')
  mkdirSync(home, { recursive: true })
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
