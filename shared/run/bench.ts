import { z } from 'zod'
import { timingSubject } from './deviceComparison.ts'
import { kernelUse } from './kernelUse.ts'
import { deviceAdvice } from './probe.ts'
import { deviceName, engineName, runSpec } from './spec.ts'

/** What a step of a spec does besides its model: its own optimizer and loss, and the average of its weights. */
const benchRecipe = runSpec.pick({ optimizer: true, labelSmoothing: true, clipping: true, ema: true })
export type BenchRecipe = z.infer<typeof benchRecipe>

/** Asks a process of its own how long training steps on random examples take. */
export const benchRequest = z.strictObject({
  ...timingSubject.shape,
  steps: z.int().min(1),
  /** Time after which no further step is measured; the warm-up is then some time too, and not some steps. */
  milliseconds: z.number().positive().optional(),
  device: deviceName,
  devices: deviceAdvice.optional(),
  /** Of the simd device; as many as the machine has where absent. */
  threads: z.int().min(1).optional(),
  /** SGD with Nesterov momentum and weight decay where absent. */
  recipe: benchRecipe.optional(),
  /** Whether to tell what each kernel takes. */
  kernels: z.boolean().optional(),
})
export type BenchRequest = z.infer<typeof benchRequest>

export const benchAnswer = z.strictObject({
  /** As a spec names it, as users read it, and why this one. */
  name: engineName,
  device: z.string(),
  reason: z.string(),
  parameters: z.int(),
  /** How many steps were measured. */
  steps: z.int().min(1),
  /** Milliseconds of one step: forward, backward and optimizer. */
  stepMs: z.strictObject({ median: z.number(), min: z.number() }),
  /** Processor time of one step, over all threads: what the step costs where others compute too. */
  cpuMs: z.strictObject({ median: z.number(), min: z.number() }),
  samplesPerSecond: z.number(),
  /** 10^9 multiplications and additions of weights in a second, as a plain algorithm would need them. */
  gflops: z.number(),
  /** The most memory the process ever had, in MiB. */
  memoryMb: z.number(),
  /** Of steps after those that were timed. */
  kernels: kernelUse.optional(),
})
export type BenchAnswer = z.infer<typeof benchAnswer>
