import { LRUCache } from 'lru-cache'
import { StoreError } from './faults.ts'

/** Sentences kept of all runs together. */
const KEPT = 1000

/**
 * Damage that reading got round: a gap in a chart, an older checkpoint. It is kept in memory for those who show what was
 * read; damage that leaves nothing to read is thrown instead.
 */
export interface DamageLog {
  /** @param words what of the run is damaged and what is done about it, one sentence */
  found(runId: string, words: string): void
  /** What was found so far, each once, in the order of finding. @param runId all runs when absent */
  of(runId?: string): string[]
}

export function createDamageLog(): DamageLog {
  const found = new LRUCache<string, readonly [runId: string, words: string]>({ max: KEPT })
  return {
    found(runId, words) {
      found.set(`${runId} ${words}`, [runId, words])
    },
    of: (runId) =>
      [...found.rvalues()].flatMap((one) =>
        one !== undefined && (runId === undefined || one[0] === runId) ? [one[1]] : [],
      ),
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
