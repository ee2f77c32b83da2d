import { z } from 'zod'
import { type Placement, workerId, workerName } from '../worker/placement.ts'
import type { WorkerAbout } from '../worker/protocol.ts'

/*
 * What the window shows of other machines. Times are milliseconds since 1970.
 */

export interface WorkerInfo {
  readonly id: string
  readonly name: string
  readonly state: 'invited' | 'joined' | 'draining' | 'out'
  /** Why it is out, in words. */
  readonly reason: string | null
  /** null before it has joined. */
  readonly about: WorkerAbout | null
  readonly joinedAt: number | null
  readonly seenAt: number | null
  /** null: in touch, or not joined yet. */
  readonly outOfTouchSince: number | null
  /** Whether it is of this host's own build; it fetches that itself when it is next idle. */
  readonly isOfThisBuild: boolean | null
  /** The runs it trains, whether its host hears of it or not. */
  readonly training: readonly {
    readonly runId: string
    readonly name: string
    readonly slot: number | null
    /** Whether another may have it, once this one is out of touch for too long. */
    readonly at: Placement['at']
  }[]
}

/** Whether offers reach workers. */
export interface QueueInfo {
  /**
   * none: none was set up; away: it cannot be reached; elsewhere: another program of the lab listens for workers and makes the
   * offers, so that this one does not know.
   */
  readonly state: 'none' | 'away' | 'ready' | 'elsewhere'
  /** "127.0.0.1:6390"; null where none was set up. */
  readonly address: string | null
  /** What to do about it, in words; null where it is ready. */
  readonly words: string | null
  /** Offers that no worker has taken yet. */
  readonly offers: number
}

export interface WorkersInfo {
  readonly workers: readonly WorkerInfo[]
  readonly queue: QueueInfo
  /** Where workers find this host, "https://192.168.1.5:7342"; null as long as nothing listens. */
  readonly address: string | null
  /** Why nothing listens although it should, in words: another program of this lab does, or the port is taken. */
  readonly problem: string | null
  /** Whether Slurm can be used: a settings file is there. In words where not. */
  readonly slurm: { readonly isReady: boolean; readonly words: string | null }
  /** Milliseconds. */
  readonly patience: number
}

export const addWorker = z.strictObject({
  name: workerName,
  /** How the other machine reaches this one, where not by its own name: a host name or address. */
  address: z.string().min(1).max(255).optional(),
})

/** What is to be pasted on the other machine, once, within its time. */
export interface Invitation {
  readonly worker: WorkerInfo
  readonly command: string
  readonly validUntil: number
}

export const inviteAgain = z.strictObject({ id: workerId, address: addWorker.shape.address })

export const commandWorker = z.strictObject({
  id: workerId,
  /** drain: takes no more runs; welcome: takes them again, also after it was out; remove: its token is void at once. */
  command: z.enum(['drain', 'welcome', 'remove']),
})

export const workerSettings = z.strictObject({
  /** Milliseconds: from 1 min to 7 days: a worker with nothing to say is heard of every 20 s. */
  patience: z
    .number()
    .min(60_000, 'must be at least 1 min')
    .max(7 * 86_400_000, 'must be at most 7 days'),
})

export interface WorkerServices {
  info(): Promise<WorkersInfo>
  add(input: z.infer<typeof addWorker>): Promise<Invitation>
  /** A new command for one that has not joined yet, or has lost its token. */
  inviteAgain(id: string, address?: string): Promise<Invitation>
  command(input: z.infer<typeof commandWorker>): Promise<void>
  setSettings(input: z.infer<typeof workerSettings>): void
}
