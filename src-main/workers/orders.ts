import type { AttemptKey, Order } from '../../shared/worker/protocol.ts'
import type { TakenRequest } from '../store/types/request.ts'
import type { PlacedAttempt } from '../store/types/worker.ts'
import type { DeskContext } from './deskContext.ts'

/** A command that has not reached its trainer yet, as far as the host knows. */
interface Held extends TakenRequest {
  readonly key: AttemptKey
  /** Milliseconds since 1970; 0 before the first time. */
  toldAt: number
}

/**
 * What workers are to be told. A command is told until its worker says that the trainer has it, or the trainer has answered:
 * the answer that carried it may have been lost.
 */
export interface Orders {
  /** Of these attempts of one worker; what was told just now is not told again at once. */
  due(placed: readonly PlacedAttempt[]): Order[]
  /** Requests that have reached their trainers, of these attempts: of others a worker has nothing to say. */
  delivered(placed: readonly PlacedAttempt[], requestIds: readonly number[]): void
  /** Whether a fence is to be told (again), and notes that it is. */
  fence(key: AttemptKey): boolean
}

export function createOrders({
  store,
  timings,
  now,
}: Pick<DeskContext, 'store' | 'timings' | 'now'>): Orders {
  let held: Held[] = []
  const fenced = new Map<string, number>()
  const isDue = (toldAt: number): boolean => now() - toldAt >= timings().retry
  const isAnswered = ({ requestId }: Held): boolean => {
    const fate = store.read.request(requestId)
    return fate === undefined || fate.refusal !== null
  }

  return {
    due(placed) {
      for (const { runId, attempt } of placed)
        for (const request of store.write.takeRequests(runId))
          held.push({ ...request, key: { runId, attempt }, toldAt: 0 })
      const mine = held.filter(({ key }) => placed.some((each) => isSame(each, key)))
      const answered = new Set(mine.filter(isAnswered))
      held = held.filter((each) => !answered.has(each))
      const due = mine.filter((each) => !answered.has(each) && isDue(each.toldAt))
      for (const each of due) each.toldAt = now()
      return due.map(({ key, requestId, command }) => ({
        type: 'command',
        ...key,
        command: { ...command, requestId },
      }))
    },
    delivered(placed, requestIds) {
      if (requestIds.length === 0) return
      const gone = new Set(requestIds)
      held = held.filter(
        ({ requestId, key }) => !gone.has(requestId) || !placed.some((each) => isSame(each, key)),
      )
    },
    fence({ runId, attempt }) {
      const name = `${runId}-${attempt}`
      if (!isDue(fenced.get(name) ?? 0)) return false
      for (const [other, toldAt] of fenced) if (isDue(toldAt)) fenced.delete(other)
      fenced.set(name, now())
      return true
    },
  }
}

const isSame = (a: AttemptKey, b: AttemptKey): boolean => a.runId === b.runId && a.attempt === b.attempt
