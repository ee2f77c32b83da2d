import { z } from 'zod'
import { deviceName, modelSpec } from './spec.ts'

/** Asks a process of its own how long training steps on random examples take. */
export const benchRequest = z.strictObject({
  model: modelSpec,
  /** Of one example. */
  shape: z.array(z.int().min(1)).min(1),
  classes: z.int().min(2),
  batchSize: z.int().min(1),
  steps: z.int().min(1),
  device: deviceName,
  /** Of the simd device; as many as the machine has where absent. */
  threads: z.int().min(1).optional(),
})
export type BenchRequest = z.infer<typeof benchRequest>

export const benchReply = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('measured'),
    device: z.string(),
    parameters: z.int(),
    /** Milliseconds of one step: forward, backward and optimizer. */
    stepMs: z.strictObject({ median: z.number(), min: z.number() }),
    /** Processor time of one step, over all threads: what the step costs where others compute too. */
    cpuMs: z.strictObject({ median: z.number(), min: z.number() }),
    samplesPerSecond: z.number(),
    /** 10^9 multiplications and additions of weights in a second, as a plain algorithm would need them. */
    gflops: z.number(),
    /** The most memory the process ever had, in MiB. */
    memoryMb: z.number(),
  }),
  z.strictObject({ type: z.literal('refused'), reason: z.string() }),
])
export type BenchReply = z.infer<typeof benchReply>
