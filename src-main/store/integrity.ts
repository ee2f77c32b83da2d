import { z } from 'zod'
import { connect, type Db } from './database.ts'
import type { HostRow } from './hostIdentity.ts'
import { deadHosts } from './hosts.ts'
import { damaged } from './sqliteErrors.ts'

const finding = z.object({ quick_check: z.string() })

/**
 * After a host ended without closing the file, looks whether every page is sound. It looks through a connection that
 * cannot write, so that a damaged file stays as it is.
 * @throws UserError when it is damaged
 */
export function checkAfterUncleanEnd(
  path: string,
  isAlive: (host: HostRow, now: number) => boolean,
  now: number,
): void {
  const db = connect(path, { readonly: true })
  try {
    if (deadHosts(db, isAlive, now).length > 0) quickCheck(db)
  } finally {
    db.close()
  }
}

/** @throws UserError with SQLite's first finding when the file is damaged */
export function quickCheck(db: Db): void {
  const [first] = db.all(finding, 'PRAGMA quick_check(1)')
  if (first?.quick_check !== 'ok') throw damaged(db.path, first?.quick_check ?? 'no answer')
}
