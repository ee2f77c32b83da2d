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
  /** Of the last write; null when it was stored. */
  readonly fault: StoreFault | null
}

export type HealthListener = (health: StoreHealth) => void

/** What a connection tells of its writes. */
export interface WriteWatch {
  written(): void
  refused(error: StoreError): void
}

export interface Health extends WriteWatch {
  now(): StoreHealth
  /** Tells the listener of every change from now on. @returns ends it */
  subscribe(listener: HealthListener): () => void
  /** The file is open for reading only from now on. */
  readOnly(error: StoreError): void
}

export function createHealth(now: () => number): Health {
  const listeners = new Set<HealthListener>()
  let health: StoreHealth = { access: 'write', fault: null }
  const become = (next: StoreHealth): void => {
    const isSame = next.access === health.access && next.fault?.kind === health.fault?.kind
    if (isSame) return
    health = next
    for (const listener of listeners) listener(health)
  }
  const faultOf = ({ kind, message }: StoreError): StoreFault => ({ kind, words: message, since: now() })
  return {
    now: () => health,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    written: () => become({ ...health, fault: null }),
    refused: (error) => become({ ...health, fault: faultOf(error) }),
    readOnly: (error) => become({ access: 'read', fault: faultOf(error) }),
  }
}
