import { z } from 'zod'
import type { Db } from './database.ts'
import type { HostRow } from './hostIdentity.ts'
import { deadHosts, removeDead } from './hosts.ts'
import { damaged } from './sqliteErrors.ts'

const finding = z.object({ quick_check: z.string() })
const labRow = z.object({ uncleanAt: z.number().nullable() })

/** What told of unclean ends before a check of the whole file. */
export interface UncleanEnds {
  /** Hosts that are gone while their rows are there. */
  readonly dead: readonly HostRow[]
  /** When another program last found such hosts, and took their rows away. */
  readonly foundAt: number | null
}

/**
 * After a host ended without closing the file, looks whether every page is sound. It writes nothing.
 * @param db best one that cannot write, so that a damaged file stays as it is
 * @returns what made it look, for `forgive`  @throws StoreError when the file is damaged
 */
export function checkAfterUncleanEnd(
  db: Db,
  isAlive: (host: HostRow, now: number) => boolean,
  now: number,
): UncleanEnds {
  const foundAt = db.get(labRow, 'SELECT unclean_at AS uncleanAt FROM lab')?.uncleanAt ?? null
  const dead = deadHosts(db, isAlive, now)
  if (dead.length > 0 || foundAt !== null) quickCheck(db)
  return { dead, foundAt }
}

/** After the check has passed: forgets these ends, and no other that came to light meanwhile. */
export function forgive(db: Db, { dead, foundAt }: UncleanEnds): void {
  if (dead.length === 0 && foundAt === null) return
  db.write(() => {
    removeDead(db, dead)
    db.run('UPDATE lab SET unclean_at = NULL WHERE unclean_at = ?', foundAt)
  })
}

/** @throws StoreError with SQLite's first finding when the file is damaged */
export function quickCheck(db: Db): void {
  const [first] = db.all(finding, 'PRAGMA quick_check(1)')
  if (first?.quick_check !== 'ok') throw damaged(db.path, first?.quick_check ?? 'no answer')
}
