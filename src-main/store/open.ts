import { randomUUID } from 'node:crypto'
import { connect, type Db } from './database.ts'
import { createHealth } from './faults.ts'
import { type HostIdentity, type HostRow, isHostAlive, thisHost } from './hostIdentity.ts'
import { createHosts } from './hosts.ts'
import { inspectFile, makeFolderOf } from './inspect.ts'
import { checkAfterUncleanEnd, forgive, type UncleanEnds } from './integrity.ts'
import { migrate, refuseNewer } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { createReads } from './reads.ts'
import type { Store } from './types.ts'
import { createWrites } from './writes.ts'

export interface StoreOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Who this program is, where it is not what the operating system says. */
  readonly host?: HostIdentity
  readonly isAlive?: (host: HostRow, now: number) => boolean
}

/**
 * Opens the database, and makes it when there is none. Runs whose host is gone are interrupted from then on.
 * @throws UserError when the file is not ours, damaged, newer than this program or not writable: it is left as it is
 */
export function openStore(path: string, options: StoreOptions = {}): Store {
  const { now = Date.now, host = thisHost(), isAlive = isHostAlive } = options
  const unclean = inspect(path, isAlive, now())
  const health = createHealth(now)
  const db = connect(path, { watch: health })
  try {
    prepare(db)
    if (unclean !== undefined) forgive(db, unclean)
    const hosts = createHosts({ db, id: randomUUID(), identity: host, now, isAlive })
    hosts.sweep()
    const writes = createWrites({ db, hosts, now })
    return {
      path,
      hostId: hosts.id,
      read: createReads(db, now),
      write: writes.write,
      record: writes.record,
      health: health.now,
      onHealth: health.subscribe,
      close() {
        writes.close()
        db.close()
      },
    }
  } catch (error) {
    db.close()
    throw error
  }
}

/** Looks at the file before anything is written to it. @returns undefined when there is none yet */
function inspect(
  path: string,
  isAlive: (host: HostRow, now: number) => boolean,
  now: number,
): UncleanEnds | undefined {
  const version = inspectFile(path)
  if (version === undefined) {
    makeFolderOf(path)
    return undefined
  }
  refuseNewer(path, version, migrations.length)
  return checkAfterUncleanEnd(path, isAlive, now)
}

function prepare(db: Db): void {
  migrate(db, migrations)
  // In WAL mode NORMAL may lose the last commits at a power cut, never the file; a killed process loses nothing.
  db.pragma('synchronous = NORMAL')
  db.pragma('cache_size = -32000')
  db.pragma('temp_store = MEMORY')
  // A snapshot makes the log grow; it shrinks again at the next checkpoint.
  db.pragma('journal_size_limit = 67108864')
}
