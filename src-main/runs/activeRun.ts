import type { TrainerEvent, TrainerEventOf, TrainerOrder, TrainerRequest } from '../../shared/run/messages.ts'
import type { RunRecord, Store } from '../store/types.ts'
import type { Interruption } from './interruptions.ts'
import { createRecorder } from './recorder.ts'
import { explainExit, forkTrainer, type TrainerExit } from './trainerHost.ts'

/** A run whose trainer lives in this host. */
export interface ActiveRun {
  readonly runId: string
  /** Undefined as long as there is no trainer. */
  readonly trainerPid: number | undefined
  /** What is done before there is a trainer, in words; undefined where it is there at once. */
  readonly setup?: string
  ask(order: TrainerOrder): void
  /** Ends the trainer at once; the run is interrupted for this reason and resumes from its last checkpoint. */
  abandon(reason: string): void
  /** The run as stored after its trainer is gone. Rejects only when the database itself fails. */
  readonly finished: Promise<ActiveRunEnd>
}

export interface ActiveRunEnd {
  readonly run: RunRecord
  /** Whether the trainer got as far as its first step: before, only the model or the data can be at fault. */
  readonly wasReady: boolean
}

type Start = Extract<TrainerRequest, { type: 'start' }>

/** Runs one attempt: trainer, recorder, and the verdict when the trainer is gone. */
export function runAttempt(
  store: Store,
  start: Start,
  onStored: (events: readonly TrainerEvent[]) => void,
  onInterrupted: (interruption: Interruption) => void,
): ActiveRun {
  let ended: TrainerEventOf<'ended'> | undefined
  let wasReady = false
  let fenced = false
  let storeFailure: { readonly error: unknown } | undefined
  let abandonedFor: string | undefined

  const trainer = forkTrainer((event) => recorder.take(event))
  const recorder = createRecorder(store, {
    onStored(events) {
      for (const event of events) {
        if (event.type === 'ready') wasReady = true
        if (event.type === 'ended') ended = event
      }
      onStored(events)
    },
    onFenced() {
      fenced = true
      trainer.kill()
    },
    onFailed(error) {
      storeFailure = { error }
      trainer.kill()
    },
  })
  trainer.send(start)

  const conclude = (exit: TrainerExit): ActiveRunEnd => {
    recorder.flush()
    if (ended === undefined && !fenced) {
      const reason =
        abandonedFor ?? explainStoreFailure(storeFailure) ?? explainLoss(store, start.runId, exit)
      onInterrupted({ runId: start.runId, attempt: start.attempt, reason, status: 'interrupted' })
    }
    if (storeFailure !== undefined) throw storeFailure.error
    return { run: store.read.run(start.runId), wasReady }
  }

  return {
    runId: start.runId,
    trainerPid: trainer.pid,
    ask: (order) => trainer.send(order),
    abandon(reason) {
      abandonedFor ??= reason
      trainer.kill()
    },
    finished: trainer.exited.then(conclude),
  }
}

function explainLoss(store: Store, runId: string, exit: TrainerExit): string {
  return explainExit(exit, store.read.checkpoint(runId)?.position.stepsDone ?? 0)
}

function explainStoreFailure(failure: { readonly error: unknown } | undefined): string | undefined {
  if (failure === undefined) return undefined
  const words = failure.error instanceof Error ? failure.error.message : String(failure.error)
  return `The database could not be written (${words}).`
}
