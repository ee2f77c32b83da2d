import { type HostRow, SILENCE_LIMIT } from './hostIdentity.ts'

/** A pause in our own ticking that long (milliseconds) means that the machine slept or was suspended. */
const SLEPT = 5_000

/** Who is alive, seen by a program that may have slept itself. */
export interface Liveness {
  /** Notices a sleep; call with every heartbeat and sweep. @returns the time, milliseconds since 1970 */
  tick(): number
  isAlive(host: HostRow, time: number): boolean
}

export function createLiveness(
  now: () => number,
  isAlive: (host: HostRow, now: number) => boolean,
): Liveness {
  let lastTick = now()
  let agesCountFrom = lastTick
  return {
    // After a sleep every heartbeat looks old, also those of hosts that wake up just as we do.
    tick() {
      const time = now()
      if (time - lastTick > SLEPT) agesCountFrom = time + SILENCE_LIMIT
      lastTick = time
      return time
    },
    // Before ages count again, a host is only dead if it would be with a fresh heartbeat.
    isAlive: (host, time) => isAlive(time < agesCountFrom ? { ...host, heartbeat: time } : host, time),
  }
}
