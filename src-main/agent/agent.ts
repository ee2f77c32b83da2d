import path from 'node:path'
import { UserError } from '../../shared/errors.ts'
import type { DeviceClass, Offer } from '../../shared/worker/protocol.ts'
import { timingsOf } from '../../shared/worker/timings.ts'
import { type Desk, TurnedAway } from '../workerLink/desk.ts'
import type { PreemptPatience } from './attempt.ts'
import { createAttemptTable } from './attemptTable.ts'
import { attend } from './attend.ts'
import { createDatasetCache } from './datasetCache.ts'
import { drainSpool } from './drain.ts'
import { createLocks } from './locks.ts'
import type { OfferOutcome, OfferTaker, OfferTakerContext } from './offerTaker.ts'
import { pauseFor } from './pauseFor.ts'
import type { SelfUpdate } from './selfUpdate.ts'
import type { Slots } from './slots.ts'
import { makeFolder } from './spool/durable.ts'
import { findSpools } from './spool/spools.ts'
import { pushedWords, trainRun } from './training.ts'

/*
 * The program of a worker:
 *
 *   queue ── offer ──► training ── start ──► host          attempt.ts: trainer → spool → pusher → host
 *                      attend  ◄── orders ── host          all that is spooled, what the slots do
 *   spools of an agent before ──► drain ──► host           before any offer is taken
 */

export interface AgentContext {
  /** `worker.json`, `spool/`, `datasets/`. */
  readonly folder: string
  readonly desk: Desk
  readonly slots: Slots
  /** The build that this program is: sha256. */
  readonly build: string
  /** Bytes that data sets may take. */
  readonly cacheBytes: number
  /** Opens this worker's end of the queue. */
  takeOffers(context: Pick<OfferTakerContext, 'classes' | 'timings' | 'onOffer' | 'log'>): OfferTaker
  /** Where the program can become its host's version. */
  readonly update?: Pick<SelfUpdate, 'heard' | 'isDue'>
  log(line: string): void
}

export type AgentEnd =
  /** Was told to end. */
  | { readonly type: 'closed' }
  /** The host will have nothing to do with it, in a sentence. */
  | { readonly type: 'refused'; readonly reason: string }
  /** Its host's version is installed, and nothing trains: to be started anew. */
  | { readonly type: 'update' }

export interface Agent {
  /** Resolves when all is closed. */
  readonly ended: Promise<AgentEnd>
  /** Ends the trainers in a way that loses nothing, then the agent. */
  close(reason: string): Promise<void>
}

const usualPatience: PreemptPatience = { checkpoint: 20_000, push: 10_000 }
/** Milliseconds between two looks at who uses the GPUs. */
const refreshEvery = 30_000

/** @throws UserError where another agent works in the folder */
export async function createAgent(context: AgentContext, patience = usualPatience): Promise<Agent> {
  const { folder, desk, slots, log, update } = context
  await makeFolder(folder)
  const unlock = await createLocks(folder).claim('agent')
  if (unlock === undefined)
    throw new UserError(
      `While starting the worker in ${folder}: another agent works in this folder; end that one first, or name another with --folder.`,
    )
  let timings = timingsOf()
  const attempts = createAttemptTable()
  const leaving = new AbortController()
  /** What ends with the agent itself: trainers end before. */
  const closing = new AbortController()
  const datasets = createDatasetCache({
    folder: path.join(folder, 'datasets'),
    desk,
    most: context.cacheBytes,
    timings: () => timings,
  })
  const end = Promise.withResolvers<AgentEnd>()
  let taker: OfferTaker | undefined
  let isDraining = false
  let isRecovered = false

  const attendance = attend(
    {
      folder,
      desk,
      build: context.build,
      attempts,
      slots: () => slots.list(),
      retry: () => timings.retry,
      onAnswer(answer) {
        timings = answer.timings
        isDraining = answer.draining
        taker ??= context.takeOffers({ classes: classesOf(slots), timings, onOffer, log })
        taker.setClasses(classesOf(slots))
        const isUpdated = update?.heard(answer.build, attempts.keys.length === 0) === true
        openOrShut()
        taker.setAccess(answer.queue)
        if (isUpdated) end.resolve({ type: 'update' })
      },
      onRefused(reason) {
        if (update === undefined) return false
        if (update.heard(undefined, attempts.keys.length === 0)) end.resolve({ type: 'update' })
        else log(reason)
        return true
      },
      log,
    },
    closing.signal,
  )

  // Run after run would keep it from ever becoming its host's build.
  const openOrShut = (): void =>
    taker?.setOpen(isRecovered && !isDraining && update?.isDue !== true && !leaving.signal.aborted)

  /** Offers in hand: what the host is being asked for is still to come. */
  const inHand = new Set<Promise<OfferOutcome>>()
  async function onOffer(taken: Offer): Promise<OfferOutcome> {
    const outcome = trainOffered(taken)
    inHand.add(outcome)
    return outcome.finally(() => inHand.delete(outcome))
  }

  async function trainOffered({ runId, deviceClass, memory }: Offer): Promise<OfferOutcome> {
    if (leaving.signal.aborted || !isRecovered) return { type: 'later', afterMs: timings.offerAgain }
    try {
      const parts = { folder, desk, slots, datasets, attempts, timings: () => timings, log, onChange }
      const trained = await trainRun(parts, { runId, deviceClass, memory })
      if (trained.type === 'later') return { type: 'later', afterMs: trained.afterMs }
      if (trained.type === 'trained' && trained.pushed.type === 'turnedAway')
        turnedAway(trained.pushed.reason)
      return { type: 'done' }
    } catch (error) {
      if (error instanceof TurnedAway) turnedAway(error.message)
      throw error
    }
  }

  function onChange(): void {
    attendance.changed()
  }
  const turnedAway = (reason: string): void => end.resolve({ type: 'refused', reason })

  /** What an agent before this one has left goes first: then nobody else trains what is here. */
  async function recover(): Promise<void> {
    const found = await findSpools(path.join(folder, 'spool'))
    for (const { key, owner } of found)
      if (owner !== 'dead')
        log(`Run ${key.runId}, attempt ${key.attempt}: its spool is of another process, and left to that.`)
    const drainings = found
      .filter(({ owner }) => owner === 'dead')
      .map((spool) => drainSpool({ desk, timings: () => timings }, spool))
    for (const draining of drainings) attempts.add(draining)
    if (drainings.length > 0) onChange()
    await Promise.all(
      drainings.map(async ({ key, outcome }) =>
        log(`Run ${key.runId}, attempt ${key.attempt}, of an agent before: ${pushedWords(await outcome)}.`),
      ),
    )
    isRecovered = true
    // The host's next answer may be seconds away.
    openOrShut()
  }

  async function refresh(): Promise<void> {
    while (!closing.signal.aborted) {
      await slots.refresh()
      taker?.setClasses(classesOf(slots))
      await pauseFor(refreshEvery, closing.signal)
    }
  }

  void attendance.refused.then((reason) => reason !== undefined && turnedAway(reason))
  void recover()
  void refresh()

  let left: Promise<void> | undefined
  const leave = (reason: string): Promise<void> => {
    left ??= close(reason)
    return left
  }
  async function close(reason: string): Promise<void> {
    leaving.abort()
    taker?.setOpen(false)
    await attempts.preempt(reason, patience)
    await Promise.allSettled(inHand)
    closing.abort()
    await taker?.close()
    slots.close()
    await unlock?.()
  }
  const ended = end.promise.then(async (how) => {
    await leave(how.type === 'refused' ? how.reason : 'Its agent ended.')
    return how
  })
  return {
    ended,
    async close(reason) {
      await leave(reason)
      end.resolve({ type: 'closed' })
      await ended
    },
  }
}

/** How many slots can take runs of each class, taken or not. */
function classesOf(slots: Pick<Slots, 'list'>): Partial<Record<DeviceClass, number>> {
  const counts: Partial<Record<DeviceClass, number>> = {}
  for (const { classes, unusable } of slots.list())
    if (unusable === undefined) for (const each of classes) counts[each] = (counts[each] ?? 0) + 1
  return counts
}
