import { z } from 'zod'
import { engineName } from './spec.ts'

/** Asks a process of its own whether a backend is there. */
export const probeRequest = z.strictObject({ device: engineName })
export type ProbeRequest = z.infer<typeof probeRequest>

/** `rank`: the place in the order in which "auto" tries the backends; -1 where it is not one of them. */
export const probeReply = z.discriminatedUnion('available', [
  z.strictObject({
    available: z.literal(true),
    rank: z.int(),
    device: z.string(),
    reason: z.string(),
    /** All that its driver says of itself and the hardware, where it says more than `device`. */
    identity: z.string().optional(),
  }),
  z.strictObject({ available: z.literal(false), rank: z.int(), reason: z.string() }),
])
export type ProbeReply = z.infer<typeof probeReply>

/** What such processes have found, for one that is to train: a driver that crashes as it starts must not end a run. */
export const knownDevices = z.partialRecord(engineName, probeReply)
export type KnownDevices = z.infer<typeof knownDevices>

/** What a process that is to train is told of the devices. */
export const deviceAdvice = z.strictObject({
  known: knownDevices,
  /** What "auto" takes, where the usual order does not say it. */
  auto: z
    .strictObject({
      /** Tried first, in this order; the others follow in theirs. */
      order: z.array(engineName),
      /** Why the first of them, in words a user reads. */
      reason: z.string(),
      /** Those that it does not take, with why. */
      passedBy: z.partialRecord(engineName, z.string()),
    })
    .optional(),
})
export type DeviceAdvice = z.infer<typeof deviceAdvice>
