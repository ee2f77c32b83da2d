import type { AttemptKey } from '../../shared/worker/protocol.ts'
import type { WorkerTimings } from '../../shared/worker/timings.ts'
import type { Desk } from '../workerLink/desk.ts'
import { readEndNote } from './endNote.ts'
import { inWords } from './inWords.ts'
import { pauseFor } from './pauseFor.ts'
import { createPusher, type Ending, type Pushed } from './pusher.ts'
import { codeOf } from './spool/durable.ts'
import { openSpool, type Spool } from './spool/spool.ts'
import { disownSpool, type FoundSpool, ownSpool, removeSpool } from './spool/spools.ts'

/** What an agent before this one has left, on its way to the host. */
export interface Draining {
  readonly key: AttemptKey
  readonly away: string | undefined
  fence(reason: string): void
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

/** Tries to open a spool that its system does not let one open now (no memory, no open file left, a folder that is not mounted). */
const mostTries = 30
const passing = new Set([
  'EAGAIN',
  'EBUSY',
  'EDQUOT',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOSPC',
  'ESTALE',
])

/** @param unless how it ended where nothing in the spool says so; said of an attempt that has not begun here, whatever its spool is */
export function drainSpool(
  context: DrainContext,
  { key, folder }: Pick<FoundSpool, 'key' | 'folder'>,
  unless?: Ending,
): Draining {
  const { desk, timings } = context
  const leaving = new AbortController()
  let fenced: string | undefined
  let away: string | undefined

  async function open() {
    const nothing = { onStored: () => undefined, onTrouble: () => undefined }
    for (let tries = 1; ; tries++) {
      try {
        return await openSpool(folder, key, nothing, () => timings().retry)
      } catch (error) {
        if (unless !== undefined || !passing.has(codeOf(error) ?? '')) return unreadable(folder, error)
        // It may be whole: it waits for the next start.
        if (tries === mostTries || leaving.signal.aborted) throw error
        await pauseFor(timings().retry, leaving.signal)
      }
    }
  }

  async function drain(): Promise<Pushed> {
    await ownSpool(folder).catch(() => undefined)
    const note = await readEndNote(folder)
    const spool = await open()
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
    pusher.finish(unless ?? endingOf(spool, note ?? agentEnded))
    const told = await pusher.pushed
    const pushed: Pushed =
      fenced === undefined || told.type === 'done' ? told : { type: 'fenced', reason: fenced }
    // What cannot be removed is told again by the next start, and is over then.
    if (pushed.type === 'done' || pushed.type === 'fenced') await spool.clear().catch(() => undefined)
    else await spool.close().then(() => disownSpool(folder).catch(() => undefined))
    return pushed
  }

  return {
    key,
    get away() {
      return away
    },
    fence(reason) {
      fenced ??= reason
      leaving.abort()
    },
    leave: () => leaving.abort(),
    outcome: drain().catch((error: unknown): Pushed => {
      away = inWords(error)
      return { type: 'left' }
    }),
  }
}

/** One of which nothing can be read: that is what there is to tell. Once its host knows, nobody wants its files any more. */
function unreadable(folder: string, error: unknown) {
  return {
    firstSeq: 0,
    lastSeq: -1,
    hasEnded: false,
    damage: inWords(error),
    read: async () => [],
    blob: async () => new Uint8Array(),
    acknowledge: async () => undefined,
    close: async () => undefined,
    clear: () => removeSpool(folder),
  } satisfies Partial<Spool>
}

function endingOf({ hasEnded, damage }: Pick<Spool, 'hasEnded' | 'damage'>, ending: Ending): Ending | null {
  if (damage !== undefined)
    return { how: 'died', reason: `What its worker has kept of it is damaged: ${damage}.`.slice(0, 2000) }
  return hasEnded ? null : ending
}
