import type { TrainerEvent } from '../../shared/run/messages.ts'

type Body<E> = E extends TrainerEvent ? Omit<E, 'runId' | 'attempt' | 'seq'> : never

/** An event before it is addressed. */
export type EventBody = Body<TrainerEvent>

/** Sends events in order, numbered from 0. */
export type Emit = (body: EventBody) => void

/** Puts run, attempt and a running number on every event, so that one delivered twice can be stored once. */
export function addressed(runId: string, attempt: number, send: (event: TrainerEvent) => void): Emit {
  let seq = 0
  return (body) => send({ ...body, runId, attempt, seq: seq++ })
}
