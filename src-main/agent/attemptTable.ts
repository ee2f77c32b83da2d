import type { AttemptKey, Order } from '../../shared/worker/protocol.ts'
import type { AgentAttempt, PreemptPatience } from './attempt.ts'
import type { Draining } from './drain.ts'

/** All attempts that are here, trained or on their way to the host, and the orders for them. */
export interface AttemptTable {
  readonly keys: AttemptKey[]
  /** Until its outcome is there. */
  add(attempt: AgentAttempt | Draining): void
  /** Carries it out once, however often it comes. @returns false where there is nobody to carry it out */
  order(order: Order): boolean
  /** Requests of orders that have reached their trainer, which the host has not been told yet. */
  readonly delivered: number[]
  /** The host has heard of them. */
  heard(delivered: readonly number[]): void
  /** Why an attempt stands still, in words. */
  troubleOf(key: AttemptKey): string | undefined
  /** Ends all trainers in a way that loses nothing; one that comes later (its host was being asked) ends as it comes. */
  preempt(reason: string, patience: PreemptPatience): Promise<void>
}

export function createAttemptTable(): AttemptTable {
  const attempts = new Map<string, AgentAttempt | Draining>()
  /** Requests that were handed on while their attempt is here. */
  const handed = new Map<string, Set<number>>()
  const untold = new Set<number>()
  let preempted: { readonly reason: string; readonly patience: PreemptPatience } | undefined
  const nameOf = ({ runId, attempt }: AttemptKey): string => `${runId}/${attempt}`

  async function preempt(attempt: AgentAttempt | Draining, reason: string, patience: PreemptPatience) {
    if ('preempt' in attempt) await attempt.preempt(reason, patience)
    else attempt.leave()
    await attempt.outcome
  }

  return {
    get keys() {
      return [...attempts.values()].map(({ key: { runId, attempt } }) => ({ runId, attempt }))
    },
    add(attempt) {
      const name = nameOf(attempt.key)
      attempts.set(name, attempt)
      handed.set(name, new Set())
      void attempt.outcome.then(() => {
        attempts.delete(name)
        handed.delete(name)
      })
      if (preempted !== undefined) void preempt(attempt, preempted.reason, preempted.patience)
    },
    order(order) {
      const name = nameOf(order)
      const attempt = attempts.get(name)
      if (attempt === undefined) return false
      if (order.type === 'fence') {
        attempt.fence(order.reason)
        return true
      }
      if (!('command' in attempt)) return false
      const { requestId } = order.command
      const before = handed.get(name)
      if (requestId === undefined || before?.has(requestId) !== true) attempt.command(order.command)
      if (requestId !== undefined) {
        before?.add(requestId)
        untold.add(requestId)
      }
      return true
    },
    get delivered() {
      return [...untold].slice(0, 1000)
    },
    heard(delivered) {
      for (const each of delivered) untold.delete(each)
    },
    troubleOf(key) {
      const attempt = attempts.get(nameOf(key))
      return attempt !== undefined && 'trouble' in attempt ? attempt.trouble : undefined
    },
    async preempt(reason, patience) {
      preempted = { reason, patience }
      await Promise.all([...attempts.values()].map((attempt) => preempt(attempt, reason, patience)))
    },
  }
}
