import type { TrainerCommand } from '../../../shared/run/messages.ts'

/** What another door asks of the host that owns a run. */
export type RunCommand = TrainerCommand

/** A command with the id of its request, which the trainer's answer carries. */
export interface TakenRequest {
  readonly requestId: number
  readonly command: RunCommand
}

/** A command left for the host of a run, as long as it was not obeyed. */
export interface RequestRecord {
  /** Whether the host has handed it to the trainer. */
  readonly taken: boolean
  /** Why the trainer did not obey, in words. */
  readonly refusal: string | null
}
