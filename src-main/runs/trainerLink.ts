import type { HostMessage, StartMessage, TrainerEvent } from '../../shared/run/messages.ts'

/*
 * How a host reaches the trainer of one attempt. What carries the messages, and on which machine the trainer runs, is the
 * link's own affair: today it is a child process (childTrainer.ts).
 *
 *                    ┌──────────────────── host ────────────────────┐
 *   doors ─ command ─► service ─► attempt (activeRun.ts) ── send ──► link ─ ─ ─► trainer
 *   doors ◄─ push ── watchers ◄── recorder ─► store ◄── events ──── link ◄─ ─ ─
 *                                    └─ stored(seq) ───────────────► link ─ ─ ─►
 *                    └───────────────────────────────────────────────┘
 */
export interface TrainerLink {
  readonly place: TrainerPlace
  /** In order. A message to a trainer that is gone goes nowhere; its end tells the rest. */
  send(message: HostMessage): void
  /** Ends the trainer at once; its last stored checkpoint is all that stays. */
  end(): void
  /** Resolves when the trainer is gone and all its events have been handed on. Never rejects. */
  readonly ended: Promise<TrainerEnd>
}

/** Where a trainer runs. */
export interface TrainerPlace {
  readonly kind: 'process'
  /** Of this machine; undefined where the process could not be started. */
  readonly pid: number | undefined
}

export interface TrainerListener {
  /** In order. */
  onEvent(event: TrainerEvent): void
  /** Every few seconds, as long as the trainer comes to its messages. */
  onAlive(): void
}

/** Starts the trainer of an attempt that has been claimed. */
export type StartTrainer = (start: StartMessage, listener: TrainerListener) => TrainerLink

/** Why a trainer is gone that never said `ended`. */
export type TrainerEnd =
  | { readonly type: 'unstartable'; readonly why: string }
  /** Something else ended it. */
  | { readonly type: 'killed'; readonly signal: string }
  /** It ended by itself. */
  | { readonly type: 'crashed'; readonly status: number; readonly lastWords: string }
  /** The host ended it for a message that broke this rule. */
  | { readonly type: 'unreadable'; readonly rule: string }

/** @param resumesAt steps of the state that a resume would go on from; undefined where all that was saved is damaged */
export function resumeWords(resumesAt: number | undefined): string {
  if (resumesAt === undefined) return 'what was saved of the run is damaged, so that it cannot go on'
  if (resumesAt === 0) return 'resume begins it anew'
  return `resume continues after ${resumesAt} ${resumesAt === 1 ? 'step' : 'steps'}`
}

/** In words a user reads. @param resumesAt see resumeWords */
export const explainEnd = (end: TrainerEnd, resumesAt: number | undefined): string =>
  `${whatEnded(end)}; ${resumeWords(resumesAt)}.`

/** A sentence without its full stop. */
export function whatEnded(end: TrainerEnd): string {
  switch (end.type) {
    case 'unreadable':
      return `The trainer was ended because it sent a message outside the protocol (${end.rule})`
    case 'killed':
      return end.signal === 'SIGKILL'
        ? 'The trainer was killed (SIGKILL), perhaps for lack of memory'
        : `The trainer was ended by ${end.signal}`
    case 'unstartable':
      return `The trainer could not be started${end.why === '' ? '' : `: ${end.why}`}`
    case 'crashed': {
      const words = end.lastWords === '' ? '' : `: ${end.lastWords}`
      return `The trainer ended unexpectedly (exit status ${end.status}${words})`
    }
  }
}
