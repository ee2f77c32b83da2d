import { z } from 'zod'
import { workerId, workerName } from '../../shared/worker/placement.ts'

/* The first words over two streams, before any request: who is there, and whether the host wants it. */

export const workerHello = z.strictObject({ protocol: z.int(), workerId, name: workerName })
export type WorkerHello = z.infer<typeof workerHello>

export const hostHello = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('welcome') }),
  z.strictObject({ type: z.literal('turnedAway'), reason: z.string().max(2000) }),
])
export type HostHello = z.infer<typeof hostHello>
