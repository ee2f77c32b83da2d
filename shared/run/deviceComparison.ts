import { z } from 'zod'
import { type EngineName, engineName, modelSpec } from './spec.ts'

/*
 * Which device is the fastest for a model is measured: training steps of the very model on random examples, on each device
 * in a process of its own. What was measured is kept for the machine and the model.
 */

/** What is trained, as far as it decides how long a step takes. */
export const timingSubject = z.strictObject({
  model: modelSpec,
  /** Of one example. */
  shape: z.array(z.int().min(1)).min(1),
  classes: z.int().min(2),
  batchSize: z.int().min(1),
})
export type TimingSubject = z.infer<typeof timingSubject>

/** What was measured on: whatever of this changes, what was measured before says nothing any more. */
export const machineIdentity = z.strictObject({
  platform: z.string(),
  processor: z.string(),
  /** Of the simd device. */
  threads: z.string(),
  /** Node, and the packages that compute, by name. */
  versions: z.record(z.string(), z.string()),
  /** Hash of our own kernels. */
  kernels: z.string(),
  /** The devices that were measured against each other, with hardware and driver as far as they are known. */
  devices: z.partialRecord(engineName, z.string()),
})
export type MachineIdentity = z.infer<typeof machineIdentity>

/** One device's time, or why there is none. */
export const deviceTiming = z.union([
  z.strictObject({
    name: engineName,
    /** As users read it: "WebAssembly SIMD, 2 threads". */
    device: z.string(),
    stepMs: z.number().positive(),
    /** How many steps were measured. */
    steps: z.int().min(1),
  }),
  z.strictObject({ name: engineName, failure: z.string().min(1) }),
])
export type DeviceTiming = z.infer<typeof deviceTiming>
export type MeasuredDevice = Extract<DeviceTiming, { stepMs: number }>

export interface DeviceComparison {
  readonly machine: MachineIdentity
  readonly subject: TimingSubject
  /** In the order in which they were measured. */
  readonly timings: readonly DeviceTiming[]
  /** Milliseconds since 1970. */
  readonly measuredAt: number
}

/** Those that were measured, the fastest first. */
export function byTime(timings: readonly DeviceTiming[]): MeasuredDevice[] {
  return timings.filter((timing) => 'stepMs' in timing).toSorted((a, b) => a.stepMs - b.stepMs)
}

/** Those that could not be measured, with why. */
export function failures(timings: readonly DeviceTiming[]): Partial<Record<EngineName, string>> {
  return Object.fromEntries(timings.flatMap((each) => ('failure' in each ? [[each.name, each.failure]] : [])))
}
