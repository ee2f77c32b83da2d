import type { Placement } from '../../../shared/worker/placement.ts'
import type { AttemptKey, WorkerAbout } from '../../../shared/worker/protocol.ts'
import type { NewPlan, RunRecord } from './run.ts'

export type WorkerState = 'invited' | 'joined' | 'draining' | 'out' | 'removed'

/** A machine that trains runs of this lab, or is invited to. Times are milliseconds since 1970. */
export interface WorkerRecord {
  readonly id: string
  readonly name: string
  readonly state: WorkerState
  /** Why it is out, in words. */
  readonly reason: string | null
  readonly protocol: number | null
  readonly build: string | null
  readonly about: WorkerAbout | null
  readonly invitedAt: number
  readonly joinedAt: number | null
  readonly seenAt: number | null
  readonly failures: number
}

/** A run that is to train on another machine, in the order of the queue. */
export interface OfferableRun {
  readonly run: RunRecord
  readonly placement: Placement
  /** Of its Slurm job, once there is one. */
  readonly slurmJob: string | null
}

/** An active run on another machine. */
export interface PlacedAttempt extends AttemptKey {
  readonly placement: Placement
  readonly workerId: string | null
  readonly slurmJob: string | null
  readonly contactAt: number | null
  readonly lastSeq: number
  readonly stepsDone: number
  readonly status: RunRecord['status']
}

/** What a new claim of a run says. */
export interface Claimant {
  readonly workerId: string
  readonly slurmJob?: string
}

/** What becomes of a run whose attempt on another machine is over. */
export interface AttemptRequeue {
  readonly reason: string
  /** false where it was preempted, or its worker was lost: that spends no failure. */
  readonly isFailure: boolean
  /** Its trainer is gone, and said so: the attempt cannot be taken back. */
  readonly isOver?: boolean
}

/** What a user sets for all workers. */
export interface WorkerSettings {
  /** Milliseconds. */
  readonly patience: number
}

/** Machines, and runs on them. Each write is one transaction. */
export interface WorkerStore {
  /** Removed ones too, the oldest first. */
  list(): WorkerRecord[]
  find(id: string): WorkerRecord | undefined
  /** Whether any is there that is not removed: else nothing needs to listen. */
  any(): boolean
  /** @throws UserError when the name is another's */
  invite(worker: {
    readonly name: string
    readonly codeHash: string
    readonly codeUntil: number
  }): WorkerRecord
  /** A new code for one that has not joined, or whose token was lost: the old token is void. */
  inviteAgain(id: string, code: { readonly codeHash: string; readonly codeUntil: number }): WorkerRecord
  /** Uses the code up. @returns undefined for one that is void, late or used */
  join(codeHash: string, tokenHash: string, now: number): WorkerRecord | undefined
  /** Whose code it is, which stays unused. @returns undefined for one that is void, late or used */
  byCode(codeHash: string, now: number): WorkerRecord | undefined
  /** Of a worker that is not removed. */
  byToken(tokenHash: string): WorkerRecord | undefined
  /** What it says of itself: written when it changed, or every few seconds. */
  seen(
    id: string,
    said: { readonly about: WorkerAbout; readonly protocol: number; readonly build: string },
  ): void
  setState(id: string, state: WorkerState, reason: string | null): void
  /** Counts an attempt that failed before its first step; 0 again after one that got there. @returns how many by now */
  countFailure(id: string, isFailure: boolean): number

  /** Queued runs that are placed elsewhere and could begin: their parent's state is there, their study is active. */
  offerable(): OfferableRun[]
  /** Another one as soon as a run is queued for elsewhere, has left that queue or has moved in it: quicker to ask for than the runs. */
  offerableStamp(): string
  /** Active runs placed elsewhere. */
  placed(): PlacedAttempt[]
  placedAttempt(runId: string): PlacedAttempt | undefined
  /** The last event that is stored of a worker's attempt with which a run has ended; undefined for any other attempt. */
  lastSeqOfEnded(key: AttemptKey, workerId: string): number | undefined
  /**
   * Gives a queued placed run its next attempt, in this host's name. @returns undefined when it is no longer to be had
   */
  claim(runId: string, claimant: Claimant): RunRecord | undefined
  /** Their worker has just spoken for them: no change that anybody is told. */
  touch(keys: readonly AttemptKey[], now: number): void
  /**
   * Back into the queue, first of its kind, with the reason; the attempt takes no more events.
   * @returns false when the run has another attempt, or is not active, by now
   */
  requeue(key: AttemptKey, requeue: AttemptRequeue): boolean
  /** One that was requeued for want of contact, and whose worker is back before another took it: goes on. */
  takeBack(key: AttemptKey, workerId: string): boolean
  /** A placed run that has ended waits again, from its last state. @throws UserError when it has not ended */
  queueAgain(runId: string, replan?: (run: RunRecord) => NewPlan): RunRecord
  /** Active placed runs that belong to no living host become this one's. */
  adopt(): PlacedAttempt[]
  /** This host listens no more: its placed runs train on, and belong to nobody until the next adopts them. */
  release(): void
  /** Notes which of this host's placed runs are silent since before that time, milliseconds. @returns those that are new */
  noteSilent(before: number): AttemptKey[]
  /** A queued placed run ends as stopped. @returns false when it is not queued any more: a worker was quicker */
  withdraw(runId: string, reason: string): boolean
  /** Of a queued run. null: here. @throws UserError when it is active or has ended */
  place(runId: string, placement: Placement | null): void
  setSlurmJob(
    runId: string,
    job: { readonly job: string; readonly state: string; readonly reason: string | null },
  ): void
  settings(): WorkerSettings
  putSettings(settings: WorkerSettings): void
}
