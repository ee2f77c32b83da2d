import { z } from 'zod'
import { workerId, workerName } from '../../shared/worker/placement.ts'

/* The first words over two streams, before any request: who is there, and whether the host wants it. The host speaks of what it is
 * told with its own program that listens, in the worker's name: hence the token, which is the worker's to show to that host. */

export const workerHello = z.strictObject({
  protocol: z.int(),
  workerId,
  name: workerName,
  token: z.string().min(1).max(200),
})
export type WorkerHello = z.infer<typeof workerHello>

export const hostHello = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('welcome') }),
  z.strictObject({ type: z.literal('turnedAway'), reason: z.string().max(2000) }),
])
export type HostHello = z.infer<typeof hostHello>
