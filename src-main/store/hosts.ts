import type { Db } from './database.ts'
import { type HostIdentity, type HostRow, hostRow, SILENCE_LIMIT } from './hostIdentity.ts'
import { idRow } from './rows.ts'

const HOSTS = 'SELECT id, pid, hostname, process_start AS processStart, heartbeat FROM hosts'
const ACTIVE = "('created', 'running', 'paused')"

/** Milliseconds for which a heartbeat is fresh enough not to be repeated. */
const BEAT = 1_000

/** A pause in our own ticking that long means that the machine slept or was suspended. */
const SLEPT = 5_000

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
  sweep(): string[]
  /** Interrupts the runs this host still has and takes its row away. */
  leave(): void
}

export function deadHosts(db: Db, isAlive: HostContext['isAlive'], now: number): HostRow[] {
  return db.all(hostRow, HOSTS).filter((host) => !isAlive(host, now))
}

export function createHosts({ db, id, identity, now, isAlive }: HostContext): Hosts {
  let registered = false
  let lastBeat = Number.NEGATIVE_INFINITY
  let lastTick = now()
  let agesCountFrom = lastTick

  // After a sleep every heartbeat looks old, also those of hosts that wake up just as we do.
  const tick = (): number => {
    const time = now()
    if (time - lastTick > SLEPT) agesCountFrom = time + SILENCE_LIMIT
    lastTick = time
    return time
  }

  const beat = (): void => {
    const time = tick()
    registered = true
    lastBeat = time
    db.run(
      `INSERT INTO hosts (id, pid, hostname, process_start, started_at, heartbeat) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET heartbeat = excluded.heartbeat`,
      id,
      identity.pid,
      identity.hostname,
      identity.processStart,
      time,
      time,
    )
  }

  const isOtherAlive = (host: HostRow, time: number): boolean =>
    // Before ages count again, a host is only dead if it would be with a fresh heartbeat.
    host.id === id || isAlive(time < agesCountFrom ? { ...host, heartbeat: time } : host, time)

  const find = (hostId: string): HostRow | undefined => db.get(hostRow, `${HOSTS} WHERE id = ?`, hostId)

  return {
    id,
    register() {
      // Again after a silence, in which another host may have taken it for dead.
      if (now() - lastBeat > BEAT) beat()
    },
    heartbeat: beat,
    isAlive(hostId) {
      const host = find(hostId)
      return host !== undefined && isOtherAlive(host, now())
    },
    sweep() {
      const time = tick()
      const dead = db.all(hostRow, HOSTS).filter((host) => !isOtherAlive(host, time))
      const orphans = db.all(
        idRow,
        `SELECT id FROM runs WHERE status IN ${ACTIVE} AND host_id NOT IN (SELECT id FROM hosts)`,
      )
      if (dead.length === 0 && orphans.length === 0) return []
      return db.write(() => {
        for (const host of dead) {
          // It may have woken up since we looked.
          const still = find(host.id)
          if (still !== undefined && still.heartbeat === host.heartbeat)
            db.run('DELETE FROM hosts WHERE id = ?', host.id)
        }
        return interrupt(
          db,
          'host_id NOT IN (SELECT id FROM hosts)',
          'The program that ran it ended without closing it.',
          time,
        )
      })
    },
    leave() {
      if (!registered) return
      db.write(() => {
        interrupt(db, 'host_id = ?', 'The program that ran it was closed.', now(), id)
        db.run('DELETE FROM hosts WHERE id = ?', id)
      })
      registered = false
      lastBeat = Number.NEGATIVE_INFINITY
    },
  }
}

function interrupt(db: Db, which: string, reason: string, time: number, ...values: string[]): string[] {
  const runs = db.all(
    idRow,
    `UPDATE runs SET status = 'interrupted', reason = ?, ended_at = ?, host_id = NULL
     WHERE status IN ${ACTIVE} AND ${which} RETURNING id`,
    reason,
    time,
    ...values,
  )
  if (runs.length > 0) db.run('UPDATE lab SET version = version + 1')
  return runs.map((run) => run.id)
}
