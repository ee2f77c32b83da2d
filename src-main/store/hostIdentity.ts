import { hostname, uptime } from 'node:os'
import { z } from 'zod'
import { processExists, processStart } from '../process/processes.ts'

/** What tells one program that writes to the database from every other, also after its death. */
export interface HostIdentity {
  readonly pid: number
  readonly hostname: string
  /** Differs for a later process of the same pid; null where the system does not say. */
  readonly processStart: string | null
}

export const hostRow = z.object({
  id: z.string(),
  pid: z.number(),
  hostname: z.string(),
  processStart: z.string().nullable(),
  heartbeat: z.number(),
})
export type HostRow = z.infer<typeof hostRow>

/** Milliseconds of silence after which a host that cannot be looked at counts as gone. */
export const SILENCE_LIMIT = 15_000

/**
 * The same where a process of its number is there, which the system cannot tell from another: a window that nobody
 * looks at may be slowed down for long, and one that lives must not be taken for dead.
 */
const PROCESS_SILENCE_LIMIT = 600_000

/** Milliseconds by which the system's uptime may be wrong. */
const UPTIME_ERROR = 60_000

export function thisHost(): HostIdentity {
  return { pid: process.pid, hostname: hostname(), processStart: processStart(process.pid) ?? null }
}

/**
 * Whether the host is there for all we can know: on this machine its process is looked at; the age of the heartbeat
 * decides only where that is not possible.
 */
export function isHostAlive(host: HostRow, now: number): boolean {
  const silence = now - host.heartbeat
  if (host.hostname !== hostname()) return silence <= SILENCE_LIMIT
  if (!processExists(host.pid)) return false
  if (host.processStart !== null) return processStart(host.pid) === host.processStart
  const bootedAt = Date.now() - uptime() * 1000
  return host.heartbeat >= bootedAt - UPTIME_ERROR && silence <= PROCESS_SILENCE_LIMIT
}
