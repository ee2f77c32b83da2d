import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { CommandMessage, HostMessage, StartMessage, TrainerEvent } from '../../shared/run/messages.ts'
import type { AttemptKey } from '../../shared/worker/protocol.ts'
import type { WorkerTimings } from '../../shared/worker/timings.ts'
import { type StartTrainer, type TrainerEnd, type TrainerLink, whatEnded } from '../runs/trainerLink.ts'
import { syncFolder } from '../syncFolder.ts'
import type { Desk } from '../workerLink/desk.ts'
import { writeEndNote } from './endNote.ts'
import { inWords } from './inWords.ts'
import { pauseFor } from './pauseFor.ts'
import { createPusher, type Ending, type Pushed } from './pusher.ts'
import { codeOf, makeFolder } from './spool/durable.ts'
import { openSpool, type Spool } from './spool/spool.ts'
import { disownSpool, ownSpool } from './spool/spools.ts'

/*
 *   trainer ── events ──► spool ── stored(seq) ──► trainer      (its own back pressure)
 *                           └──── pusher ──► desk               acknowledged events go
 *
 * A disk that is full pauses the trainer until there is room; a host that is away changes nothing.
 */

/** A trainer of this machine and what its host has not got of it. */
export interface AgentAttempt {
  readonly key: AttemptKey
  /** Why it stands still though nobody asked it to, in words. */
  readonly trouble: string | undefined
  /** Why its host does not take what it says, in words. */
  readonly away: string | undefined
  command(command: CommandMessage): void
  /** Its attempt is over: the trainer is killed, the spool cleared. */
  fence(reason: string): void
  /** Ends the trainer in a way that loses nothing, and tells the host as far as it is there. */
  preempt(reason: string, patience: PreemptPatience): Promise<void>
  /** What became of it. Its spool is gone, except where something is left for later. Never rejects. */
  readonly outcome: Promise<Pushed>
}

/** Milliseconds. */
export interface PreemptPatience {
  /** Until the trainer has made its checkpoint. */
  readonly checkpoint: number
  /** From then on, until the host has what is left. */
  readonly push: number
}

export interface AttemptContext {
  readonly desk: Desk
  /** Of its spool: `<run>/<attempt>`, which holds nothing of it yet. */
  readonly folder: string
  readonly startTrainer: StartTrainer
  /**
   * What comes before the trainer, which may take long: its data set is fetched, its device looked at. What it rejects with
   * is why the attempt cannot begin here.
   * @param signal comes when it is not wanted any more
   * @param onWait is told why it takes long, in words; undefined: it goes on
   */
  prepare(
    start: StartMessage,
    signal: AbortSignal,
    onWait: (reason: string | undefined) => void,
  ): Promise<StartMessage>
  timings(): WorkerTimings
  /** It stands still, or goes on again. */
  onTrouble?(): void
}

/** An attempt that was here before, or is here: two trainers of one would train the same steps. */
export class SpoolTaken extends Error {}

/** @throws SpoolTaken; what the system says where the spool cannot be made */
export async function beginAttempt(context: AttemptContext, start: StartMessage): Promise<AgentAttempt> {
  const key: AttemptKey = { runId: start.runId, attempt: start.attempt }
  await claimFolder(context.folder, key)
  let running: Supervised | undefined
  const listener = {
    onStored: (lastSeq: number): void => running?.stored(lastSeq),
    onTrouble: (reason: string | undefined): void => running?.troubled(reason),
  }
  const spool = await openSpool(context.folder, key, listener, () => context.timings().retry)
  running = new Supervised(context, spool, key)
  running.begin(start)
  return running
}

/** Nobody else can have made it. */
async function claimFolder(folder: string, { runId, attempt }: AttemptKey): Promise<void> {
  await makeFolder(path.dirname(folder))
  await mkdir(folder).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error
    throw new SpoolTaken(`attempt ${attempt} of run ${runId} has been here before`, { cause: error })
  })
  await syncFolder(path.dirname(folder))
  await ownSpool(folder)
}

class Supervised implements AgentAttempt {
  readonly key: AttemptKey
  readonly outcome: Promise<Pushed>
  readonly #context: AttemptContext
  readonly #spool: Spool
  readonly #pushing = new AbortController()
  readonly #pusher: ReturnType<typeof createPusher>
  /** Comes when nothing is to be prepared any more. */
  readonly #leaving = new AbortController()
  #trainer: TrainerLink | undefined
  /** What is sent before there is a trainer. */
  readonly #early: HostMessage[] = []
  #trouble: string | undefined
  #away: string | undefined
  #preempted: string | undefined
  #fenced: string | undefined
  #hasTrained = false
  #said: TrainerEvent['type'] | undefined
  /** As its host wants it, whatever the disk makes of it meanwhile. */
  #isPausedByHost = false
  #isPaused = false
  readonly #held: CommandMessage[] = []
  #onPaused: () => void = () => undefined
  /** There is no trainer any more, or there will be none. */
  #gone: Promise<TrainerEnd> | undefined
  /** And what it said is on the disk, with how it ended. */
  readonly #ended = Promise.withResolvers<void>()

  constructor(context: AttemptContext, spool: Spool, key: AttemptKey) {
    this.#context = context
    this.#spool = spool
    this.key = key
    this.#pusher = createPusher(
      {
        desk: context.desk,
        spool,
        key,
        timings: context.timings,
        signal: this.#pushing.signal,
        onDamage: () => this.#end(),
        onContact: (away) => {
          this.#away = away
        },
      },
      0,
    )
    this.outcome = this.#pusher.pushed.then((pushed) => this.#conclude(pushed))
  }

  get trouble(): string | undefined {
    return this.#trouble
  }

  get away(): string | undefined {
    return this.#away
  }

  begin(start: StartMessage): void {
    this.#gone = this.#train(start).catch(
      (error: unknown): TrainerEnd => ({ type: 'unstartable', why: inWords(error) }),
    )
    void this.#gone.then((end) => this.#trainerEnded(end)).finally(this.#ended.resolve)
  }

  async #train(start: StartMessage): Promise<TrainerEnd> {
    const { signal } = this.#leaving
    const prepared = await this.#context.prepare(start, signal, (reason) => {
      this.#trouble = reason
      this.#context.onTrouble?.()
    })
    if (signal.aborted) return { type: 'killed', signal: 'SIGTERM' }
    const trainer = this.#context.startTrainer(prepared, {
      onEvent: (event) => this.#heard(event),
      onAlive: () => undefined,
    })
    this.#trainer = trainer
    for (const message of this.#early.splice(0)) trainer.send(message)
    return trainer.ended
  }

  #send(message: HostMessage): void {
    if (this.#trainer === undefined) this.#early.push(message)
    else this.#trainer.send(message)
  }

  #end(): void {
    this.#leaving.abort()
    this.#trainer?.end()
  }

  stored(lastSeq: number): void {
    this.#send({ type: 'stored', seq: lastSeq })
    this.#pusher.poke()
  }

  /** The disk takes nothing more, or takes it again. */
  troubled(reason: string | undefined): void {
    this.#trouble = reason && `Its spool cannot be written (${reason}); it goes on by itself when it can.`
    this.#context.onTrouble?.()
    if (this.#isPausedByHost) return
    this.#send({ type: reason === undefined ? 'resume' : 'pause' })
    if (reason === undefined) for (const command of this.#held.splice(0)) this.#send(command)
  }

  command(command: CommandMessage): void {
    if (command.type === 'pause') this.#isPausedByHost = true
    if (command.type === 'resume') {
      this.#isPausedByHost = false
      // It goes on when there is room.
      if (this.#trouble !== undefined) return void this.#held.push(command)
    }
    this.#send(command)
  }

  fence(reason: string): void {
    this.#fenced ??= reason
    this.#end()
    this.#pushing.abort()
  }

  async preempt(reason: string, { checkpoint, push }: PreemptPatience): Promise<void> {
    this.#preempted ??= reason
    const bound = new AbortController()
    // One that stands still has made its checkpoint as it paused; before there is a trainer there is none to make.
    if (!this.#isPaused && this.#trainer !== undefined) {
      const paused = new Promise<void>((resolve) => {
        this.#onPaused = resolve
      })
      this.#send({ type: 'pause' })
      await Promise.race([paused, this.#ended.promise, pauseFor(checkpoint, bound.signal)])
    }
    await Promise.race([this.#spool.settled(), pauseFor(checkpoint, bound.signal)])
    this.#end()
    await Promise.race([this.outcome, pauseFor(push, bound.signal)])
    bound.abort()
    this.#pushing.abort()
    await this.outcome
  }

  #heard(event: TrainerEvent): void {
    this.#said = event.type
    if (event.type === 'metrics') this.#hasTrained = true
    if (event.type === 'status') this.#isPaused = event.status === 'paused'
    this.#spool.append(event)
    // A range test cannot be paused: it begins anew elsewhere.
    if (this.#isPaused || (event.type === 'refused' && event.command.type === 'pause')) this.#onPaused()
  }

  async #trainerEnded(end: TrainerEnd): Promise<void> {
    await this.#spool.settled()
    const ending = this.#said === 'ended' ? null : this.#endingOf(end)
    if (ending !== null && this.#fenced === undefined)
      // On a full disk it is told without: an agent that starts later would call it a death.
      await writeEndNote(this.#spool.folder, ending).catch(() => undefined)
    this.#pusher.finish(ending)
  }

  #endingOf(end: TrainerEnd): Ending {
    if (this.#preempted !== undefined) return { how: 'preempted', reason: this.#preempted }
    const isUnstartable = !this.#hasTrained && end.type !== 'killed'
    return { how: isUnstartable ? 'unstartable' : 'died', reason: `${whatEnded(end)}.`.slice(0, 2000) }
  }

  /** What stands in the spool goes when the host has it, or wants it no more. */
  async #conclude(pushed: Pushed): Promise<Pushed> {
    // What is here waits until the host wants this worker again: that is no failure of the run.
    if (pushed.type === 'turnedAway') this.#preempted ??= 'Its host had turned the worker away.'
    if (pushed.type !== 'done') this.#end()
    await this.#gone
    // Where the disk is full, what waits for it is given up by the closing.
    await this.#spool.close()
    await this.#ended.promise
    // That its attempt is over is what the host says of one that has told its end, too.
    const isFenced = this.#fenced !== undefined && pushed.type !== 'done'
    const ended: Pushed = isFenced ? { type: 'fenced', reason: this.#fenced ?? '' } : pushed
    // What cannot be removed is told again by the next start, and is over then.
    const isOver = ended.type === 'done' || ended.type === 'fenced'
    await (isOver ? this.#spool.clear() : disownSpool(this.#context.folder)).catch(() => undefined)
    return ended
  }
}
