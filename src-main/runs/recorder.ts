import type { TrainerEvent } from '../../shared/run/messages.ts'
import type { Store } from '../store/types.ts'

/**
 * Turns a trainer's events into one transaction a tick, then one push to those who watch: what is shown has been stored.
 */
export interface Recorder {
  take(event: TrainerEvent): void
  /** Stores what is waiting, now. */
  flush(): void
}

export interface RecorderEnds {
  /** After the events have been stored. */
  onStored(events: readonly TrainerEvent[]): void
  /** The run belongs to another attempt or host by now: nothing of this trainer is stored any more. */
  onFenced(): void
  /** The database refused (a full disk): the trainer must not go on unrecorded. */
  onFailed(error: unknown): void
}

export function createRecorder(store: Pick<Store, 'record'>, ends: RecorderEnds): Recorder {
  let waiting: TrainerEvent[] = []
  let closed = false
  let scheduled: NodeJS.Immediate | undefined
  const flush = (): void => {
    if (scheduled !== undefined) clearImmediate(scheduled)
    scheduled = undefined
    if (closed || waiting.length === 0) return
    const events = waiting
    waiting = []
    let accepted: boolean
    try {
      accepted = store.record(events)
    } catch (error) {
      closed = true
      ends.onFailed(error)
      return
    }
    closed = !accepted
    if (accepted) ends.onStored(events)
    else ends.onFenced()
  }
  return {
    take(event) {
      if (closed) return
      waiting.push(event)
      scheduled ??= setImmediate(flush)
    },
    flush,
  }
}
