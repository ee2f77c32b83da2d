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

/** Orders that came before their attempt, the last ones. */
const mostEarly = 100

export function createAttemptTable(): AttemptTable {
  const attempts = new Map<string, AgentAttempt | Draining>()
  /** Requests that were handed on while their attempt is here. */
  const handed = new Map<string, Set<number>>()
  const untold = new Set<number>()
  /** The host may say what an attempt is to do in one answer sooner than it hands it out in another. */
  let early: Extract<Order, { type: 'command' }>[] = []
  let preempted: { readonly reason: string; readonly patience: PreemptPatience } | undefined
  const nameOf = ({ runId, attempt }: AttemptKey): string => `${runId}/${attempt}`

  function carryOut(attempt: AgentAttempt, { command }: Extract<Order, { type: 'command' }>): void {
    const { requestId } = command
    const before = handed.get(nameOf(attempt.key))
    if (requestId === undefined || before?.has(requestId) !== true) attempt.command(command)
    if (requestId === undefined) return
    before?.add(requestId)
    untold.add(requestId)
  }

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
      const waited = early.filter((order) => nameOf(order) === name)
      early = early.filter((order) => !waited.includes(order))
      if ('command' in attempt) for (const order of waited) carryOut(attempt, order)
      if (preempted !== undefined) void preempt(attempt, preempted.reason, preempted.patience)
    },
    order(order) {
      const attempt = attempts.get(nameOf(order))
      if (attempt === undefined) {
        if (order.type === 'command') early = [...early, order].slice(-mostEarly)
        return false
      }
      if (order.type === 'fence') {
        attempt.fence(order.reason)
        return true
      }
      if (!('command' in attempt)) return false
      carryOut(attempt, order)
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
