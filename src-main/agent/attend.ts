import {
  type AttendAnswer,
  type AttendRequest,
  type WorkerSlot,
  workerProtocol,
} from '../../shared/worker/protocol.ts'
import { type Desk, TurnedAway } from '../workerLink/desk.ts'
import { aboutThisMachine, whyFull } from './about.ts'
import type { AttemptTable } from './attemptTable.ts'
import { inWords } from './inWords.ts'
import { pauseFor } from './pauseFor.ts'

export interface AttendContext {
  /** Of the agent: on its disk lie the spools. */
  readonly folder: string
  readonly desk: Pick<Desk, 'attend'>
  readonly build: string
  readonly attempts: AttemptTable
  slots(): readonly WorkerSlot[]
  /** Milliseconds until a host that is away is tried again. */
  retry(): number
  onAnswer(answer: Extract<AttendAnswer, { type: 'orders' }>): void
  /** Another protocol, or removed. @returns whether to ask again: whoever was removed is turned away then */
  onRefused(reason: string): boolean
  log(line: string): void
}

export interface Attendance {
  /** What the agent is at has changed: the host hears of it now. */
  changed(): void
  /** Resolves with why the host will have nothing to do with this worker; undefined: was told to stop. Never rejects. */
  readonly refused: Promise<string | undefined>
}

/** Says again and again what the worker is at, and hands on the orders that come back. Out of touch, all goes on. */
export function attend(context: AttendContext, signal: AbortSignal): Attendance {
  const { desk, attempts, log } = context
  let round = new AbortController()
  let isAway = false

  /** @returns whether all orders found somebody to carry them out */
  async function once(hurry: boolean): Promise<boolean> {
    round = new AbortController()
    const asking = await requestOf(context, hurry)
    const answer = await desk.attend(asking, AbortSignal.any([signal, round.signal]))
    if (answer.type === 'refused') {
      if (context.onRefused(answer.reason)) return false
      throw new TurnedAway(answer.reason)
    }
    attempts.heard(asking.delivered)
    context.onAnswer(answer)
    return answer.orders.map((order) => attempts.order(order)).every((isDone) => isDone)
  }

  async function loop(): Promise<string | undefined> {
    let hurry = true
    while (!signal.aborted) {
      try {
        const isDone = await once(hurry)
        if (isAway) log('The host is there again.')
        isAway = false
        hurry = false
        // An order that nobody here can carry out would come back at once.
        if (!isDone) await pauseFor(context.retry(), signal)
      } catch (error) {
        if (error instanceof TurnedAway) return error.message
        if (signal.aborted || round.signal.aborted) continue
        if (!isAway) log(`${inWords(error)}; what trains goes on, and is kept until the host is there.`)
        isAway = true
        hurry = true
        await pauseFor(context.retry(), signal)
      }
    }
    return undefined
  }

  return { changed: () => round.abort(), refused: loop() }
}

async function requestOf(
  { folder, build, attempts, slots }: AttendContext,
  hurry: boolean,
): Promise<AttendRequest> {
  const full = await whyFull(folder)
  const described = slots().map((slot) => {
    const trouble = slot.running === undefined ? full : attempts.troubleOf(slot.running)
    return trouble === undefined ? slot : { ...slot, unusable: trouble.slice(0, 2000) }
  })
  return {
    protocol: workerProtocol,
    build,
    about: await aboutThisMachine(folder, described),
    spooled: attempts.keys.slice(0, 1000),
    delivered: [...attempts.delivered],
    hurry,
  }
}
