import type { AttemptEnd, AttemptKey, PushAnswer } from '../../shared/worker/protocol.ts'
import type { WorkerTimings } from '../../shared/worker/timings.ts'
import { Away, type Desk, type SpooledEvent, TurnedAway } from '../workerLink/desk.ts'
import { inWords } from './inWords.ts'
import { pauseFor } from './pauseFor.ts'
import type { BlobRef } from './spool/record.ts'
import type { Spool } from './spool/spool.ts'

/** How an attempt is told to have ended, where its trainer did not say so itself. */
export type Ending = Pick<AttemptEnd, 'how' | 'reason'>

export type Pushed =
  /** The host has all of it, and knows how it ended. */
  | { readonly type: 'done' }
  /** The attempt is another's, or over. */
  | { readonly type: 'fenced'; readonly reason: string }
  | { readonly type: 'turnedAway'; readonly reason: string }
  /** Was told to stop: what is left waits in the spool. */
  | { readonly type: 'left' }

export interface Pusher {
  /** There is more in the spool. */
  poke(): void
  /** Nothing more will come. null: the trainer has said `ended` itself. */
  finish(ending: Ending | null): void
  readonly pushed: Promise<Pushed>
}

export interface PusherContext {
  readonly desk: Desk
  readonly spool: Pick<Spool, 'firstSeq' | 'lastSeq' | 'hasEnded' | 'read' | 'blob' | 'acknowledge'>
  readonly key: AttemptKey
  timings(): WorkerTimings
  /** Ends the pushing where it stands. */
  readonly signal: AbortSignal
  /** The spool is broken, in words: nothing more of its trainer can be sent. The pusher tells the host by itself. */
  onDamage(reason: string): void
  /** Whether the host answers. */
  onContact(away: string | undefined): void
}

/** In one push, besides what it holds of blobs. */
const most = { events: 1000, bytes: 4 * 2 ** 20 }
/** Blobs on their way at a time: the next one need not wait for the answer to the one before. */
const blobsAtOnce = 2

/**
 * Pushes what stands in a spool until its host has all of it.
 * @param from the first event that the host wants; undefined: the host is asked. What it has may still stand in the spool, without
 * its parts
 */
export function createPusher(context: PusherContext, from?: number): Pusher {
  const { desk, spool, key, timings, signal, onDamage, onContact } = context
  let next = from ?? 0
  let isKnown = from !== undefined
  let ending: Ending | null | undefined
  /** Where the spool is broken: only what stands before can be sent. */
  let readable = Number.POSITIVE_INFINITY
  let pushedAt = 0
  let wake: () => void = () => undefined
  /** An event whose blob went while it was sent: it was superseded then, or else it is damaged. */
  let suspect: number | undefined

  const lastSeq = (): number => Math.min(spool.lastSeq, readable)

  function giveUp(reason: string, last: number): void {
    readable = last
    ending = { how: 'died', reason: `What its worker has kept of it is damaged: ${reason}.` }
    onDamage(reason)
  }

  async function send(events: readonly SpooledEvent[]): Promise<PushAnswer> {
    const blobs = refsIn(events)
    if (blobs.size > 0) await put(await desk.missingBlobs(key, [...blobs.keys()]), blobs)
    for (;;) {
      const answer = await desk.push(key, events)
      if (answer.type !== 'blobsWanted') return answer
      await put(answer.sha256, blobs)
    }
  }

  async function put(wanted: readonly string[], blobs: ReadonlyMap<string, BlobRef>): Promise<void> {
    const refs = wanted.map((sha256) => blobs.get(sha256)).filter((ref) => ref !== undefined)
    if (refs.length < wanted.length) throw new Away('The host wants parts that are not of these events.')
    const queue = refs.values()
    const work = async (): Promise<void> => {
      for (const ref of queue) await desk.putBlob(key, ref.sha256, await spool.blob(ref))
    }
    await Promise.all(Array.from({ length: Math.min(blobsAtOnce, refs.length) }, work))
  }

  /** One exchange with the host. @returns what has become of all, once that is known */
  async function exchange(): Promise<Pushed | undefined> {
    if (!isKnown) {
      const pushed = await take(await desk.push(key, []))
      isKnown = true
      return pushed
    }
    // What was acknowledged before is there no more: the host says so where it lacks it after all.
    next = Math.max(next, spool.firstSeq)
    if (next > lastSeq()) {
      if (ending === null) return { type: 'done' }
      if (ending === undefined) return wait()
      const answer = await desk.end({ ...key, ...ending, lastSeq: lastSeq() })
      return answer.type === 'stored' ? { type: 'done' } : take(answer)
    }
    await pauseFor(pushedAt + timings().push - Date.now(), signal)
    const events = await spool.read(next, most).catch((error: unknown) => {
      giveUp(inWords(error), next - 1)
      return []
    })
    if (events.length === 0 || signal.aborted) return undefined
    pushedAt = Date.now()
    try {
      return take(await send(upToBlobs(events)))
    } catch (error) {
      if (error instanceof Away || error instanceof TurnedAway) throw error
      if (suspect === next) giveUp(inWords(error), next - 1)
      suspect = next
      return undefined
    }
  }

  async function take(answer: PushAnswer): Promise<Pushed | undefined> {
    switch (answer.type) {
      case 'stored':
      case 'gap':
        next = answer.type === 'stored' ? answer.lastSeq + 1 : answer.wanted
        if (next < spool.firstSeq) giveUp(`event ${next} is missing`, next - 1)
        else if (answer.type === 'gap' && next > lastSeq())
          throw new Away(`The host wants event ${next}, which there is not`)
        await spool.acknowledge(Math.min(next, spool.lastSeq + 1) - 1)
        return undefined
      case 'fenced':
        return answer
      case 'later':
        throw new Later(answer)
      case 'blobsWanted':
        throw new Away('The host wants parts where there are none.')
    }
  }

  function wait(): Promise<undefined> {
    return new Promise((resolve) => {
      wake = () => {
        signal.removeEventListener('abort', wake)
        resolve(undefined)
      }
      signal.addEventListener('abort', wake)
    })
  }

  async function push(): Promise<Pushed> {
    while (!signal.aborted) {
      try {
        const pushed = await exchange()
        onContact(undefined)
        if (pushed !== undefined) return pushed
      } catch (error) {
        if (error instanceof TurnedAway) return { type: 'turnedAway', reason: error.message }
        // Whatever it is, what stands in the spool stays there.
        onContact(inWords(error))
        await pauseFor(error instanceof Later ? error.afterMs : timings().retry, signal)
      }
    }
    // Whoever ends the pushing may have heard of the end before its answer was here.
    return spool.hasEnded && next > spool.lastSeq ? { type: 'done' } : { type: 'left' }
  }

  return {
    poke: () => wake(),
    finish(how) {
      ending ??= how
      wake()
    },
    pushed: push(),
  }
}

/** The host cannot store now, and says when to come again. */
class Later extends Error {
  readonly afterMs: number

  constructor({ reason, afterMs }: { readonly reason: string; readonly afterMs: number }) {
    super(reason)
    this.afterMs = afterMs
  }
}

/** Up to the first one with blobs: what has been sent is acknowledged before the next megabytes. */
function upToBlobs(events: readonly SpooledEvent[]): readonly SpooledEvent[] {
  const heavy = events.findIndex(({ parts }) => parts.some((part) => 'sha256' in part))
  return heavy < 0 ? events : events.slice(0, heavy + 1)
}

function refsIn(events: readonly SpooledEvent[]): Map<string, BlobRef> {
  const refs = events.flatMap(({ parts }) => parts.filter((part) => 'sha256' in part))
  return new Map(refs.map((ref) => [ref.sha256, ref]))
}
