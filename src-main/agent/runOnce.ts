import path from 'node:path'
import { timingsOf } from '../../shared/worker/timings.ts'
import { Away, TurnedAway } from '../workerLink/desk.ts'
import type { AgentContext } from './agent.ts'
import type { PreemptPatience } from './attempt.ts'
import { createAttemptTable } from './attemptTable.ts'
import { attend } from './attend.ts'
import { createDatasetCache } from './datasetCache.ts'
import { drainSpool } from './drain.ts'
import { inWords } from './inWords.ts'
import { pauseFor } from './pauseFor.ts'
import { makeFolder } from './spool/durable.ts'
import { findSpools } from './spool/spools.ts'
import { pushedWords, type Trained, trainRun } from './training.ts'

export type OnceEnd =
  /** The host has all of it, or nothing is to be trained. */
  | { readonly type: 'over'; readonly words: string }
  /** It was told to end before the run did: another attempt goes on. */
  | { readonly type: 'again'; readonly words: string }
  | { readonly type: 'refused'; readonly words: string }

export interface Once {
  /** Resolves when nothing of it runs any more. */
  readonly ended: Promise<OnceEnd>
  /** Keeps the state of this moment, and ends. */
  close(reason: string): void
}

export type OnceContext = Pick<AgentContext, 'folder' | 'desk' | 'slots' | 'build' | 'cacheBytes' | 'log'>

/** Slurm kills 30 s after its last signal, where it is not set otherwise. */
const usualPatience: PreemptPatience = { checkpoint: 15_000, push: 10_000 }

/** Trains one attempt of one run, as a job of a cluster does; many may share the folder. */
export function runOnce(
  context: OnceContext,
  wanted: { readonly runId: string; readonly slurmJob?: string },
  patience = usualPatience,
): Once {
  const { folder, desk, slots, log } = context
  let timings = timingsOf()
  const attempts = createAttemptTable()
  const leaving = new AbortController()
  const closing = new AbortController()
  let preempted: Promise<void> | undefined
  const attendance = attend(
    {
      folder,
      desk,
      build: context.build,
      attempts,
      slots: () => slots.list(),
      retry: () => timings.retry,
      onAnswer: (answer) => {
        timings = answer.timings
      },
      onRefused: () => false,
      log,
    },
    closing.signal,
  )

  /** What an earlier job left of this run, on whatever machine: Slurm has ended it. */
  async function recover(): Promise<void> {
    const found = await findSpools(path.join(folder, 'spool'))
    const mine = found.filter(({ key, owner }) => key.runId === wanted.runId && owner !== 'alive')
    for (const spool of mine) {
      const draining = drainSpool({ desk, timings: () => timings }, spool)
      attempts.add(draining)
      log(
        `Run ${spool.key.runId}, attempt ${spool.key.attempt}, of a job before: ${pushedWords(await draining.outcome)}.`,
      )
    }
  }

  async function train(): Promise<Trained> {
    const parts = {
      folder,
      desk,
      slots,
      attempts,
      datasets: createDatasetCache({
        folder: path.join(folder, 'datasets'),
        desk,
        most: context.cacheBytes,
        timings: () => timings,
      }),
      timings: () => timings,
      log,
      onChange: () => attendance.changed(),
    }
    let said: string | undefined
    for (;;) {
      const trained = await trainRun(parts, { ...wanted, deviceClass: 'processor', memory: 0 }).catch(
        (error: unknown): Trained => {
          if (!(error instanceof Away)) throw error
          return { type: 'later', afterMs: timings.retry, reason: inWords(error) }
        },
      )
      if (trained.type !== 'later' || leaving.signal.aborted) return trained
      if (said !== trained.reason) log(`Run ${wanted.runId} waits: ${trained.reason}`)
      said = trained.reason
      await pauseFor(trained.afterMs, leaving.signal)
    }
  }

  async function once(): Promise<OnceEnd> {
    await makeFolder(folder)
    await recover()
    if (leaving.signal.aborted) return { type: 'again', words: 'told to end before it began' }
    const trained = await train()
    await preempted
    if (trained.type === 'later') return { type: 'again', words: 'told to end before it began' }
    if (trained.type === 'void') return { type: 'over', words: trained.reason }
    const words = pushedWords(trained.pushed)
    if (trained.pushed.type === 'turnedAway') return { type: 'refused', words: trained.pushed.reason }
    return { type: leaving.signal.aborted ? 'again' : 'over', words }
  }

  const refused = attendance.refused.then((reason): OnceEnd | Promise<never> =>
    reason === undefined ? new Promise<never>(() => undefined) : { type: 'refused', words: reason },
  )
  const close = (reason: string): void => {
    leaving.abort()
    preempted ??= attempts.preempt(reason, patience)
  }
  return {
    ended: Promise.race([once(), refused])
      .catch((error: unknown): OnceEnd => {
        if (!(error instanceof TurnedAway)) throw error
        return { type: 'refused', words: error.message }
      })
      .finally(async () => {
        close('Its job ended.')
        await preempted
        closing.abort()
        slots.close()
      }),
    close,
  }
}
