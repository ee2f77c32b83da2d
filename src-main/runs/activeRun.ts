import { UserError } from '../../shared/errors.ts'
import type { CommandMessage, StartMessage, TrainerEvent, TrainerEventOf } from '../../shared/run/messages.ts'
import type { RunRecord, Store } from '../store/types.ts'
import type { Interruption } from './interruptions.ts'
import { createRecorder } from './recorder.ts'
import { stopByForce } from './stopByForce.ts'
import { explainEnd, type StartTrainer, type TrainerEnd } from './trainerLink.ts'

/** A run that this host watches: its trainer works, or its devices are being measured before. */
export interface ActiveRun {
  readonly runId: string
  /** Of the trainer's process; undefined as long as there is none on this machine. */
  readonly trainerPid: number | undefined
  /** What is done before there is a trainer, in words; undefined where it is there at once. */
  readonly setup?: string
  /** Sends a command. A stop that is not obeyed in time is carried out by force. */
  ask(command: CommandMessage): void
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

/** What an attempt needs besides its start. */
export interface AttemptContext {
  readonly store: Store
  readonly startTrainer: StartTrainer
  /** Milliseconds for which a trainer may be silent after it was told to stop. */
  readonly stopPatience: number
  /** Told of events after they have been stored. */
  onStored(events: readonly TrainerEvent[]): void
  /** Told of an end that the trainer did not tell itself. */
  onInterrupted(interruption: Interruption): void
}

/** Runs one attempt: trainer, recorder, and the verdict when the trainer is gone. */
export function runAttempt(
  { store, startTrainer, stopPatience, onStored, onInterrupted }: AttemptContext,
  start: StartMessage,
): ActiveRun {
  let ended: TrainerEventOf<'ended'> | undefined
  let wasReady = false
  let fenced = false
  let storeFailure: { readonly error: unknown } | undefined
  let abandonedFor: string | undefined

  const recorder = createRecorder(store, {
    onStored(events) {
      for (const event of events) {
        if (event.type === 'ready') wasReady = true
        if (event.type === 'ended') ended = event
      }
      const last = events.at(-1)
      if (last !== undefined) trainer.send({ type: 'stored', seq: last.seq })
      onStored(events)
    },
    onFenced() {
      fenced = true
      trainer.end()
    },
    onFailed(error) {
      storeFailure = { error }
      trainer.end()
    },
  })
  const trainer = startTrainer(start, {
    onEvent(event) {
      force.heard()
      recorder.take(event)
    },
    onAlive: () => force.heard(),
  })
  const force = stopByForce(stopPatience, trainer.end)

  const verdict = (end: TrainerEnd): Pick<Interruption, 'reason' | 'status'> => {
    const { stepsDone } = store.read.run(start.runId)
    const resumesAt = resumePoint(store, start.runId)
    if (force.isUsed) return { status: 'stopped', reason: force.explain(stepsDone, resumesAt) }
    const reason = abandonedFor ?? explainStoreFailure(storeFailure) ?? explainEnd(end, resumesAt)
    return { status: 'interrupted', reason }
  }
  const conclude = (end: TrainerEnd): ActiveRunEnd => {
    force.cancel()
    recorder.flush()
    if (ended === undefined && !fenced) {
      onInterrupted({ runId: start.runId, attempt: start.attempt, ...verdict(end) })
    }
    if (storeFailure !== undefined) throw storeFailure.error
    return { run: store.read.run(start.runId), wasReady }
  }

  return {
    runId: start.runId,
    trainerPid: trainer.place.pid,
    ask(command) {
      if (command.type === 'stop' && command.when === 'now') force.begin()
      trainer.send(command)
    },
    abandon(reason) {
      abandonedFor ??= reason
      trainer.end()
    },
    finished: trainer.ended.then(conclude),
  }
}

/** Steps of the state that a resume would go on from; undefined where all that was saved is damaged. */
function resumePoint(store: Store, runId: string): number | undefined {
  try {
    return store.read.checkpoint(runId)?.position.stepsDone ?? 0
  } catch (error) {
    // Whatever cannot be read, the run must not stay marked as running.
    if (!(error instanceof UserError)) throw error
    return undefined
  }
}

function explainStoreFailure(failure: { readonly error: unknown } | undefined): string | undefined {
  if (failure === undefined) return undefined
  const words = failure.error instanceof Error ? failure.error.message : String(failure.error)
  return `The database could not be written (${words}).`
}
