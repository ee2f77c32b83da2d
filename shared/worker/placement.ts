import { z } from 'zod'
import type { TrainerCommand } from '../run/messages.ts'

/** Of a machine that has joined, or is invited to. */
export const workerId = z.string().regex(/^[a-z0-9]{8}$/, 'must be 8 letters or digits')

/** What a user calls it: stands in queues' names, folders and commands. */
export const workerName = z
  .string('must be text')
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be up to 40 of a-z, 0-9 and -, and not begin with -')

/** What all jobs of Slurm are called as a worker: nothing is placed on it by name. */
export const slurmWorkerName = 'slurm-jobs'

/** Where a run is to train that does not train here. Null, wherever it may be, means here. */
export const placement = z.discriminatedUnion('at', [
  z.strictObject({ at: z.literal('anyWorker') }),
  z.strictObject({ at: z.literal('worker'), workerId }),
  z.strictObject({ at: z.literal('slurm') }),
])
export type Placement = z.infer<typeof placement>

/** What was asked of a run, and its trainer has not answered yet. */
export interface KeptOrder {
  readonly command: TrainerCommand
  /** Milliseconds since 1970. */
  readonly askedAt: number
}

/** Where a run trains, or last trained, that is placed on another machine; times are milliseconds since 1970. */
export interface RunPlace {
  readonly placement: Placement
  /** Of the worker that has its attempt; null as long as none has taken it. */
  readonly worker: { readonly id: string; readonly name: string } | null
  /** Of its Slurm job, as Slurm says it; null for others. */
  readonly slurm: { readonly job: string; readonly state: string; readonly reason: string | null } | null
  /** When its worker last spoke for it; null before the first time. */
  readonly contactAt: number | null
  /** Since when the worker has not been heard of, where that is longer than it should be. */
  readonly outOfTouchSince: number | null
  /** Attempts that failed on workers, one after another, without a step done. */
  readonly failures: number
  /** Of a run that waits or trains, the first one asked first: they reach its trainer when its worker next connects. */
  readonly orders: readonly KeptOrder[]
}
