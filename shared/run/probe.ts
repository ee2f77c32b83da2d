import { z } from 'zod'
import { deviceName } from './spec.ts'

const device = deviceName.exclude(['auto'])

/** Asks a process of its own whether a backend is there. */
export const probeRequest = z.strictObject({ device })
export type ProbeRequest = z.infer<typeof probeRequest>

/** `rank`: the place in the order in which "auto" tries the backends; -1 where it is not one of them. */
export const probeReply = z.discriminatedUnion('available', [
  z.strictObject({ available: z.literal(true), rank: z.int(), device: z.string(), reason: z.string() }),
  z.strictObject({ available: z.literal(false), rank: z.int(), reason: z.string() }),
])
export type ProbeReply = z.infer<typeof probeReply>

/** What such processes have found, for one that is to train: a driver that crashes as it starts must not end a run. */
export const knownDevices = z.partialRecord(device, probeReply)
export type KnownDevices = z.infer<typeof knownDevices>
