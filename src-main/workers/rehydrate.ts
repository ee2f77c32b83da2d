import { z } from 'zod'
import { problemIn, show, wordsOf } from '../../shared/errors.ts'
import { trainerEvent } from '../../shared/run/messages.ts'
import { type AttemptKey, supersededEvent } from '../../shared/worker/protocol.ts'
import type { SpooledEvent } from '../workerLink/desk.ts'
import { join } from '../workerLink/packed.ts'

/** What stands in a spool: an event of a trainer, or what stands in for one. */
const spooled = z.discriminatedUnion('type', [supersededEvent, ...trainerEvent.options])
export type TakenEvent = z.infer<typeof spooled>

/** An event that no trainer of this attempt can have sent. The message says why, in words. */
export class DamagedEvent extends Error {}

/**
 * The event that its trainer sent.
 * @param blob by sha256  @throws DamagedEvent where it is none, or another's
 */
export async function rehydrate(
  { runId, attempt }: AttemptKey,
  { seq, text, parts }: SpooledEvent,
  blob: (sha256: string) => Promise<Uint8Array>,
): Promise<TakenEvent> {
  const bytes: Uint8Array[] = []
  for (const part of parts) bytes.push('bytes' in part ? part.bytes : await blob(part.sha256))
  const event = parsed(seq, text, bytes)
  if (event.runId !== runId || event.attempt !== attempt || event.seq !== seq)
    throw new DamagedEvent(
      `event ${seq} says that it is event ${event.seq} of attempt ${event.attempt} of run ${show(event.runId)}`,
    )
  return event
}

function parsed(seq: number, text: string, parts: readonly Uint8Array[]): TakenEvent {
  let value: unknown
  try {
    value = join(text, parts)
  } catch (error) {
    throw new DamagedEvent(`event ${seq} cannot be read (${wordsOf(error)})`, { cause: error })
  }
  const result = spooled.safeParse(value)
  if (result.success) return result.data
  const problem = problemIn(spooled, value)
  const words = problem === undefined ? '' : ` (${problem.path || 'the whole event'}: ${problem.rule})`
  throw new DamagedEvent(`event ${seq} is outside the protocol${words}`)
}
