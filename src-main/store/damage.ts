import { LRUCache } from 'lru-cache'
import { StoreError } from './faults.ts'

/** Sentences kept of all runs together. */
const KEPT = 1000

/** Something of a run whose stored bytes do not match their checksums. */
export interface Damage {
  readonly runId: string
  /** The snapshot whose weights or predictions are damaged; null where it is another part of the run. */
  readonly snapshotId: number | null
  /** What is damaged and what is done about it, one sentence. */
  readonly words: string
}

/** What reading has found damaged so far, kept in memory for those who show what was read. */
export interface DamageLog {
  /** Damage that reading got round: a gap in a chart, an older checkpoint. @param words one sentence */
  found(runId: string, words: string): void
  /** Damage of a snapshot that left nothing to read, and was thrown to the reader. */
  lost(runId: string, snapshotId: number, words: string): void
  /** The snapshot was stored anew. */
  mended(snapshotId: number): void
  /** What reading got round, each once, in the order of finding. @param runId all runs when absent */
  of(runId?: string): string[]
  /** All damage, each once, in the order of finding. */
  all(): Damage[]
  /** Calls back after every change. @returns ends it */
  listen(onChange: () => void): () => void
}

/** @param log told of each once */
export function createDamageLog(log?: (line: string) => void): DamageLog {
  const found = new LRUCache<string, Damage>({ max: KEPT })
  const listeners = new Set<() => void>()
  const all = (): Damage[] => [...found.rvalues()].filter((one) => one !== undefined)
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  const keep = (damage: Damage): void => {
    const key = `${damage.runId} ${damage.words}`
    const isNew = !found.has(key)
    found.set(key, damage)
    if (!isNew) return
    log?.(damage.words)
    tell()
  }
  return {
    found: (runId, words) => keep({ runId, snapshotId: null, words }),
    lost: (runId, snapshotId, words) => keep({ runId, snapshotId, words }),
    mended(snapshotId) {
      const gone = [...found.entries()].filter(([, damage]) => damage.snapshotId === snapshotId)
      for (const [key] of gone) found.delete(key)
      if (gone.length > 0) tell()
    },
    of: (runId) =>
      all()
        .filter((one) => one.snapshotId === null && (runId === undefined || one.runId === runId))
        .map(({ words }) => words),
    all,
    listen(onChange) {
      listeners.add(onChange)
      return () => void listeners.delete(onChange)
    },
  }
}

/**
 * Damage of one thing in a file that is otherwise sound.
 * @param where "snapshot 3 of run abc"  @param what "its tensor dense/kernel"  @param wayOn what can be done
 */
export const damagedPart = (where: string, what: string, wayOn: string): StoreError =>
  new StoreError(
    'damaged',
    `While reading ${where}: damage in ${what}, whose bytes in the database are not those that were stored; ${wayOn}.`,
  )

/** Whether reading failed because of damage. */
export const isDamage = (error: unknown): error is StoreError =>
  error instanceof StoreError && error.kind === 'damaged'
