import type { AttemptKey } from '../../shared/worker/protocol.ts'

/** What each worker last said its spool holds. */
export interface Spooled {
  has(workerId: string, key: AttemptKey): boolean
  said(workerId: string, keys: readonly AttemptKey[]): void
}

export function createSpooled(): Spooled {
  const all = new Map<string, readonly AttemptKey[]>()
  return {
    has: (workerId, { runId, attempt }) =>
      (all.get(workerId) ?? []).some((key) => key.runId === runId && key.attempt === attempt),
    said: (workerId, keys) => void all.set(workerId, keys),
  }
}
