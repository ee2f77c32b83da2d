import type { AttemptKey } from '../../shared/worker/protocol.ts'
import type { WorkerTimings } from '../../shared/worker/timings.ts'
import type { Desk } from '../workerLink/desk.ts'
import { readEndNote } from './endNote.ts'
import { inWords } from './inWords.ts'
import { createPusher, type Ending, type Pushed } from './pusher.ts'
import { openSpool, type Spool } from './spool/spool.ts'
import { type FoundSpool, ownSpool } from './spool/spools.ts'

/** What an agent before this one has left, on its way to the host. */
export interface Draining {
  readonly key: AttemptKey
  readonly away: string | undefined
  fence(): void
  /** Leaves what has not been pushed for later. */
  leave(): void
  /** Never rejects. */
  readonly outcome: Promise<Pushed>
}

export interface DrainContext {
  readonly desk: Desk
  timings(): WorkerTimings
}

/** What becomes of an attempt whose agent ended without a word. */
const agentEnded: Ending = { how: 'died', reason: 'Its agent ended.' }

/** @param unless how it ended where nothing in the spool says so */
export function drainSpool(
  context: DrainContext,
  { key, folder }: Pick<FoundSpool, 'key' | 'folder'>,
  unless = agentEnded,
): Draining {
  const { desk, timings } = context
  const leaving = new AbortController()
  let isFenced = false
  let away: string | undefined

  async function drain(): Promise<Pushed> {
    await ownSpool(folder).catch(() => undefined)
    const note = await readEndNote(folder)
    const nothing = { onStored: () => undefined, onTrouble: () => undefined }
    const spool = await openSpool(folder, key, nothing, () => timings().retry).catch(unreadable)
    const pusher = createPusher({
      desk,
      spool,
      key,
      timings,
      signal: leaving.signal,
      onDamage: () => undefined,
      onContact: (reason) => {
        away = reason
      },
    })
    pusher.finish(endingOf(spool, note ?? unless))
    const pushed = await pusher.pushed
    if (isFenced || pushed.type === 'done' || pushed.type === 'fenced') await spool.clear()
    else await spool.close()
    return pushed
  }

  return {
    key,
    get away() {
      return away
    },
    fence() {
      isFenced = true
      leaving.abort()
    },
    leave: () => leaving.abort(),
    outcome: drain().catch((error: unknown): Pushed => {
      away = inWords(error)
      return { type: 'left' }
    }),
  }
}

/** One of which nothing can be read: that is what there is to tell. Its files stay. */
function unreadable(error: unknown) {
  return {
    firstSeq: 0,
    lastSeq: -1,
    hasEnded: false,
    damage: inWords(error),
    read: async () => [],
    blob: async () => new Uint8Array(),
    acknowledge: async () => undefined,
    close: async () => undefined,
    clear: async () => undefined,
  } satisfies Partial<Spool>
}

function endingOf({ hasEnded, damage }: Pick<Spool, 'hasEnded' | 'damage'>, ending: Ending): Ending | null {
  if (damage !== undefined)
    return { how: 'died', reason: `What its worker has kept of it is damaged: ${damage}.`.slice(0, 2000) }
  return hasEnded ? null : ending
}
