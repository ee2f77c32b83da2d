import type { Db } from './database.ts'
import { type HostIdentity, type HostRow, hostRow } from './hostIdentity.ts'
import { createLiveness } from './liveness.ts'
import { IS_ON_WORKER } from './placeColumn.ts'
import { withReserve } from './reserve.ts'
import { idRow } from './rows.ts'

const HOSTS = 'SELECT id, pid, hostname, process_start AS processStart, heartbeat FROM hosts'
const ACTIVE = "('created', 'running', 'paused')"
/** A run of no host, too: of nothing NOT IN says nothing. */
const ORPHANED = '(host_id IS NULL OR host_id NOT IN (SELECT id FROM hosts))'

/** Why a run of another program that was read until then is interrupted. */
const UNREAD = 'Nobody reads its event files now; followed ones are read on when Anneal is open again.'

/** Milliseconds for which a heartbeat is fresh enough not to be repeated. */
const BEAT = 1_000

export interface HostContext {
  readonly db: Db
  readonly id: string
  readonly identity: HostIdentity
  readonly now: () => number
  readonly isAlive: (host: HostRow, now: number) => boolean
}

/** Who writes to this file, and what becomes of the runs of those who died. */
export interface Hosts {
  readonly id: string
  /** Leaves this host's row before it writes: from then on an end without `leave` is seen as unclean. */
  register(): void
  heartbeat(): void
  isAlive(hostId: string): boolean
  /**
   * Takes away the rows of dead hosts, marks the file as unclean when there are any, and interrupts their runs. Those that
   * train on other machines go on, and belong to nobody.
   */
  sweep(): string[]
  /** Interrupts the runs this host still has, but for those on other machines, and takes its row away. */
  leave(): void
}

export function createHosts({ db, id, identity, now, isAlive }: HostContext): Hosts {
  const liveness = createLiveness(now, isAlive)
  const isHostAlive = (host: HostRow, time: number): boolean => host.id === id || liveness.isAlive(host, time)
  let lastBeat = Number.NEGATIVE_INFINITY

  const beat = (): void => {
    const time = liveness.tick()
    db.write(() => putHost(db, id, identity, time))
    lastBeat = time
  }

  return {
    id,
    register() {
      // Again after a silence, in which another host may have taken it for dead.
      if (now() - lastBeat > BEAT) beat()
    },
    heartbeat: beat,
    isAlive(hostId) {
      const host = findHost(db, hostId)
      return host !== undefined && isHostAlive(host, now())
    },
    sweep: () => sweepDead(db, isHostAlive, liveness.tick()),
    leave() {
      if (lastBeat === Number.NEGATIVE_INFINITY) return
      withReserve(db.path, () =>
        db.write(() => {
          interrupt(db, 'host_id = ?', 'The program that ran it was closed.', now(), id)
          db.run('UPDATE followed_folders SET host_id = NULL WHERE host_id = ?', id)
          db.run('DELETE FROM hosts WHERE id = ?', id)
        }),
      )
      lastBeat = Number.NEGATIVE_INFINITY
    },
  }
}

export function livingHosts(db: Db, isAlive: HostContext['isAlive'], now: number): HostRow[] {
  return db.all(hostRow, HOSTS).filter((host) => isAlive(host, now))
}

export function deadHosts(db: Db, isAlive: HostContext['isAlive'], now: number): HostRow[] {
  return db.all(hostRow, HOSTS).filter((host) => !isAlive(host, now))
}

/** Within the caller's transaction. @returns whether any was still as dead as when it was looked at */
export function removeDead(db: Db, dead: readonly HostRow[]): boolean {
  // One may have woken up since.
  const gone = dead.filter((host) => findHost(db, host.id)?.heartbeat === host.heartbeat)
  for (const host of gone) db.run('DELETE FROM hosts WHERE id = ?', host.id)
  return gone.length > 0
}

const findHost = (db: Db, id: string): HostRow | undefined => db.get(hostRow, `${HOSTS} WHERE id = ?`, id)

function putHost(db: Db, id: string, { pid, hostname, processStart }: HostIdentity, time: number): void {
  db.run(
    `INSERT INTO hosts (id, pid, hostname, process_start, started_at, heartbeat) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET heartbeat = excluded.heartbeat`,
    id,
    pid,
    hostname,
    processStart,
    time,
    time,
  )
}

function sweepDead(db: Db, isAlive: HostContext['isAlive'], time: number): string[] {
  const dead = deadHosts(db, isAlive, time)
  const orphans = db.all(
    idRow,
    `SELECT id FROM runs WHERE status IN ${ACTIVE} AND ${ORPHANED} AND NOT (host_id IS NULL AND ${IS_ON_WORKER})`,
  )
  if (dead.length === 0 && orphans.length === 0) return []
  return db.write(() => {
    // With its row goes what told of the unclean end; the next program to open the file must still know.
    if (removeDead(db, dead)) db.run('UPDATE lab SET unclean_at = ?', time)
    return interrupt(db, ORPHANED, 'The program that ran it ended without closing it.', time)
  })
}

function interrupt(db: Db, which: string, reason: string, time: number, ...values: string[]): string[] {
  const leftAlone = db.run(
    `UPDATE runs SET host_id = NULL WHERE host_id IS NOT NULL AND ${which} AND ${IS_ON_WORKER}`,
    ...values,
  )
  const runs = db.all(
    idRow,
    `UPDATE runs SET status = 'interrupted', reason = iif(kind = 'elsewhere', '${UNREAD}', ?), ended_at = ?, host_id = NULL,
       device_reason = CASE WHEN device IS NOT NULL THEN device_reason END
     WHERE status IN ${ACTIVE} AND ${which} AND NOT ${IS_ON_WORKER} RETURNING id`,
    reason,
    time,
    ...values,
  )
  if (runs.length + leftAlone.changes > 0) db.run('UPDATE lab SET version = version + 1')
  return runs.map((run) => run.id)
}
