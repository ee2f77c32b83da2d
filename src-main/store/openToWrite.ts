import { randomUUID } from 'node:crypto'
import { connect, type Db } from './database.ts'
import { createHealth, type Health, StoreError } from './faults.ts'
import { type HostIdentity, type HostRow, isHostAlive, thisHost } from './hostIdentity.ts'
import { createHosts, type Hosts } from './hosts.ts'
import { inspectFile, makeFile, refuseUnwritable } from './inspect.ts'
import { checkAfterUncleanEnd, forgive, type UncleanEnds } from './integrity.ts'
import { migrate, refuseNewer } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { createReads } from './reads.ts'
import { keepReserve, roomAt, withReserve } from './reserve.ts'
import type { Store } from './types.ts'
import { createWorkers } from './workers.ts'
import { createWrites } from './writes.ts'

export interface StoreOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Who this program is, where it is not what the operating system says. */
  readonly host?: HostIdentity
  readonly isAlive?: (host: HostRow, now: number) => boolean
  /** Takes a line about each statement that took long, and about damage that reading got round, once. */
  readonly log?: (line: string) => void
}

interface Manner {
  /** Keeps the file locked for this program, which then needs no -shm file. */
  readonly alone?: boolean
  /** Why nothing may be written once the file is open: it is a copy. */
  readonly refusal?: StoreError
}

/** @throws StoreError when its place takes no writes */
export function openToWrite(path: string, options: StoreOptions, manner: Manner = {}): Store {
  const { alone = false, refusal } = manner
  const { now = Date.now, isAlive = isHostAlive } = options
  const isNew = inspect(path)
  const health = createHealth(now, () => roomAt(path))
  let unclean = isNew || alone ? undefined : lookFirst(path, isAlive, now())
  const { log } = options
  const db = connect(path, { watch: health, ...(log !== undefined && { log }) })
  try {
    if (alone) {
      db.pragma('locking_mode = EXCLUSIVE')
      if (!isNew) unclean = checkAfterUncleanEnd(db, isAlive, now())
    }
    prepare(db)
    const { host = thisHost() } = options
    const hosts = createHosts({ db, id: randomUUID(), identity: host, now, isAlive })
    settle(db, hosts, unclean)
    if (!alone && refusal === undefined) keepReserve(path)
    return createStore({ path, db, hosts, health, now, ...(refusal !== undefined && { refusal }) })
  } catch (error) {
    db.close()
    throw error
  }
}

/** Looks at the file before anything is written to it. @returns whether there is none yet */
function inspect(path: string): boolean {
  const version = inspectFile(path)
  if (version === undefined) {
    makeFile(path)
  } else {
    refuseNewer(path, version, migrations.length)
    refuseUnwritable(path)
  }
  return version === undefined
}

function lookFirst(path: string, isAlive: (host: HostRow, now: number) => boolean, now: number): UncleanEnds {
  const db = connect(path, { readonly: true })
  try {
    return checkAfterUncleanEnd(db, isAlive, now)
  } finally {
    db.close()
  }
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

/** What is to be written of others' ends. On a full disk it waits for the next opening: reading is worth more. */
function settle(db: Db, hosts: Hosts, unclean: UncleanEnds | undefined): void {
  try {
    withReserve(db.path, () => {
      if (unclean !== undefined) forgive(db, unclean)
      hosts.sweep()
    })
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind !== 'diskFull') throw error
  }
}

export interface StoreParts {
  /** What the user calls the file. */
  readonly path: string
  readonly db: Db
  readonly hosts: Hosts
  readonly health: Health
  readonly now: () => number
  readonly refusal?: StoreError
}

export function createStore({ path, db, hosts, health, now, refusal }: StoreParts): Store {
  if (refusal !== undefined) {
    db.refuse(refusal)
    health.readOnly(refusal)
  }
  const context = { db, hosts, now }
  const writes = createWrites(context)
  return {
    path,
    file: path,
    hostId: hosts.id,
    read: createReads(db, hosts, now),
    write: writes.write,
    workers: createWorkers(context, writes.transaction, writes.quiet),
    record: writes.record,
    health: health.now,
    onHealth: health.subscribe,
    close() {
      writes.close()
      db.close()
    },
  }
}
