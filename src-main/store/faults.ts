import { UserError } from '../../shared/errors.ts'

/**
 * What can be wrong with the place of a database, as a person would mend it:
 * - `diskFull`: no room to write; reading goes on, and deleting for good makes room
 * - `readOnly`: the disk, the folder or the file takes no writes
 * - `notYours`: file or folder belong to another user of this machine
 * - `locked`: another program keeps the file for itself; it passes
 * - `broken`: the disk reports errors
 * - `damaged`: bytes in the file are not those that were stored
 */
export type StoreFaultKind = 'diskFull' | 'readOnly' | 'notYours' | 'locked' | 'broken' | 'damaged'

/** A failure of the database's place rather than of the request: one sentence for a person, one kind for the program. */
export class StoreError extends UserError {
  readonly kind: StoreFaultKind

  constructor(kind: StoreFaultKind, sentence: string, options?: ErrorOptions) {
    super(sentence, options)
    this.kind = kind
  }
}

/** Why the database cannot be written now. */
export interface StoreFault {
  readonly kind: StoreFaultKind
  /** One sentence for a person. */
  readonly words: string
  /** Milliseconds since 1970. */
  readonly since: number
}

/** Held in memory, so that it can be told while nothing can be written. */
export interface StoreHealth {
  /** `read`: the file was opened for reading only, and every write is refused with the words of `fault`. */
  readonly access: 'write' | 'read'
  /** Of the last write that was refused; null once writes are stored again, or what refused it is seen to be over. */
  readonly fault: StoreFault | null
}

export type HealthListener = (health: StoreHealth) => void

/** What a connection tells of its writes. */
export interface WriteWatch {
  written(): void
  refused(error: StoreError): void
}

export interface Health extends WriteWatch {
  /** Looks whether the fault is over by itself: a full disk has room again, or a lock has not been met for a while. */
  now(): StoreHealth
  /** Tells the listener of every change from now on. @returns ends it */
  subscribe(listener: HealthListener): () => void
  /** The file is open for reading only from now on. */
  readOnly(error: StoreError): void
}

/** Bytes by which the room must have grown before a full disk is taken for one with room. */
const GROWN = 1 << 20

/** Milliseconds after which a lock that nothing has met again is taken for gone. */
const LOCK_PASSES = 15_000

/** What a refusal found, to see later whether that is over. */
interface Refusal {
  readonly at: number
  /** Bytes that could still be written, with what is kept in reserve; undefined where the system does not say. */
  readonly room: number | undefined
}

/**
 * @param now milliseconds since 1970
 * @param room bytes that can still be written, with what is kept in reserve; undefined where the system does not say
 */
export function createHealth(now: () => number, room: () => number | undefined): Health {
  const listeners = new Set<HealthListener>()
  let health: StoreHealth = { access: 'write', fault: null }
  let last: Refusal = { at: 0, room: undefined }
  const hasMoreRoom = (): boolean => {
    const left = room()
    return left !== undefined && last.room !== undefined && left >= last.room + GROWN
  }
  const become = (next: StoreHealth): void => {
    const isSame = next.access === health.access && next.fault?.kind === health.fault?.kind
    if (isSame) return
    health = next
    for (const listener of listeners) listener(health)
  }
  const faultOf = ({ kind, message }: StoreError): StoreFault => ({ kind, words: message, since: now() })
  const isOver = ({ kind }: StoreFault): boolean => {
    if (kind === 'diskFull') return hasMoreRoom()
    return kind === 'locked' && now() - last.at > LOCK_PASSES
  }
  return {
    now() {
      const { access, fault } = health
      if (access === 'write' && fault !== null && isOver(fault)) become({ access, fault: null })
      return health
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    written() {
      // What is stored within the reserve says nothing of a disk that is still full.
      if (health.fault?.kind === 'diskFull' && last.room !== undefined && !hasMoreRoom()) return
      become({ ...health, fault: null })
    },
    refused(error) {
      // Of a disk that stays full the least room counts: a deletion that is under way refuses some writes itself.
      const left = room()
      const isStillFull = error.kind === 'diskFull' && health.fault?.kind === 'diskFull'
      const least =
        isStillFull && last.room !== undefined && left !== undefined ? Math.min(last.room, left) : left
      last = { at: now(), room: least }
      become({ ...health, fault: faultOf(error) })
    },
    readOnly: (error) => become({ access: 'read', fault: faultOf(error) }),
  }
}
