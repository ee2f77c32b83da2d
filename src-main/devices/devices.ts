import type { DeviceInfo } from '../../shared/api/lab.ts'
import type { DeviceComparison, TimingSubject } from '../../shared/run/deviceComparison.ts'
import type { KnownDevices } from '../../shared/run/probe.ts'
import type { EngineName } from '../../shared/run/spec.ts'
import type { Asked, Choice, FreshComparison, Say } from './choice.ts'

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
  compare(subject: TimingSubject, signal: AbortSignal, say?: Say): Promise<FreshComparison>
  /** What was measured on this machine as it is, the newest first. */
  comparisons(): Promise<DeviceComparison[]>
  /** Ends the processes that still look or measure. */
  close(): void
}

export interface Contenders {
  readonly names: readonly EngineName[]
  /** What looking for them has found. */
  readonly known: KnownDevices
}
