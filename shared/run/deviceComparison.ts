import { z } from 'zod'
import { type EngineName, engineName, modelSpec } from './spec.ts'

/*
 * Which device trains a model fastest is measured: each device takes training steps of that model on random examples, in a
 * process of its own. The result is stored, and counts for later runs of the same model on the same machine.
 */

/** The properties of a run that decide how long its steps take. */
export const timingSubject = z.strictObject({
  model: modelSpec,
  /** Shape of one example. */
  shape: z.array(z.int().min(1)).min(1),
  classes: z.int().min(2),
  batchSize: z.int().min(1),
})
export type TimingSubject = z.infer<typeof timingSubject>

/** The properties of a machine that decide how long a step takes. When one of them changes, earlier comparisons do not count. */
export const machineIdentity = z.strictObject({
  platform: z.string(),
  processor: z.string(),
  /** Threads of the simd device. */
  threads: z.string(),
  /** Versions of Node and of the packages that compute, by name. */
  versions: z.record(z.string(), z.string()),
  /** Hash of our own kernels. */
  kernels: z.string(),
  /** The devices that were measured against each other, with hardware and driver as far as they are known. */
  devices: z.partialRecord(engineName, z.string()),
})
export type MachineIdentity = z.infer<typeof machineIdentity>

/** The time that one device took, or why it could not be measured. */
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

/** Devices of one machine, measured against each other for one model. */
export interface DeviceComparison {
  readonly machine: MachineIdentity
  readonly subject: TimingSubject
  /** In the order in which they were measured. */
  readonly timings: readonly DeviceTiming[]
  /** Milliseconds since 1970. */
  readonly measuredAt: number
}

/** The devices that could be measured, the fastest first. */
export function byTime(timings: readonly DeviceTiming[]): MeasuredDevice[] {
  return timings.filter((timing) => 'stepMs' in timing).toSorted((a, b) => a.stepMs - b.stepMs)
}

/** The devices that could not be measured, each with the reason. */
export function failures(timings: readonly DeviceTiming[]): Partial<Record<EngineName, string>> {
  return Object.fromEntries(timings.flatMap((each) => ('failure' in each ? [[each.name, each.failure]] : [])))
}
