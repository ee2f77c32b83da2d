import type { DeviceInfo } from '../../shared/api/lab.ts'
import type { Calibration, CalibrationSubject } from '../../shared/run/calibration.ts'
import type { KnownDevices } from '../../shared/run/probe.ts'
import type { EngineName } from '../../shared/run/spec.ts'
import type { Asked, Calibrated, Choice, Say } from './choice.ts'

/** What a run can train on here. Looked for once in the life of a host, each device in a process of its own. */
export interface Devices {
  /** Every device, in the usual order of "auto". */
  list(): Promise<DeviceInfo[]>
  /** Those that are worth measuring against each other: a real GPU under each of its names, and our own kernels. */
  contenders(): Promise<Contenders>
  /** What a process that is to train must be told, or what has to be measured first. */
  choose(asked: Asked): Promise<Choice>
  /**
   * Measures all contenders now, whatever was measured before.
   * @throws NoAnswer when `signal` says so · UserError while a run trains
   */
  calibrate(subject: CalibrationSubject, signal: AbortSignal, say?: Say): Promise<Calibrated>
  /** What was measured on this machine as it is, the newest first. */
  calibrations(): Promise<Calibration[]>
  /** Ends the processes that still look or measure. */
  close(): void
}

export interface Contenders {
  readonly names: readonly EngineName[]
  /** What looking for them has found. */
  readonly known: KnownDevices
}
